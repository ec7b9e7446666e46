/**
 * Laws that hold whatever is done to a tree of actors, and whenever: found by
 * chance rather than by thought.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ActorContext,
  type ActorRef,
  removeChild,
  restartChild,
  type RestartPolicy,
  startChild,
  type SupervisorMessage,
  type SupervisorOptions,
  type SystemEvent,
  terminateChild,
} from "../../src/actor/mod.ts";
import {
  type Hooks,
  settle,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";

/** How an actor behaves at its start or at its end. */
type Manner = "plain" | "waits" | "throws" | "hangs" | "kills itself";
/** What a message makes an actor do. */
type Deed =
  | Manner
  | "rejects"
  | "stops itself"
  | "stops itself and hangs"
  | "kills the other"
  | "stops the other"
  | "watches the other"
  | "asks the other"
  | "tells the other"
  | "spawns"
  | "sets a timer"
  | "pipes";
type Way = "stop" | "drain" | "kill";
/** The supervisors of a world. */
type Root = keyof typeof roots;
/** What is asked of one of them. */
type Call = keyof typeof calls;

const roots = {
  eager: { maxRestarts: 4 },
  patient: { maxRestarts: 9, backoff: { initialMs: 20 } },
  all: { maxRestarts: 9, strategy: "one_for_all" },
  rest: {
    maxRestarts: 9,
    strategy: "rest_for_one",
    backoff: { initialMs: 20 },
  },
  dynamic: { maxRestarts: 9, strategy: "dynamic" },
} satisfies Record<string, SupervisorOptions>;
const rootNames = Object.keys(roots) as Root[];

const calls = {
  terminate: terminateChild,
  restart: restartChild,
  remove: removeChild,
};

type Operation =
  | {
    readonly type: "spawn";
    readonly start: Manner;
    readonly end: Manner;
    readonly under: "top" | Root;
    readonly policy: RestartPolicy;
  }
  | {
    readonly type: "control";
    readonly call: Call;
    readonly root: Root;
    readonly name: number;
  }
  | {
    readonly type: "tell";
    readonly target: number;
    readonly other: number;
    readonly deed: Deed;
  }
  | { readonly type: "end"; readonly target: number; readonly way: Way }
  | {
    readonly type: "listen";
    readonly to: SystemEvent["type"];
    readonly target: number;
    readonly way: Way;
  }
  | { readonly type: "advance"; readonly ms: number }
  | { readonly type: "release" }
  | { readonly type: "settle" };

const manners = ["plain", "waits", "throws", "hangs", "kills itself"] as const;
const target = fc.nat(9);
const way = fc.constantFrom<Way>("stop", "drain", "kill");
const manner = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Manner>("plain") },
  { weight: 2, arbitrary: fc.constantFrom<Manner>(...manners) },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("spawn" as const),
      start: manner,
      end: manner,
      under: fc.constantFrom("top", ...rootNames),
      policy: fc.constantFrom("permanent", "transient", "temporary"),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("tell" as const),
      target,
      other: target,
      deed: fc.constantFrom<Deed>(
        ...manners,
        "rejects",
        "stops itself",
        "stops itself and hangs",
        "kills the other",
        "stops the other",
        "watches the other",
        "asks the other",
        "tells the other",
        "spawns",
        "sets a timer",
        "pipes",
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("end" as const), target, way }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("control" as const),
      call: fc.constantFrom(...Object.keys(calls) as Call[]),
      root: fc.constantFrom(...rootNames),
      name: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("listen" as const),
      to: fc.constantFrom<SystemEvent["type"]>(
        "started",
        "stopped",
        "failed",
        "restarted",
        "dead_letter",
      ),
      target,
      way,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("advance" as const),
      ms: fc.constantFrom(1, 10, 100),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ type: "release" as const }) },
  { weight: 4, arbitrary: fc.constant({ type: "settle" as const }) },
);

/** A world to act upon, which keeps the books. */
class World implements AsyncDisposable {
  readonly test: TestSystem = new TestSystem();
  readonly #refs: ActorRef<Step>[] = [];
  readonly #roots = new Map<string, ActorRef<SupervisorMessage>>();
  readonly #alive = new Set<ActorRef<never>>();
  readonly #told: Step[] = [];
  /** How often each message was handled or was a dead letter. */
  readonly #ends = new Map<unknown, number>();
  readonly #wrongs: string[] = [];
  #asked = 0;
  #answered = 0;
  #gate = Promise.withResolvers<void>();

  constructor() {
    const { system } = this.test;
    system.events.subscribe((event) => this.#check(event));
    for (const name of rootNames) {
      this.#roots.set(name, this.test.supervise(roots[name], name));
    }
  }

  #check(event: SystemEvent): void {
    if (event.type === "started") this.#alive.add(event.actor);
    else if (event.type === "dead_letter") this.#settled(event.message);
    else if (event.type === "stopped") {
      const { path } = event.actor;
      this.#expect(this.#alive.delete(event.actor), `${path} stopped twice`);
      for (const other of this.#alive) {
        const below = other.path.startsWith(`${path}/`);
        this.#expect(!below, `${path} is gone before ${other.path}`);
      }
    } else if (event.type === "failed" || event.type === "restarted") {
      // A failure to clean up is reported before the actor is gone.
      const { path } = event.actor;
      this.#expect(this.#alive.has(event.actor), `${path} ${event.type} dead`);
    }
  }

  #expect(fact: boolean, otherwise: string): void {
    if (!fact) this.#wrongs.push(otherwise);
  }

  #settled(message: unknown): void {
    this.#ends.set(message, (this.#ends.get(message) ?? 0) + 1);
  }

  /** Counts an ask, and its end. */
  #count(asking: Promise<void>): void {
    this.#asked++;
    const answered = (): void => void this.#answered++;
    asking.then(answered, answered);
  }

  #ref(index: number): ActorRef<Step> | undefined {
    return this.#refs[index % this.#refs.length];
  }

  #behave(manner: Manner, die: () => void): void | Promise<void> {
    switch (manner) {
      case "plain":
        return;
      case "waits":
        return this.#gate.promise;
      case "throws":
        throw new Error("thrown");
      case "hangs":
        return new Promise(() => {});
      case "kills itself":
        return die();
      default:
        manner satisfies never;
    }
  }

  #hooks(start: Manner, end: Manner): Hooks {
    let self: ActorRef<never> | undefined;
    const die = (): void => self?.kill();
    return {
      started: (context, life) => {
        self = context.self;
        // Not forever: half of the lives start as they should.
        return this.#behave(life % 2 === 0 ? start : "plain", die);
      },
      stopped: () => this.#behave(end, die),
    };
  }

  /** Tells a message of which the books are kept. */
  #tell(ref: ActorRef<Step>, step: Step): void {
    let running = false;
    const message: Step = (context) => {
      this.#settled(message);
      const { path } = context.self;
      this.#expect(!context.signal.aborted, `${path} handles after its end`);
      this.#expect(!running, `${path} handles a message twice at a time`);
      running = true;
      return step(context);
    };
    this.#told.push(message);
    ref.tell(message);
  }

  #do(deed: Deed, other: ActorRef<Step>): Step {
    return (context: ActorContext<Step>) => {
      switch (deed) {
        case "rejects":
          return Promise.reject(new Error("rejected"));
        case "stops itself":
          return context.stop();
        case "stops itself and hangs":
          context.stop();
          return new Promise(() => {});
        case "kills the other":
          return other.kill();
        case "stops the other":
          return other.stop();
        case "watches the other":
          return context.watch(other, () => () => {});
        case "asks the other": {
          const answer = other.ask<void>((replyTo) => () => {
            replyTo.tell();
          });
          return this.#count(answer);
        }
        case "tells the other":
          return this.#tell(other, () => {});
        case "spawns":
          // It must not crash an actor that was asked to stop.
          return void this.#refs.push(
            context.spawn(stepper(this.#hooks("plain", "waits")), {
              shutdownMs: 50,
            }),
          );
        case "sets a timer":
          return void context.after(15, () => {});
        case "pipes":
          return context.pipeToSelf(this.#gate.promise, () => () => {}, () => {
            throw new Error("not rejected");
          });
        default:
          return this.#behave(deed, () => context.self.kill());
      }
    };
  }

  async perform(operation: Operation): Promise<void> {
    switch (operation.type) {
      case "spawn": {
        const behavior = stepper(this.#hooks(operation.start, operation.end));
        const options = { shutdownMs: 50, mailbox: { maxMessages: 4 } };
        const root = this.#roots.get(operation.under);
        if (root === undefined) {
          this.#refs.push(this.test.system.spawn(behavior, options));
          return;
        }
        const { policy: restart } = operation;
        startChild(root, { behavior, restart, ...options }).then(
          (ref) => this.#refs.push(ref),
          () => {},
        );
        return await settle();
      }
      case "tell": {
        const ref = this.#ref(operation.target);
        const other = this.#ref(operation.other);
        if (ref === undefined || other === undefined) return;
        return this.#tell(ref, this.#do(operation.deed, other));
      }
      case "control": {
        const root = this.#roots.get(operation.root);
        if (root === undefined) return;
        this.#count(calls[operation.call](root, `${operation.name}`));
        return;
      }
      case "end":
        return this.#ref(operation.target)?.[operation.way]();
      case "listen": {
        const subscription = this.test.system.events.subscribe((event) => {
          if (event.type !== operation.to) return;
          subscription[Symbol.dispose]();
          this.#ref(operation.target)?.[operation.way]();
        });
        return;
      }
      case "advance":
        return this.test.clock.advance(operation.ms);
      case "release":
        this.#gate.resolve();
        this.#gate = Promise.withResolvers();
        return;
      case "settle":
        return await settle();
      default:
        operation satisfies never;
    }
  }

  /** Ends all, and closes the books. */
  async [Symbol.asyncDispose](): Promise<void> {
    // It fails if the system does not end, or leaves a timer.
    await this.test[Symbol.asyncDispose]();
    await settle();
    assertEquals(this.#wrongs, []);
    assertEquals(this.#alive.size, 0, "actors that did not stop");
    assertEquals(this.#answered, this.#asked, "asks that did not settle");
    for (const message of this.#told) {
      const times = this.#ends.get(message) ?? 0;
      assert(times === 1, `a message ended ${times} times`);
    }
  }
}

Deno.test("Whatever is done: all actors end once, children first, messages and asks too, and nothing is left", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { maxLength: 100, size: "max" }),
      async (operations) => {
        await using world = new World();
        for (const operation of operations) await world.perform(operation);
      },
    ),
    { numRuns: 300 },
  );
});
