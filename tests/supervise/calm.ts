/**
 * One thing at a time: a real tree of supervisors does a scenario beside the
 * model, and both have done the same after each operation.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type ActorRef,
  type Behavior,
  type Child,
  child,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  startChild,
  supervisor,
  type SupervisorMessage,
  type SupervisorRef,
  terminateChild,
  UnavailableError,
} from "../../src/actor/mod.ts";
import {
  crash,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "../actor/fixtures.ts";
import { type ModelChild, ModelSupervisor } from "./otp_model.ts";
import type {
  Below,
  Call,
  Deed,
  Operation,
  Scenario,
  Spec,
} from "./scenario.ts";

/** The calls that end or start a child of a name. */
export const CALLS: Readonly<Record<Call, typeof terminateChild>> = {
  terminate: terminateChild,
  restart: restartChild,
  remove: removeChild,
};

/** The steps that make an actor do its deed; the others are done to it. */
export const STEPS: Readonly<Partial<Record<Deed, () => Step>>> = {
  "crash": () => crash(),
  "outage": () => crash(new UnavailableError("away")),
  "stop itself": () => (context) => context.stop(),
  "tell": () => () => {},
};

/** A supervisor of the model, and the place where it is in the tree. */
function supervisorsOf(root: ModelSupervisor): ModelSupervisor[] {
  const below = root.children.flatMap(({ below }) =>
    below === undefined ? [] : supervisorsOf(below)
  );
  return [root, ...below];
}

/** The real tree. */
class RealTree {
  readonly test: TestSystem = new TestSystem();
  readonly log: string[] = [];
  readonly root: SupervisorRef;
  readonly #starts: Scenario["starts"];
  #next = 0;
  /** The latest actor at each path. */
  readonly #refs = new Map<string, ActorRef<never>>();
  /** Paths of actors whose clean-up fails. */
  readonly #spoilt = new Set<string>();

  constructor({ root, starts }: Scenario) {
    this.#starts = starts;
    const behavior = this.#supervisor(root);
    this.root = this.test.system.spawn(behavior, { name: "root" });
  }

  #supervisor({ rules, children }: Below): Behavior<SupervisorMessage> {
    const supervise = supervisor({
      ...rules,
      unavailable: { backoff: { initialMs: 0 } },
      ...(rules.strategy === "dynamic"
        ? {}
        : { children: children.map((spec) => this.child(spec)) }),
    });
    return (context) => {
      this.#refs.set(context.self.path, context.self);
      return supervise(context);
    };
  }

  child(spec: Spec): Child<never> {
    const { name, restart, significant, below } = spec;
    const what = { name, restart, significant };
    return below === undefined
      ? child({ ...what, behavior: this.#leaf() })
      : child({ ...what, behavior: this.#supervisor(below) });
  }

  #leaf(): Behavior<Step> {
    let path = "";
    const behavior = stepper({
      started: () => {
        this.log.push(`start ${path}`);
        return this.#start();
      },
      stopped: () => {
        this.log.push(`stop ${path}`);
        if (this.#spoilt.delete(path)) throw new Error("clean-up");
      },
    });
    return (context) => {
      ({ path } = context.self);
      this.#refs.set(path, context.self);
      return behavior(context);
    };
  }

  #start(): void | Promise<void> {
    switch (this.#starts[this.#next++]) {
      case "later":
        return settleSome();
      case "fails":
        throw new Error("no start");
      case "outage":
        throw new UnavailableError("away");
      default:
        return;
    }
  }

  at(path: string): SupervisorRef {
    return this.#refs.get(path) as SupervisorRef;
  }

  do(path: string, deed: Deed): void {
    // The actors of the scenarios are steppers, but for supervisors.
    const ref = this.#refs.get(path) as ActorRef<Step> | undefined;
    if (deed === "kill" || deed === "stop" || deed === "drain") ref?.[deed]();
    else if (deed === "stop itself and fail") {
      this.#spoilt.add(path);
      ref?.tell((context) => context.stop());
    } else ref?.tell((STEPS[deed] as () => Step)());
  }

  /** The names and states of the children of each supervisor. */
  async shape(supervisor: SupervisorRef): Promise<unknown> {
    const shapes = [];
    for (const info of await soon(listChildren(supervisor))) {
      const { name, phase, ref } = info;
      const isSupervisor = ref !== undefined && phase === "up" &&
        this.#supervisors.has(ref.path);
      shapes.push(
        isSupervisor
          ? [name, await this.shape(ref as SupervisorRef)]
          : `${name} ${phase}`,
      );
    }
    return shapes;
  }

  readonly #supervisors = new Set<string>();

  /** Says which actors are supervisors, for `shape`. */
  know(paths: readonly string[]): void {
    this.#supervisors.clear();
    for (const path of paths) this.#supervisors.add(path);
  }
}

/** A start that takes some turns of the promises. */
async function settleSome(): Promise<void> {
  for (let i = 0; i < 5; i++) await undefined;
}

function shapeOf(supervisor: ModelSupervisor): unknown[] {
  return supervisor.children.map(({ spec: { name }, alive, below }) =>
    below === undefined ? `${name} ${alive ? "up" : "down"}` : [
      name,
      shapeOf(below),
    ]
  );
}

function childrenOf(root: ModelSupervisor): ModelChild[] {
  return supervisorsOf(root).flatMap(({ children }) => children)
    .filter(({ alive }) => alive);
}

/** A dynamic supervisor stops supervisors side by side: it has none here. */
function fit(spec: Spec, { dynamic }: ModelSupervisor): Spec {
  if (!dynamic) return spec;
  const { below: _, ...rest } = spec;
  return rest;
}

/** Does an operation in both; returns if calls had the same outcome. */
async function perform(
  operation: Operation,
  real: RealTree,
  model: ModelSupervisor,
  supervisorOf: (child: ModelChild) => ModelSupervisor,
): Promise<[expected: unknown, actual: unknown] | undefined> {
  if (operation.type === "deed") {
    const children = childrenOf(model);
    const target = children[operation.whom % children.length];
    const { deed } = operation;
    if (target === undefined || deed === "tell") return undefined;
    const isOwn = deed !== "kill" && deed !== "stop" && deed !== "drain";
    if (target.below !== undefined && isOwn) return undefined;
    real.do(target.path, deed);
    supervisorOf(target).deed(target, deed);
    return undefined;
  }
  if (operation.type === "wait") return undefined;
  const supervisors = supervisorsOf(model);
  const at = supervisors[operation.at % supervisors.length] as ModelSupervisor;
  const ref = real.at(at.path);
  let call: Promise<unknown>;
  let expected: boolean;
  if (operation.type === "call") {
    call = CALLS[operation.call](ref, operation.name);
    expected = at.call(operation.call, operation.name);
  } else {
    const spec = fit(operation.spec, at);
    const next = real.child(spec);
    const starts = operation.type === "start";
    call = (starts ? startChild : replaceChild)(ref, next);
    expected = starts ? at.startChild(spec) : at.replaceChild(spec);
  }
  const outcome = call.then(() => true, () => false);
  return [expected, await soon(outcome)];
}

/** Does a scenario; fails if the supervisors do not do what the model does. */
export async function runCalmly(scenario: Scenario): Promise<void> {
  const real = new RealTree(scenario);
  await using test = real.test;
  let next = 0;
  const world = {
    log: [] as string[],
    now: 0,
    nextStart: () => scenario.starts[next++] ?? "at once",
  };
  const model = new ModelSupervisor(world, "/root", scenario.root, () => {});
  const supervisorOf = (child: ModelChild): ModelSupervisor =>
    supervisorsOf(model).find(({ children }) =>
      children.includes(child)
    ) as ModelSupervisor;
  model.start();
  const compare = async (): Promise<void> => {
    await settle();
    assertEquals(real.log, world.log);
    assertEquals(real.root.alive, model.over === undefined);
    if (model.over !== undefined) return;
    real.know(supervisorsOf(model).map(({ path }) => path));
    assertEquals(await real.shape(real.root), shapeOf(model));
  };
  await compare();
  for (const operation of scenario.operations) {
    if (model.over !== undefined) break;
    if (operation.type === "wait") {
      world.now += operation.ms;
      await test.advance(operation.ms);
    }
    const outcome = await perform(operation, real, model, supervisorOf);
    if (outcome !== undefined) assertEquals(outcome[1], outcome[0]);
    await compare();
  }
}
