import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  ActorStoppedError,
  type ExitReason,
  RestartLimitError,
  type RestartPolicy,
  startChild,
  supervisor,
  type SupervisorMessage,
  TroupeError,
} from "../../src/actor/mod.ts";
import { shouldRestart } from "../../src/actor/supervision.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";

/** A step that never ends. */
const hang: Step = () => new Promise<void>(() => {});

/** Replaces chance by a constant until it is disposed. */
function fixedChance(part: number): Disposable {
  const { random } = Math;
  Math.random = () => part;
  return { [Symbol.dispose]: () => void (Math.random = random) };
}

// Who is restarted.

/** Ways to end a life, by the reason that it ends with. */
const endings: Record<ExitReason["type"], (ref: ActorRef<Step>) => void> = {
  normal: (ref) => void ref.tell((context) => context.stop()),
  shutdown: (ref) => ref.stop(),
  killed: (ref) => ref.kill(),
  failed: (ref) => void ref.tell(crash()),
};

const restarted: Record<RestartPolicy, readonly ExitReason["type"][]> = {
  permanent: ["normal", "shutdown", "killed", "failed"],
  transient: ["killed", "failed"],
  temporary: [],
};

for (const policy of ["permanent", "transient", "temporary"] as const) {
  for (const type of ["normal", "shutdown", "killed", "failed"] as const) {
    const again = restarted[policy].includes(type);
    const outcome = again ? "lives again" : "is gone";
    Deno.test(`A ${policy} child that ends as ${type} ${outcome}`, async () => {
      await using test = new TestSystem();
      const ref = await test.supervised({}, { restart: policy });
      endings[type](ref);
      await settle();
      if (again) await handled(ref);
      else assertEquals((await soon(ref.stopped)).type, type);
      assertEquals(test.of("restarted").length, again ? 1 : 0);
    });

    Deno.test(`shouldRestart() knows a ${policy} child that ends as ${type}`, () => {
      const reason = type === "failed" ? { type, cause: "crash" } : { type };
      assertEquals(shouldRestart(policy, reason), again);
    });
  }
}

Deno.test("A child is permanent by default", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.stop();
  await settle();
  await handled(ref);
});

Deno.test("A restart keeps the reference and what waits, with fresh state", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  let life = -1;
  const ref = await test.supervised({
    started: (_, number) => void (life = number),
    stopped: ({ type }) => void log.push(`life ${life} ${type}`),
  });
  ref.tell(crash());
  ref.tell(() => void log.push(`handled by life ${life}`));
  await handled(ref);
  assertEquals(log, ["life 0 failed", "handled by life 1"]);
});

Deno.test("A restart of a killed child keeps what waits", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised();
  ref.tell(hang);
  ref.tell(() => void count++);
  await settle();
  ref.kill();
  await settle();
  assertEquals(count, 1);
});

Deno.test("A restart is told with the number of restarts so far", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  for (const _ of [1, 2]) ref.tell(crash());
  await handled(ref);
  assertEquals(test.of("restarted").map(({ restarts }) => restarts), [1, 2]);
});

Deno.test("A child that crashes leaves its siblings alone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const lives: number[] = [];
  const sibling = await test.supervised(
    {
      started: (_, life) => void lives.push(life),
    },
    {},
    boss,
  );
  const ref = await test.supervised({}, {}, boss);
  ref.tell(crash());
  await handled(ref);
  await handled(sibling);
  assertEquals(lives, [0]);
});

Deno.test("A child that was killed with its handler running is undisturbed by it in its next life", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = await test.supervised();
  ref.tell(async () => {
    await gate.promise;
    throw new Error("late");
  });
  await settle();
  ref.kill();
  await settle();
  gate.resolve();
  await handled(ref);
  assertEquals(test.of("failed"), []);
});

Deno.test("A child that was killed with its handler running still handles one message at a time", async () => {
  await using test = new TestSystem();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const log: string[] = [];
  const ref = await test.supervised();
  ref.tell(() => gates[0]?.promise);
  await settle();
  ref.kill();
  ref.tell(() => gates[1]?.promise);
  ref.tell(() => void log.push("second message of the new life"));
  await settle();
  gates[0]?.resolve();
  await settle();
  assertEquals(log, []);
  gates[1]?.resolve();
  await handled(ref);
  assertEquals(log.length, 1);
});

Deno.test("A child that was killed as it started is undisturbed by that start in its next life", async () => {
  await using test = new TestSystem();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ref = await test.supervised({
    started: (_, life) => gates[life]?.promise,
  });
  ref.kill();
  await settle();
  gates[0]?.reject(new Error("late"));
  await settle();
  assertEquals(test.of("failed"), []);
  gates[1]?.resolve();
  await handled(ref);
});

Deno.test("A child that was killed is not cleaned up by its next life", async () => {
  await using test = new TestSystem();
  const log: number[] = [];
  const ref = await test.supervised({
    started(_, life) {
      if (life === 1) throw new Error("no start");
    },
    stopped: () => void log.push(1),
  });
  ref.kill();
  await handled(ref);
  assertEquals(test.of("restarted").length, 2);
  assertEquals(log, []);
});

Deno.test("A child that crashed is cleaned up once, though its next life cannot start", async () => {
  await using test = new TestSystem();
  const log: string[] = [];
  const ref = await test.supervised({
    started(_, life) {
      if (life === 1) throw new Error("no start");
    },
    stopped: ({ type }) => void log.push(type),
  });
  ref.tell(crash());
  await handled(ref);
  assertEquals(log, ["failed"]);
});

Deno.test("A child that was killed is not cleaned up by a stop before its next life", async () => {
  await using test = new TestSystem();
  const log: number[] = [];
  const ref = await test.supervised({ stopped: () => void log.push(1) }, {
    restart: "transient",
  });
  using _stopping = test.system.events.subscribe((event) => {
    if (event.type === "restarted") ref.stop();
  });
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(log, []);
});

Deno.test("A child whose clean-up hung is undisturbed by its end in its next life", async () => {
  await using test = new TestSystem();
  for (const end of ["resolve", "reject"] as const) {
    const gate = Promise.withResolvers<void>();
    let cleanUps = 0;
    const ref = await test.supervised(
      {
        // The first clean-up outlasts its life, the second is still running
        // when the first settles.
        stopped: () => ++cleanUps === 1 ? gate.promise : new Promise(() => {}),
      },
      { shutdownMs: 70 },
      test.supervise({}, end),
    );
    ref.tell(crash());
    await test.advance(70);
    await handled(ref);
    ref.tell(crash());
    await settle();
    const failures = test.of("failed").length;
    gate[end](new Error("late") as never);
    await settle();
    assertEquals(test.of("failed").length, failures);
    assertEquals(cleanUps, 2);
    const next = ref.ask<void>((replyTo) => () => void replyTo.tell());
    await assertRejects(() => soon(next), Error, "pending");
    await test.advance(70);
    await soon(next);
  }
});

// The window.

Deno.test("A supervisor gives up when a child fails too often", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const boss = test.supervise({ maxRestarts: 2, withinMs: 100 });
  const ref = await test.supervised({}, {}, boss);
  for (const _ of [1, 2, 3]) ref.tell(crash(cause));
  const reason = await soon(boss.stopped);
  assertEquals(reason.type, "failed");
  const error = reason.type === "failed" ? reason.cause : undefined;
  assertInstanceOf(error, RestartLimitError);
  assertEquals(
    error.message,
    "/boss gave up: /boss/1 failed too often, see cause",
  );
  assertStrictEquals(error.cause, cause);
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
  assertEquals(test.story.slice(2), [
    "failed /boss/1",
    "restarted /boss/1",
    "failed /boss/1",
    "restarted /boss/1",
    "failed /boss/1",
    "gave_up /boss",
    "failed /boss",
    "stopped /boss/1",
    "stopped /boss",
  ]);
  assertStrictEquals(test.of("gave_up")[0]?.child, ref);
  assertStrictEquals(test.of("gave_up")[0]?.cause, cause);
});

Deno.test("A supervisor that gives up sends what waited to dead letters", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, boss);
  ref.tell(crash());
  ref.tell(() => {});
  await soon(boss.stopped);
  assertEquals(test.of("dead_letter").map(({ target }) => target), [ref]);
});

Deno.test("The window slides: only restarts within it count", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: 2, withinMs: 100 });
  const ref = await test.supervised({}, {}, boss);
  for (let i = 0; i < 10; i++) {
    ref.tell(crash());
    await test.advance(51);
  }
  assertEquals(test.of("restarted").length, 10);
  ref.tell(crash());
  ref.tell(crash());
  await settle();
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("The restarts of all children count together", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: 1 });
  const first = await test.supervised({}, {}, boss);
  const second = await test.supervised({}, {}, boss);
  first.tell(crash());
  await settle();
  second.tell(crash());
  await settle();
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A supervisor that gives up for a kill says so", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, boss);
  ref.kill();
  await settle();
  assertEquals(test.of("gave_up")[0]?.cause, { type: "killed" });
});

Deno.test("A supervisor that gives up is restarted by its own supervisor", async () => {
  await using test = new TestSystem();
  const top = test.supervise({}, "top");
  const behavior = supervisor({ maxRestarts: 0 });
  const middle: ActorRef<SupervisorMessage> = await soon(
    startChild(top, { behavior, name: "middle" }),
  );
  const lost = await test.supervised({}, { name: "worker" }, middle);
  lost.tell(crash());
  await soon(lost.stopped);
  const found = await test.supervised({}, { name: "worker" }, middle);
  await handled(found);
  assertEquals(test.of("restarted").map(({ actor }) => actor), [middle]);
});

Deno.test("A start that fails counts, and is tried again", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: 3 });
  let lives = 0;
  const ref = await test.supervised(
    {
      started(_, life) {
        lives = life + 1;
        if (life < 3) throw new Error("no start");
      },
    },
    {},
    boss,
  );
  await handled(ref);
  assertEquals(lives, 4);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("A child that can never start makes its supervisor give up", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  let lives = 0;
  await test.supervised(
    {
      started() {
        lives++;
        throw new Error("no start");
      },
    },
    {},
    boss,
  );
  await soon(boss.stopped);
  assertEquals(lives, 4);
});

Deno.test("A start that always fails never loops inside one turn", async () => {
  await using test = new TestSystem();
  const boss = test.supervise({ maxRestarts: Infinity, withinMs: 0 });
  // Time passes with each life, so the window stays short.
  await startChild(boss, {
    behavior() {
      test.clock.advance(1);
      throw new Error("no start");
    },
  });
  // Immediates and timers of the event loop have their turns meanwhile.
  await settle();
  await new Promise((resolve) => setTimeout(resolve, 1));
  boss.kill();
});

// Back-off.

Deno.test("A restart after a failure waits for the back-off, and so do messages", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100 };
  const boss = test.supervise({ backoff });
  let count = 0;
  const ref = await test.supervised({}, {}, boss);
  ref.tell(crash());
  await settle();
  assertEquals(ref.tell(() => void count++), true);
  await test.advance(49);
  assertEquals(test.of("restarted").length, 0);
  assertEquals(count, 0);
  await test.advance(1);
  assertEquals(test.of("restarted").length, 1);
  assertEquals(count, 1);
});

Deno.test("Messages wait for a child's next life after a stop as well", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const boss = test.supervise({ backoff: { initialMs: 100 } });
  let count = 0;
  const ref = await test.supervised({}, {}, boss);
  ref.stop();
  await settle();
  assertEquals(ref.tell(() => void count++), true);
  await test.advance(50);
  assertEquals(count, 1);
});

Deno.test("A mailbox stays bounded during the back-off", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const boss = test.supervise({ backoff: {} });
  const mailbox = { maxMessages: 2 };
  const ref = await test.supervised({}, { mailbox }, boss);
  ref.tell(crash());
  await settle();
  const answers = [1, 2, 3].map(() => ref.tell(() => {}));
  assertEquals(answers, [true, true, false]);
});

/** How long each restart is waited for, when the child crashes at once. */
async function delays(
  test: TestSystem,
  ref: ActorRef<Step>,
  restarts: number,
): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < restarts; i++) {
    const before = test.of("restarted").length;
    ref.tell(crash());
    const from = test.clock.now();
    while (test.of("restarted").length === before) await test.advance(10);
    found.push(test.clock.now() - from);
  }
  return found;
}

Deno.test("The back-off grows with each failure, up to its cap", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100, maxMs: 500 };
  const boss = test.supervise({ backoff, maxRestarts: 9 });
  const ref = await test.supervised({}, {}, boss);
  assertEquals(await delays(test, ref, 5), [50, 100, 200, 250, 250]);
});

Deno.test("The back-off begins anew after a healthy time", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const backoff = { initialMs: 100, resetAfterMs: 1000 };
  const boss = test.supervise({ backoff, maxRestarts: 9 });
  const ref = await test.supervised({}, {}, boss);
  assertEquals(await delays(test, ref, 2), [50, 100]);
  await test.advance(900);
  assertEquals(await delays(test, ref, 1), [200], "that was not long enough");
  await test.advance(1001);
  assertEquals(await delays(test, ref, 1), [50]);
});

Deno.test("The back-off of a child is its own", async () => {
  using _chance = fixedChance(0.5);
  await using test = new TestSystem();
  const boss = test.supervise({ backoff: {}, maxRestarts: 9 });
  const first = await test.supervised({}, {}, boss);
  const second = await test.supervised({}, {}, boss);
  assertEquals(await delays(test, first, 2), [50, 100]);
  assertEquals(await delays(test, second, 1), [50]);
});

Deno.test("Options are checked when the supervisor is made", () => {
  assertThrows(() => supervisor({ backoff: { initialMs: -1 } }), RangeError);
  assertThrows(() => supervisor({ maxRestarts: NaN }), RangeError);
});

/** A child that has crashed, and waits for its back-off of 50 ms. */
async function backingOff(
  test: TestSystem,
  restart: RestartPolicy,
): Promise<ActorRef<Step>> {
  using _chance = fixedChance(0.5);
  const boss = test.supervise({ backoff: { initialMs: 100 } });
  const ref = await test.supervised({}, { restart, name: "a" }, boss);
  ref.tell(crash("crash"));
  await settle();
  assertEquals(test.of("failed").length, 1);
  return ref;
}

Deno.test("A transient child that is stopped during its back-off is gone at once", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  ref.tell(() => {});
  ref.stop();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
  assertEquals(test.of("dead_letter").length, 1);
  await test.advance(50);
  assertEquals(test.of("restarted"), []);
});

Deno.test("A permanent child that is stopped during its back-off is restarted once", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  ref.tell(() => {});
  ref.stop();
  ref.stop();
  await settle();
  assertEquals(test.of("dead_letter").length, 1, "what waited is discarded");
  assertEquals(ref.tell(() => {}), true, "what comes then waits");
  await test.advance(49);
  assertEquals(test.of("restarted"), []);
  await test.advance(1e5);
  assertEquals(test.of("restarted").length, 1);
  await handled(ref);
});

Deno.test("A child that is drained during its back-off handles what waits in its next life", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  let count = 0;
  ref.tell(() => void count++);
  ref.drain();
  assertEquals(ref.tell(() => {}), false);
  await settle();
  assertEquals(count, 0);
  await test.advance(50);
  assertEquals(count, 1);
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
});

Deno.test("A child that is killed during its back-off still lives again", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "transient");
  ref.kill();
  await test.advance(50);
  await handled(ref);
});

Deno.test("A supervisor that stops during a child's back-off lets it go", async () => {
  await using test = new TestSystem();
  const ref = await backingOff(test, "permanent");
  await test.system.shutdown();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
  assertEquals(test.gone, ["/boss/a", "/boss"]);
});

// A stop that was asked for.

Deno.test("A transient child that crashes on its way to a stop is not restarted", async () => {
  await using test = new TestSystem();
  const cause = new Error("crash");
  const ways: Step[] = [
    (context) => {
      context.stop();
      throw cause;
    },
    async (context) => {
      await undefined;
      context.self.stop();
      throw cause;
    },
  ];
  for (const way of ways) {
    const ref = await test.supervised(
      {},
      { restart: "transient" },
      test.supervise({}, `boss ${ways.indexOf(way)}`),
    );
    ref.tell(way);
    assertEquals(await soon(ref.stopped), { type: "failed", cause });
  }
  assertEquals(test.of("restarted"), []);
});

Deno.test("A transient child that must be killed on its way to a stop is not restarted", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, {
    restart: "transient",
    shutdownMs: 70,
  });
  ref.tell(hang);
  ref.tell(() => {});
  await settle();
  ref.stop();
  await test.advance(70);
  assertEquals(await soon(ref.stopped), { type: "killed" });
});

Deno.test("A transient child that is stopped while it cleans up after a crash is gone", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const ref = await test.supervised({ stopped: () => gate.promise }, {
    restart: "transient",
  });
  ref.tell(crash("crash"));
  await settle();
  ref.stop();
  gate.resolve();
  assertEquals(await soon(ref.stopped), { type: "failed", cause: "crash" });
});

Deno.test("A permanent child that must be killed on its way to a stop has lost what waited", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised({}, { shutdownMs: 70 });
  ref.tell(hang);
  ref.tell(() => void count++);
  await settle();
  ref.stop();
  await test.advance(70);
  await handled(ref);
  assertEquals(count, 0);
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("A permanent child that was stopped has lost what waited", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised();
  ref.tell((context) => context.stop());
  ref.tell(() => void count++);
  await handled(ref).catch(() => {});
  await handled(ref);
  assertEquals(count, 0);
});

Deno.test("A child that crashes while it drains goes on in its next life", async () => {
  await using test = new TestSystem();
  let count = 0;
  const ref = await test.supervised({}, { restart: "transient" });
  ref.tell(crash());
  ref.tell(() => void count++);
  ref.drain();
  assertEquals(await soon(ref.stopped), { type: "shutdown" });
  assertEquals(count, 1);
  assertEquals(test.of("restarted").length, 1);
});

Deno.test("A transient child that is killed while it drains is gone", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "transient" });
  ref.tell(hang);
  ref.tell(() => {});
  await settle();
  ref.drain();
  ref.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(test.of("dead_letter").length, 1);
});

Deno.test("A permanent child that has drained is restarted, and takes messages", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  ref.drain();
  await settle();
  await handled(ref);
});

Deno.test("A child that is stopped just after it crashed obeys its policy", async () => {
  await using test = new TestSystem();
  const policies: [RestartPolicy, number][] = [
    ["transient", 0],
    ["permanent", 1],
  ];
  for (const [restart, restarts] of policies) {
    test.events.length = 0;
    const boss = test.supervise({}, restart);
    const gate = Promise.withResolvers<void>();
    const stopped = (): Promise<void> => gate.promise;
    const ref = await test.supervised({ stopped }, { restart }, boss);
    ref.tell(crash());
    await settle();
    // The supervisor has not had its turn yet when the stop comes.
    gate.promise.then(() => ref.stop());
    gate.resolve();
    await settle();
    assertEquals(test.of("restarted").length, restarts);
    if (restarts > 0) await handled(ref);
    else await soon(ref.stopped);
  }
});

// Ends.

Deno.test("A supervisor stops its children last to first, each when the next is gone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const log: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  for (const name of ["a", "b", "c"]) {
    const gate = Promise.withResolvers<void>();
    gates.set(name, gate);
    await test.supervised(
      {
        stopped() {
          log.push(name);
          return gate.promise;
        },
      },
      { name },
      boss,
    );
  }
  boss.stop();
  await settle();
  assertEquals(log, ["c"]);
  gates.get("c")?.resolve();
  await settle();
  assertEquals(log, ["c", "b"]);
  gates.get("b")?.resolve();
  gates.get("a")?.resolve();
  await soon(boss.stopped);
  assertEquals(test.gone, ["/boss/c", "/boss/b", "/boss/a", "/boss"]);
});

Deno.test("A supervisor kills a child that hangs, and goes on with the next", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const first = await test.supervised({}, { shutdownMs: 70 }, boss);
  const second = await test.supervised({}, { shutdownMs: 70 }, boss);
  second.tell(hang);
  await settle();
  boss.stop();
  await test.advance(70);
  assertEquals(await soon(second.stopped), { type: "killed" });
  assertEquals(await soon(first.stopped), { type: "shutdown" });
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
});

Deno.test("A child whose verdict on a stop waits when its supervisor stops is gone", async () => {
  await using test = new TestSystem();
  for (const strategy of ["one_for_one", "dynamic"] as const) {
    const boss = test.supervise({ strategy }, strategy);
    const gate = Promise.withResolvers<void>();
    const stopped = (): Promise<void> => gate.promise;
    const ref = await test.supervised({ stopped }, {}, boss);
    ref.stop();
    await settle();
    // The supervisor has not had its turn yet when its own stop comes.
    gate.promise.then(() => boss.stop());
    gate.resolve();
    assertEquals(await soon(boss.stopped), { type: "shutdown" });
    assertEquals(await soon(ref.stopped), { type: "shutdown" });
  }
});

Deno.test("A supervisor has no deadline but those of its children", async () => {
  await using test = new TestSystem({ shutdownMs: Infinity });
  const stopped = (): Promise<void> => new Promise(() => {});
  for (const strategy of ["one_for_one", "dynamic"] as const) {
    const boss = test.supervise({ strategy }, strategy);
    const first = await test.supervised({ stopped }, {}, boss);
    for (const _ of [1, 2]) await test.supervised({ stopped }, {}, boss);
    boss.stop();
    for (const _ of [1, 2, 3]) await test.advance(5000);
    assertEquals(await soon(first.stopped), { type: "killed" });
    assertEquals(await soon(boss.stopped), { type: "shutdown" });
  }
});

Deno.test("A supervisor with a deadline is killed at it", async () => {
  await using test = new TestSystem();
  const boss = test.system.spawn(supervisor(), { shutdownMs: 70 });
  const ref = await test.supervised(
    { stopped: () => new Promise(() => {}) },
    {},
    boss,
  );
  boss.stop();
  await test.advance(70);
  assertEquals(await soon(ref.stopped), { type: "killed" });
  assertEquals(await soon(boss.stopped), { type: "killed" });
});

Deno.test("A supervisor of very many children that back off lets them all go", async () => {
  await using test = new TestSystem();
  using _chance = fixedChance(0.5);
  const boss = test.supervise({ backoff: {}, maxRestarts: Infinity });
  const started = (): void => {
    throw new Error("no start");
  };
  const behavior = stepper({ started });
  for (let i = 0; i < 10_000; i++) await startChild(boss, { behavior });
  await settle();
  boss.stop();
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
});

Deno.test("A child that exits while its supervisor ends is not restarted", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const first = await test.supervised({}, {}, boss);
  const gate = Promise.withResolvers<void>();
  await test.supervised({ stopped: () => gate.promise }, {}, boss);
  boss.stop();
  await settle();
  first.tell(crash("crash"));
  await settle();
  assertEquals(await soon(first.stopped), { type: "failed", cause: "crash" });
  gate.resolve();
  await soon(boss.stopped);
  assertEquals(test.of("restarted"), []);
});

Deno.test("A child whose verdict waits when its supervisor stops is gone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const ref = await test.supervised({}, {}, boss);
  using _stopping = test.system.events.subscribe((event) => {
    if (event.type === "failed") boss.stop();
  });
  ref.tell(crash());
  assertEquals(await soon(boss.stopped), { type: "shutdown" });
  assertEquals(test.gone, [ref.path, boss.path]);
});

Deno.test("A supervisor that is killed takes its children along, and restarts none", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const ref = await test.supervised({}, {}, boss);
  boss.kill();
  assertEquals(await soon(ref.stopped), { type: "killed" });
  await soon(boss.stopped);
  assertEquals(test.gone, [ref.path, boss.path]);
});

Deno.test("A supervised supervisor that is killed counts one restart", async () => {
  await using test = new TestSystem();
  const top = test.supervise({ maxRestarts: 1 }, "top");
  const middle: ActorRef<SupervisorMessage> = await soon(
    startChild(top, { behavior: supervisor(), name: "middle" }),
  );
  for (const name of ["a", "b"]) await test.supervised({}, { name }, middle);
  middle.kill();
  await settle();
  await test.supervised({}, { name: "a" }, middle);
  assertEquals(test.of("restarted").map(({ actor }) => actor), [middle]);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("A child of a child is gone before the child is restarted", async () => {
  await using test = new TestSystem();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const start = (context: ActorContext<Step>, life: number): void => {
    log.push(`life ${life}`);
    context.spawn(stepper({ stopped: () => gate.promise }), { name: "below" });
  };
  const ref = await test.supervised({ started: start });
  ref.tell(crash());
  await settle();
  assertEquals(log, ["life 0"]);
  gate.resolve();
  await handled(ref);
  assertEquals(log, ["life 0", "life 1"]);
});

Deno.test("A child that is watched is told of when it is let go", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised({}, { restart: "temporary" });
  const watcher = test.spawn();
  const seen: ExitReason[] = [];
  watcher.tell((context) =>
    context.watch(ref, (reason) => () => void seen.push(reason))
  );
  await handled(watcher);
  ref.tell(crash("crash"));
  await settle();
  assertEquals(seen, [{ type: "failed", cause: "crash" }]);
});

// Starting children.

Deno.test("startChild() starts a child below the supervisor", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const ref = await soon(startChild(boss, { behavior: stepper(), name: "a" }));
  assertEquals(ref.path, "/boss/a");
  await handled(ref);
});

Deno.test("startChild() rejects when the name is taken, also by a child that backs off", async () => {
  await using test = new TestSystem();
  await backingOff(test, "permanent");
  const [boss] = test.of("started").map(({ actor }) => actor);
  const error = await assertRejects(
    () =>
      soon(startChild(boss as ActorRef<SupervisorMessage>, {
        behavior: stepper(),
        name: "a",
      })),
    TroupeError,
    'has a child named "a" already',
  );
  assertInstanceOf(error.cause, TroupeError);
});

Deno.test("startChild() may use the name of a child that is gone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  const spec = { name: "a", restart: "temporary" } as const;
  const first = await test.supervised({}, spec, boss);
  first.stop();
  await soon(first.stopped);
  await handled(await test.supervised({}, spec, boss));
});

Deno.test("startChild() rejects when the supervisor is gone", async () => {
  await using test = new TestSystem();
  const boss = test.supervise();
  boss.kill();
  await assertRejects(
    () => soon(startChild(boss, { behavior: stepper() })),
    ActorStoppedError,
  );
});
