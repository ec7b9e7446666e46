/**
 * Laws of the real supervisor that hold whatever is done to it and to its
 * children, and in whatever order the actors have their turns.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type AutoShutdown,
  type Child,
  child,
  type ChildInfo,
  listChildren,
  removeChild,
  replaceChild,
  restartChild,
  type RestartPolicy,
  startChild,
  type Strategy,
  supervisor,
  type SupervisorRef,
  terminateChild,
  UnavailableError,
} from "../../src/actor/mod.ts";
import { seededScheduler } from "../../src/testing/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";

/** How a life starts or ends. */
type Manner = "plain" | "waits" | "throws" | "outage";

/** What is done to one child. */
type Deed =
  | "crash"
  | "outage"
  | "wait"
  | "stop"
  | "stop itself"
  | "drain"
  | "kill"
  | "tell"
  | "terminate"
  | "restart"
  | "remove"
  | "replace";

type Operation =
  | { readonly type: "start"; readonly policy: RestartPolicy }
  | { readonly type: "do"; readonly deed: Deed; readonly whom: number }
  | { readonly type: "advance"; readonly ms: number }
  | { readonly type: "release" }
  | { readonly type: "settle" };

interface Options {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly maxRestarts: number;
  readonly initialMs: number;
  readonly seed: number;
}

const DEADLINE_MS = 50;

/** A supervisor, its children, and the books that are kept about them. */
class World implements AsyncDisposable {
  readonly test: TestSystem;
  readonly root: SupervisorRef;
  /** Calls that have no reply yet. */
  calls = 0;
  readonly #manners: Manner[];
  /** Whether the last life of each actor goes on. */
  readonly #lives = new Map<string, AbortSignal>();
  #gate = Promise.withResolvers<void>();

  constructor(
    { strategy, autoShutdown, maxRestarts, initialMs, seed }: Options,
    policies: readonly RestartPolicy[],
    manners: readonly Manner[],
  ) {
    this.test = new TestSystem({ scheduler: seededScheduler(seed) });
    this.#manners = [...manners];
    const backoff = initialMs === 0 ? false : { initialMs };
    const children = strategy === "dynamic" ? {} : {
      children: policies.map((policy, at) => this.child(policy, `child ${at}`)),
    };
    const root = supervisor({
      strategy,
      autoShutdown,
      maxRestarts,
      backoff,
      ...children,
    });
    this.root = this.test.system.spawn(root, { name: "root" });
    if (strategy !== "dynamic") return;
    for (const policy of policies) this.start(policy);
  }

  child(restart: RestartPolicy, name?: string): Child<Step> {
    const lives = this.#lives;
    return child({
      ...(name === undefined ? {} : { name }),
      restart,
      significant: restart !== "permanent",
      shutdownMs: DEADLINE_MS,
      behavior: (context) => {
        const { path } = context.self;
        assert(lives.get(path)?.aborted ?? true, `${path} has two lives`);
        lives.set(path, context.signal);
        return stepper({
          started: () => this.#come(),
          stopped: () => this.#come(),
        })(context);
      },
    });
  }

  #come(): void | Promise<void> {
    const manner = this.#manners.shift();
    switch (manner) {
      case "waits":
        return this.#gate.promise;
      case "throws":
        throw new Error("throws");
      case "outage":
        throw new UnavailableError("outage");
      case "plain":
      case undefined:
        return;
      default:
        manner satisfies never;
    }
  }

  release(): void {
    this.#gate.resolve();
    this.#gate = Promise.withResolvers();
  }

  start(policy: RestartPolicy): void {
    this.#call(startChild(this.root, this.child(policy)));
  }

  /** The children; none if the supervisor is gone, or ends. */
  list(): Promise<readonly ChildInfo[]> {
    return soon(listChildren(this.root)).catch(() => []);
  }

  async do(deed: Deed, whom: number): Promise<void> {
    const children = await this.list();
    const found = children[whom % children.length];
    if (found === undefined) return;
    const { root } = this;
    const { name, restart } = found;
    // It is one of ours.
    const ref = found.ref as ReturnType<TestSystem["spawn"]> | undefined;
    switch (deed) {
      case "crash":
        return void ref?.tell(crash());
      case "outage":
        return void ref?.tell(crash(new UnavailableError("outage")));
      case "wait": {
        const { promise } = this.#gate;
        return void ref?.tell(() => promise);
      }
      case "stop itself":
        return void ref?.tell((context) => context.stop());
      case "tell":
        return void ref?.tell(() => {});
      case "stop":
      case "drain":
      case "kill":
        return ref?.[deed]();
      case "terminate":
        return this.#call(terminateChild(root, name));
      case "restart":
        return this.#call(restartChild(root, name));
      case "remove":
        return this.#call(removeChild(root, name));
      case "replace":
        return this.#call(replaceChild(root, this.child(restart, name)));
      default:
        deed satisfies never;
    }
  }

  /** A call may be refused, but it gets a reply. */
  #call(call: Promise<unknown>): void {
    this.calls++;
    call.catch(() => {}).finally(() => void this.calls--);
  }

  /** Lets the time pass that everything needs. */
  async rest(): Promise<void> {
    this.#manners.length = 0;
    for (let i = 0; i < 40; i++) {
      this.release();
      await this.test.advance(i < 20 ? DEADLINE_MS : 60_000);
    }
  }

  /** Each child that is left is up and works, or is down and stays down. */
  async check(): Promise<void> {
    assertEquals(this.calls, 0, "calls without an answer");
    if (!this.root.alive) return;
    for (const { name, phase, ref } of await soon(listChildren(this.root))) {
      assert(phase === "up" || phase === "down", `${name} is ${phase}`);
      assertEquals(ref !== undefined, phase === "up");
      if (ref !== undefined) {
        await handled(ref as ReturnType<TestSystem["spawn"]>);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.test[Symbol.asyncDispose]();
    assertEquals(this.calls, 0, "calls without an answer");
    const left = [...this.#lives].filter(([, signal]) => !signal.aborted);
    assertEquals(left, [], "lives that go on");
  }
}

const policy = fc.constantFrom<RestartPolicy>(
  "permanent",
  "permanent",
  "transient",
  "temporary",
);
const manner = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Manner>("plain") },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Manner>("waits", "throws", "outage"),
  },
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant("start"), policy }),
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("do"),
      deed: fc.constantFrom<Deed>(
        "crash",
        "crash",
        "outage",
        "wait",
        "stop",
        "stop itself",
        "drain",
        "kill",
        "tell",
        "terminate",
        "restart",
        "remove",
        "replace",
      ),
      whom: fc.nat(9),
    }),
  },
  fc.record({
    type: fc.constant("advance"),
    ms: fc.constantFrom(1, 10, DEADLINE_MS, 1000),
  }),
  fc.constant({ type: "release" }),
  { weight: 2, arbitrary: fc.constant({ type: "settle" }) },
);
const options: fc.Arbitrary<Options> = fc.record({
  strategy: fc.constantFrom(
    "one_for_one",
    "one_for_all",
    "rest_for_one",
    "dynamic",
  ),
  autoShutdown: fc.constantFrom("never", "never", "any_significant"),
  maxRestarts: fc.constantFrom(2, Infinity),
  initialMs: fc.constantFrom(0, 100),
  seed: fc.integer(),
});

Deno.test("Whatever is done to the children of a supervisor: all are up or down in the end, and every call gets a reply", async () => {
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(policy, { maxLength: 4 }),
      fc.array(manner, { maxLength: 30, size: "max" }),
      fc.array(operation, { maxLength: 20, size: "max" }),
      async (options, policies, manners, operations) => {
        await using world = new World(options, policies, manners);
        for (const operation of operations) {
          switch (operation.type) {
            case "start":
              world.start(operation.policy);
              break;
            case "do":
              await world.do(operation.deed, operation.whom);
              break;
            case "advance":
              await world.test.advance(operation.ms);
              break;
            case "release":
              world.release();
              break;
            case "settle":
              await settle();
              break;
            default:
              operation satisfies never;
          }
        }
        await world.rest();
        await world.check();
      },
    ),
    { numRuns: 300 },
  );
});
