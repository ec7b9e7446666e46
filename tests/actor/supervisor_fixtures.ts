/**
 * What the tests of supervisors share: children that tell what they do, and
 * whose starts and ends a test can delay.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type ActorRef,
  type Child,
  child,
  type ChildSpec,
  findChild,
  listChildren,
  type RestartPolicy,
  type SupervisorRef,
} from "../../src/actor/mod.ts";
import {
  crash,
  settle,
  soon,
  type Step,
  stepper,
  type TestSystem,
} from "./fixtures.ts";

/** A step that never ends. */
export const hang: Step = () => new Promise<void>(() => {});

/** Replaces chance by a constant until it is disposed. */
export function fixedChance(part: number): Disposable {
  const { random } = Math;
  Math.random = () => part;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

/** Children that log `start a` and `stop a`, as their lives start and end. */
export class Cast {
  readonly log: string[] = [];
  readonly #gates = new Map<string, PromiseWithResolvers<void>>();
  readonly #held = new Set<string>();
  readonly #faults = new Map<string, unknown[]>();

  /** A child of this name, for any number of supervisors. */
  child(
    name: string,
    spec: Omit<ChildSpec<Step>, "behavior" | "name"> = {},
  ): Child<Step> {
    const behavior = stepper({
      started: () => this.#come(`start ${name}`),
      stopped: () => this.#come(`stop ${name}`),
    });
    return child({ ...spec, name, behavior });
  }

  /** Some children, by their names. */
  children(...names: string[]): Child<Step>[] {
    return names.map((name) => this.child(name));
  }

  /** The next such moment does not pass, until it is let. */
  hold(moment: string): void {
    this.#gates.set(moment, Promise.withResolvers());
    this.#held.add(moment);
  }

  /** Lets a moment pass, and everything that follows from it happen. */
  async let(moment: string): Promise<void> {
    this.#gates.get(moment)?.resolve();
    this.#gates.delete(moment);
    await settle();
  }

  /** Makes the next such moments fail, one with each error. */
  spoil(moment: string, ...errors: unknown[]): void {
    this.#faults.set(moment, errors);
  }

  /** What has been logged since the last time. */
  news(): string[] {
    return this.log.splice(0);
  }

  #come(moment: string): Promise<void> | undefined {
    this.log.push(moment);
    const faults = this.#faults.get(moment) ?? [];
    if (faults.length > 0) throw faults.shift();
    const held = this.#held.delete(moment);
    return held ? this.#gates.get(moment)?.promise : undefined;
  }
}

/** The reference of a child that its supervisor has. */
export function find(
  root: SupervisorRef,
  child: Child<Step>,
): Promise<ActorRef<Step>> {
  return soon(findChild(root, child));
}

/** The children and where they are, such as `"a up"`. */
export async function phasesOf(root: SupervisorRef): Promise<string[]> {
  const children = await soon(listChildren(root));
  return children.map(({ name, phase }) => `${name} ${phase}`);
}

/** How long each restart is delayed when a child crashes as it starts. */
export async function delays(
  test: TestSystem,
  ref: ActorRef<Step>,
  restarts: number,
  error?: unknown,
): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < restarts; i++) {
    const before = test.of("restarted").length;
    ref.tell(crash(error));
    const from = test.clock.now();
    await settle();
    const restarted = (): boolean => test.of("restarted").length > before;
    while (!restarted() && ref.alive) await test.advance(10);
    found.push(restarted() ? test.clock.now() - from : Infinity);
  }
  return found;
}

/** A child that has crashed, and waits for its back-off of 50 ms. */
export async function backingOff(
  test: TestSystem,
  restart: RestartPolicy,
): Promise<ActorRef<Step>> {
  using _chance = fixedChance(0.5);
  const root = test.supervise({ backoff: { initialMs: 100 } });
  const ref = await test.supervised({}, { restart, name: "a" }, root);
  ref.tell(crash("crash"));
  await settle();
  assertEquals(test.of("failed").length, 1);
  return ref;
}

/** The supervisor of the child that {@linkcode backingOff} returns. */
export function rootOf(test: TestSystem): SupervisorRef {
  return test.of("started")[0]?.actor as SupervisorRef;
}
