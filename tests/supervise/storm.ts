/**
 * Everything at once: a tree of supervisors under calls, crashes, kills,
 * outages, starts and ends that wait or hang, and listeners that strike in the
 * midst of it, in any order of turns. Laws that hold all the same are checked.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  type Behavior,
  type Child,
  child,
  findChild,
  listChildren,
  replaceChild,
  RestartLimitError,
  startChild,
  supervisor,
  type SupervisorMessage,
  type SupervisorRef,
  type SystemEvent,
  UnavailableError,
} from "../../src/actor/mod.ts";
import { seededScheduler } from "../../src/testing/mod.ts";
import {
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "../actor/fixtures.ts";
import { CALLS, STEPS } from "./calm.ts";
import {
  type Below,
  type Deed,
  Dice,
  type Operation,
  type Scenario,
  type Spec,
} from "./scenario.ts";

const DEADLINE_MS = 50;
const GIVE_UP_MS = 500;

/** How a clean-up goes. */
const ENDS = ["at once", "at once", "waits", "throws", "hangs"] as const;

/** An actor that a listener strikes at the next event of a type. */
const EVENTS: readonly SystemEvent["type"][] = [
  "started",
  "stopped",
  "failed",
  "restarted",
  "dead_letter",
];

/** The tree, and the books that are kept about it. */
class Storm implements AsyncDisposable {
  readonly test: TestSystem;
  readonly root: SupervisorRef;
  /** What happened that must not happen. */
  readonly wrongs: string[] = [];
  readonly #dice: Dice;
  readonly #starts: Scenario["starts"];
  #next = 0;
  #calming = false;
  #calls = 0;
  #gate = Promise.withResolvers<void>();
  /** The actors and supervisors that there have been. */
  readonly #leaves: ActorRef<Step>[] = [];
  readonly #supervisors: SupervisorRef[] = [];
  /** The signal of the latest life at each path, and of each actor. */
  readonly #byPath = new Map<string, AbortSignal>();
  readonly #lives = new Map<ActorRef<never>, AbortSignal>();
  /** When an actor has last handled a message: it was up then. */
  readonly #upAt = new Map<ActorRef<never>, number>();
  /** Actors that must not live again. */
  readonly #dead = new Set<ActorRef<never>>();
  /** Names of actors that somebody has restarted on request. */
  readonly #restarting = new Set<string>();
  /** The children that are never restarted, under any supervisor. */
  readonly #temporary: Child<never>[] = [];
  /** Every actor that there is, before its first start too. */
  readonly #everybody: ActorRef<never>[] = [];
  readonly #present = new Set<ActorRef<never>>();
  readonly #refused: [SupervisorRef, Child<Step> | Child<never>][] = [];
  #gaveUp: ActorRef<never> | undefined;

  constructor({ root, starts }: Scenario, seed: number) {
    this.#dice = new Dice(~seed);
    this.#starts = starts;
    this.test = new TestSystem({ scheduler: seededScheduler(seed) });
    this.test.system.events.subscribe((event) => this.#watch(event));
    const behavior = this.#supervisor(root);
    this.root = this.test.system.spawn(behavior, { name: "root" });
    this.#supervisors.push(this.root);
  }

  #expect(fact: boolean, otherwise: string): void {
    if (!fact) this.wrongs.push(otherwise);
  }

  /** All actors end once, and children before their parents. */
  #watch(event: SystemEvent): void {
    if (event.type === "started") {
      this.#present.add(event.actor);
      this.#everybody.push(event.actor);
    } else if (event.type === "gave_up") this.#gaveUp = event.child;
    else if (event.type === "failed") this.#checkOutage(event.cause);
    else if (event.type === "stopped") {
      const { path } = event.actor;
      this.#expect(this.#present.delete(event.actor), `${path} ended twice`);
      for (const other of this.#present) {
        const below = other.path.startsWith(`${path}/`);
        this.#expect(!below, `${path} ended before ${other.path}`);
      }
    }
  }

  /** Nobody gives up over an outage of a child that was up meanwhile. */
  #checkOutage(cause: unknown): void {
    if (!(cause instanceof RestartLimitError)) return;
    if (!cause.message.includes("unavailable too long")) return;
    const child = this.#gaveUp;
    const upAt = child && this.#upAt.get(child);
    if (upAt === undefined) return;
    const length = this.test.clock.now() - upAt;
    this.#expect(length > GIVE_UP_MS, `${child?.path} was up ${length} ms ago`);
  }

  /** Keeps the books of a life that begins. */
  #live({ self, signal }: ActorContext<never>): void {
    const { path } = self;
    const before = this.#byPath.get(path);
    this.#expect(before?.aborted ?? true, `${path} has two lives`);
    this.#expect(!this.#dead.has(self), `${path} lives after its kill`);
    this.#byPath.set(path, signal);
    this.#lives.set(self, signal);
  }

  #supervisor({ rules, children }: Below): Behavior<SupervisorMessage> {
    const initialMs = this.#dice.pick([0, 0, 100]);
    const supervise = supervisor({
      ...rules,
      backoff: initialMs === 0 ? false : { initialMs },
      unavailable: {
        backoff: { initialMs: 20 },
        giveUpAfterMs: this.#dice.pick([Infinity, GIVE_UP_MS]),
      },
      ...(rules.strategy === "dynamic"
        ? {}
        : { children: children.map((spec) => this.child(spec)) }),
    });
    return (context) => {
      this.#live(context);
      if (!this.#supervisors.includes(context.self)) {
        this.#supervisors.push(context.self);
      }
      return supervise(context);
    };
  }

  child({ name, restart, significant, below }: Spec): Child<never> {
    const dice = this.#dice;
    const startMs = dice.pick([undefined, undefined, 80]);
    const options = {
      name,
      restart,
      significant,
      ...(startMs === undefined ? {} : { startMs }),
    };
    const kept = (made: Child<never>): Child<never> => {
      if (restart === "temporary") this.#temporary.push(made);
      return made;
    };
    if (below !== undefined) {
      return kept(child({ ...options, behavior: this.#supervisor(below) }));
    }
    const shutdownMs = dice.pick([0, DEADLINE_MS, DEADLINE_MS]);
    const behavior = stepper({
      started: (context) => this.#start(context),
      stopped: () => this.#end(),
    });
    return kept(child({ ...options, shutdownMs, behavior }));
  }

  #start(context: ActorContext<Step>): void | Promise<void> {
    const { self } = context;
    this.#live(context);
    if (!this.#leaves.includes(self)) this.#leaves.push(self);
    if (this.#calming) return;
    switch (this.#starts[this.#next++]) {
      case "later":
        // Now and then for ever: then the deadline of the start ends it.
        return this.#dice.oneIn(6)
          ? new Promise<void>(() => {})
          : this.#gate.promise;
      case "fails":
        throw new Error("no start");
      case "outage":
        throw new UnavailableError("away");
      default:
        return;
    }
  }

  #end(): void | Promise<void> {
    if (this.#calming) return;
    switch (this.#dice.pick(ENDS)) {
      case "waits":
        return this.#gate.promise;
      case "throws":
        throw new Error("clean-up");
      case "hangs":
        return new Promise<void>(() => {});
      default:
        return;
    }
  }

  /** Something is done to an actor. */
  #strike(ref: ActorRef<never>, deed: Deed): void {
    if (deed === "kill") {
      ref.kill();
      const life = this.#lives.get(ref);
      this.#expect(life?.aborted ?? true, `${ref.path} lives after kill()`);
      // Whoever is being restarted on request lives again all the same.
      const again = this.#restarting.has(ref.name);
      if (this.#isTemporary(ref) && !again) this.#dead.add(ref);
    } else if (deed === "stop" || deed === "drain") ref[deed]();
    else if (deed !== "stop itself and fail") {
      const leaf = this.#leaves.find((leaf) => leaf === ref);
      const step = STEPS[deed]?.();
      if (leaf === undefined || step === undefined) return;
      leaf.tell((context) => {
        this.#upAt.set(leaf, this.test.clock.now());
        return step(context);
      });
    } else {
      const leaf = this.#leaves.find((leaf) => leaf === ref);
      leaf?.tell((context) => {
        context.stop();
        throw new Error("after its stop");
      });
    }
  }

  #isTemporary(ref: ActorRef<never>): boolean {
    return this.#temporary.some((child) =>
      this.#supervisors.some((supervisor) => child.under(supervisor) === ref)
    );
  }

  /** A call gets a reply, whatever that is. */
  #call(call: Promise<unknown>): void {
    this.#calls++;
    call.catch(() => {}).finally(() => void this.#calls--);
  }

  perform(operation: Operation): void {
    const everybody = this.#everybody;
    if (operation.type === "deed") {
      // Latest first: those that are gone are seldom of interest.
      const whom = everybody.at(-1 - operation.whom % everybody.length);
      if (whom !== undefined) this.#strike(whom, operation.deed);
      return;
    }
    const supervisors = this.#supervisors.filter(({ alive }) => alive);
    const at = supervisors[
      operation.type === "wait" ? 0 : operation.at % supervisors.length
    ];
    if (at === undefined) return;
    switch (operation.type) {
      case "wait":
        return this.#listen();
      case "call": {
        const { call, name } = operation;
        if (call === "restart") {
          this.#restarting.add(name);
          for (const ref of this.#dead) {
            if (ref.name === name) this.#dead.delete(ref);
          }
        }
        return this.#call(CALLS[call](at, name));
      }
      case "replace":
        return this.#call(replaceChild(at, this.child(operation.spec)));
      case "start": {
        const next = this.child(operation.spec);
        const starting = startChild(at, next);
        this.#call(
          starting.then(
            // Who terminates and restarts it in the turn of the reply has given
            // its name to an actor that starts again.
            (ref) =>
              this.#expect(
                this.#lives.has(ref) || this.#restarting.has(ref.name),
                `${ref.path} did not start`,
              ),
            () => this.#refused.push([at, next]),
          ),
        );
        this.#call(findChild(at, next));
        return;
      }
      default:
        operation satisfies never;
    }
  }

  /** At the next event of a type, a listener strikes. */
  #listen(): void {
    const dice = this.#dice;
    const type = dice.pick(EVENTS);
    const way = dice.pick(["kill", "stop", "drain"] as const);
    const whom = dice.pick(this.#everybody);
    const subscription = this.test.system.events.subscribe((event) => {
      if (event.type !== type) return;
      subscription[Symbol.dispose]();
      this.#strike(whom, way);
    });
  }

  /** Lets some of what is under way happen. */
  async pace(): Promise<void> {
    switch (this.#dice.below(8)) {
      case 0:
        return await settle();
      case 1:
        this.release();
        return;
      case 2:
        return await this.test.advance(this.#dice.pick([1, 10, 80, 600]));
      case 3:
        return await this.#checkNames();
      case 4:
        return void await undefined;
    }
  }

  release(): void {
    this.#gate.resolve();
    this.#gate = Promise.withResolvers();
  }

  async #checkNames(): Promise<void> {
    for (const supervisor of this.#supervisors) {
      if (!supervisor.alive) continue;
      const children = await soon(listChildren(supervisor)).catch(() => []);
      const names = children.map(({ name }) => name);
      assertEquals(new Set(names).size, names.length, `names: ${names}`);
    }
  }

  /** Lets the time pass that everything needs. */
  async calm(): Promise<void> {
    this.#calming = true;
    for (let i = 0; i < 24; i++) {
      this.release();
      await this.test.advance(i < 12 ? DEADLINE_MS : 60_000);
    }
  }

  /** Each child that is left is up and works, or is down and stays down. */
  async checkRest(): Promise<void> {
    assertEquals(this.#calls, 0, "calls without a reply");
    await this.#checkNames();
    for (const [at, child] of this.#refused) {
      const ref = child.under(at);
      assertEquals(ref?.alive ?? false, false, `${ref?.path} was refused`);
    }
    for (const supervisor of this.#supervisors) {
      if (!supervisor.alive) continue;
      for (const { name, phase, ref } of await soon(listChildren(supervisor))) {
        const expected = ref === undefined ? "down" : "up";
        assertEquals(phase, expected, `${supervisor.path}/${name}`);
        const leaf = this.#leaves.find((leaf) => leaf === ref);
        if (leaf !== undefined) await handled(leaf);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#calming = true;
    await this.test[Symbol.asyncDispose]();
    await settle();
    assertEquals(this.wrongs, []);
    assertEquals(this.#calls, 0, "calls without a reply after the end");
    const paths = [...this.#present].map(({ path }) => path);
    assertEquals(paths, [], "actors that did not end");
    const left = [...this.#byPath].filter(([, signal]) => !signal.aborted);
    assertEquals(left.map(([path]) => path), [], "lives that go on");
  }
}

/** Does a scenario without waiting for anything; fails if a law is broken. */
export async function runStormily(
  scenario: Scenario,
  seed: number,
): Promise<void> {
  await using storm = new Storm(scenario, seed);
  for (const operation of scenario.operations) {
    storm.perform(operation);
    await storm.pace();
  }
  await storm.calm();
  await storm.checkRest();
}
