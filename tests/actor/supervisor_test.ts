import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorRef,
  child,
  type ExitReason,
  RestartLimitError,
  type RestartPolicy,
  startChild,
  supervisor,
  type SupervisorMessage,
} from "../../src/actor/mod.ts";
import { shouldRestart } from "../../src/actor/supervision_state.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  TestSystem,
} from "./fixtures.ts";
import { hang } from "./supervisor_fixtures.ts";

// Which children are restarted.

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

Deno.test("A restart keeps the reference and the waiting messages, with fresh state", async () => {
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

Deno.test("A restart of a killed child keeps the waiting messages", async () => {
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

Deno.test("A restart is reported with the number of restarts so far", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  for (const _ of [1, 2]) ref.tell(crash());
  await handled(ref);
  assertEquals(test.of("restarted").map(({ restarts }) => restarts), [1, 2]);
});

Deno.test("A child that crashes leaves its siblings alone", async () => {
  await using test = new TestSystem();
  const root = test.supervise();
  const lives: number[] = [];
  const sibling = await test.supervised(
    {
      started: (_, life) => void lives.push(life),
    },
    {},
    root,
  );
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash());
  await handled(ref);
  await handled(sibling);
  assertEquals(lives, [0]);
});

Deno.test("A child that was killed with its handler running is not affected by it in its next life", async () => {
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

Deno.test("A child that was killed as it started is not affected by that start in its next life", async () => {
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

Deno.test("A child that stopped in time is not killed at that deadline in its next life", async () => {
  await using test = new TestSystem();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const ref = await test.supervised({ stopped: () => gates[1]?.promise }, {
    shutdownMs: 70,
  });
  ref.tell(() => gates[0]?.promise);
  await settle();
  ref.stop();
  // The deadline runs while the handler and then while the clean-up waits.
  for (const gate of gates) {
    await test.advance(20);
    gate.resolve();
  }
  await settle();
  assertEquals(test.clock.holding, 0);
  ref.tell(hang);
  await test.advance(70);
  assertEquals(test.of("restarted").length, 1);
});

Deno.test("A child whose clean-up hung is not affected by its end in its next life", async () => {
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
  const root = test.supervise({ maxRestarts: 2, withinMs: 100 });
  const ref = await test.supervised({}, {}, root);
  for (const _ of [1, 2, 3]) ref.tell(crash(cause));
  const reason = await soon(root.stopped);
  assertEquals(reason.type, "failed");
  const error = reason.type === "failed" ? reason.cause : undefined;
  assertInstanceOf(error, RestartLimitError);
  assertEquals(
    error.message,
    "/root gave up: /root/1 failed too often, see cause",
  );
  assertStrictEquals(error.cause, cause);
  assertEquals(await soon(ref.stopped), { type: "failed", cause });
  assertEquals(test.story.slice(2), [
    "failed /root/1",
    "restarted /root/1",
    "failed /root/1",
    "restarted /root/1",
    "failed /root/1",
    "gave_up /root",
    "failed /root",
    "stopped /root/1",
    "stopped /root",
  ]);
  assertStrictEquals(test.of("gave_up")[0]?.child, ref);
  assertStrictEquals(test.of("gave_up")[0]?.cause, cause);
});

Deno.test("A supervisor that gives up sends waiting messages to dead letters", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, root);
  ref.tell(crash());
  ref.tell(() => {});
  await soon(root.stopped);
  assertEquals(test.of("dead_letter").map(({ target }) => target), [ref]);
});

Deno.test("The window slides: only restarts within it count", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 2, withinMs: 100 });
  const ref = await test.supervised({}, {}, root);
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

Deno.test("The limit and the window are checked when the supervisor is created", () => {
  for (const wrong of [-1, NaN]) {
    assertThrows(() => supervisor({ maxRestarts: wrong }), RangeError);
    assertThrows(() => supervisor({ withinMs: wrong }), RangeError);
  }
});

Deno.test("The restarts of all children count together", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 1 });
  const first = await test.supervised({}, {}, root);
  const second = await test.supervised({}, {}, root);
  first.tell(crash());
  await settle();
  second.tell(crash());
  await settle();
  assertEquals(test.of("gave_up").length, 1);
});

Deno.test("A supervisor that gives up because of a kill says so", async () => {
  await using test = new TestSystem();
  const root = test.supervise({ maxRestarts: 0 });
  const ref = await test.supervised({}, {}, root);
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
  let lives = 0;
  const { ref } = await test.onlyChild({
    started(_, life) {
      lives = life + 1;
      if (life < 3) throw new Error("no start");
    },
  }, { maxRestarts: 3 });
  await handled(ref);
  assertEquals(lives, 4);
  assertEquals(test.of("gave_up"), []);
});

Deno.test("A child that can never start makes its supervisor give up", async () => {
  await using test = new TestSystem();
  let lives = 0;
  const { root } = await test.onlyChild({
    started() {
      lives++;
      throw new Error("no start");
    },
  });
  await soon(root.stopped);
  assertEquals(lives, 4);
});

Deno.test("A start that always fails never loops within one turn", async () => {
  await using test = new TestSystem();
  // Time passes with each life, so the window stays short.
  const { root } = await test.onlyChild({
    started() {
      test.clock.advance(1);
      throw new Error("no start");
    },
  }, { maxRestarts: Infinity, withinMs: 0 });
  // Timers of the event loop have their turns meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 1));
  root.kill();
});

for (
  const [options, name] of [
    [{ strategy: "one-for-all" }, "strategy"],
    [{ autoShutdown: "always" }, "autoShutdown"],
  ] as const
) {
  Deno.test(`supervisor() refuses an unknown ${name}`, () => {
    assertThrows(
      // As a program without types does.
      () => Reflect.apply(supervisor, undefined, [options]),
      TypeError,
      `Cannot use ${name}: it is "${Object.values(options)}"`,
    );
  });
}

Deno.test("child() refuses an unknown restart policy", () => {
  assertThrows(
    () =>
      Reflect.apply(child, undefined, [{
        behavior: () => ({ receive() {} }),
        restart: "always",
      }]),
    TypeError,
    'it must be "permanent", "transient" or "temporary"',
  );
});
