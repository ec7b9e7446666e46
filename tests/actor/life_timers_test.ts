import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type ActorContext,
  type ActorRef,
  ActorSystem,
  AskTimeoutError,
  TroupeError,
} from "../../src/actor/mod.ts";
import {
  crash,
  handled,
  settle,
  soon,
  type Step,
  stepper,
  TestSystem,
} from "./fixtures.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { isSlow } from "../support/slow.ts";

/** The context of an actor's present life. */
function contextOf(ref: ActorRef<Step>): Promise<ActorContext<Step>> {
  return soon(ref.ask<ActorContext<Step>>((replyTo) => (context) => {
    replyTo.tell(context);
  }));
}

/** Counts how often its step was handled. */
class Counter {
  count = 0;
  readonly step: Step = () => void this.count++;
}

// every().

Deno.test("every() sends its message after each interval, the first after one", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  (await contextOf(test.spawn())).every(10, ticks.step);
  await test.advance(9);
  assertEquals(ticks.count, 0);
  await test.advance(1);
  assertEquals(ticks.count, 1);
  await test.advance(9);
  assertEquals(ticks.count, 1);
  await test.advance(1);
  assertEquals(ticks.count, 2);
});

Deno.test("every() sends no message while one of its own waits", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  const ref = test.spawn();
  (await contextOf(ref)).every(10, ticks.step);
  const gate = Promise.withResolvers<void>();
  ref.tell(() => gate.promise);
  await test.advance(55);
  gate.resolve();
  await settle();
  assertEquals(ticks.count, 1);
  await test.advance(5);
  assertEquals(ticks.count, 2, "the next one comes in step");
});

Deno.test("every() sends one message while the one before is being handled", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const gate = Promise.withResolvers<void>();
  let started = 0;
  (await contextOf(ref)).every(10, () => {
    started++;
    return gate.promise;
  });
  await test.advance(10);
  await test.advance(55);
  assertEquals(started, 1);
  gate.resolve();
  await settle();
  assertEquals(started, 2);
});

Deno.test("every() keeps its order with other messages", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const log: string[] = [];
  (await contextOf(ref)).every(10, () => void log.push("tick"));
  ref.tell(() => void log.push("before"));
  test.clock.advance(10);
  ref.tell(() => void log.push("after"));
  await settle();
  assertEquals(log, ["before", "tick", "after"]);
});

Deno.test("every() ends when it is cancelled", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  const timer = (await contextOf(test.spawn())).every(10, ticks.step);
  await test.advance(10);
  timer.cancel();
  await test.advance(100);
  assertEquals(ticks.count, 1);
  assertEquals(test.clock.holding, 0);
});

Deno.test("every() may be cancelled by its own message", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  let ticks = 0;
  const timer = context.every(10, () => {
    ticks++;
    timer.cancel();
  });
  await test.advance(10);
  await test.advance(100);
  assertEquals(ticks, 1);
});

Deno.test("A message of every() that is queued when it is cancelled is never seen", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  const timer = (await contextOf(test.spawn())).every(10, ticks.step);
  await settle();
  test.clock.advance(10);
  timer.cancel();
  await settle();
  assertEquals(ticks.count, 0);
  assertEquals(test.of("dead_letter"), [], "nor is it a dead letter");
});

Deno.test("A message of every() that is queued when its life ends is not for the next life", async () => {
  await using test = new TestSystem();
  const ref = await test.supervised();
  const ticks = new Counter();
  (await contextOf(ref)).every(10, ticks.step);
  await settle();
  ref.tell(() => {
    test.clock.advance(10);
    throw new Error("crash");
  });
  await handled(ref);
  await test.advance(100);
  assertEquals(ticks.count, 0);
  assertEquals(test.of("dead_letter"), [], "nor is it a dead letter");
  assertEquals(test.clock.holding, 0);
});

Deno.test("every() of a new life does not wait for the queued message of the old one", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  const ref = await test.supervised({
    started: (context) => void context.every(10, ticks.step),
  });
  ref.tell(() => {
    test.clock.advance(10);
    throw new Error("crash");
  });
  await handled(ref);
  await test.advance(10);
  assertEquals(ticks.count, 1);
});

Deno.test("every() goes on after a full mailbox has refused its message", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, { mailbox: { maxMessages: 1 } });
  const ticks = new Counter();
  (await contextOf(ref)).every(10, ticks.step);
  await settle();
  ref.tell(() => {});
  test.clock.advance(10);
  assertEquals(test.of("dead_letter").map(({ reason }) => reason), ["refused"]);
  await test.advance(10);
  assertEquals(ticks.count, 1);
});

Deno.test("every() goes on after a full mailbox has dropped its message", async () => {
  await using test = new TestSystem();
  const ref = test.spawn({}, {
    mailbox: { maxMessages: 1, overflow: "drop_oldest" },
  });
  const ticks = new Counter();
  (await contextOf(ref)).every(10, ticks.step);
  await settle();
  test.clock.advance(10);
  ref.tell(() => {});
  assertStrictEquals(test.of("dead_letter").at(0)?.message, ticks.step);
  await test.advance(10);
  assertEquals(ticks.count, 1);
});

Deno.test("every() needs an interval above 0", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  for (const intervalMs of [0, -1, NaN]) {
    assertThrows(
      () => context.every(intervalMs, () => {}),
      RangeError,
      "intervalMs",
    );
  }
  assertEquals(test.clock.holding, 0);
});

Deno.test("every() with an endless interval never sends", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  (await contextOf(test.spawn())).every(Infinity, ticks.step);
  await test.advance(1e9);
  assertEquals(ticks.count, 0);
});

Deno.test("No timer is started once the life is over", async () => {
  await using test = new TestSystem();
  const ref = test.spawn();
  const context = await contextOf(ref);
  ref.kill();
  for (const start of ["after", "every", "receiveTimeout"] as const) {
    assertThrows(() => context[start](10, () => {}), TroupeError, "is over");
  }
});

Deno.test("A timer whose message cannot be measured is a failure, and delays no other deadline", async () => {
  await using test = new TestSystem();
  const cause = new Error("no size");
  const tick: Step = () => {};
  const ref = test.spawn({}, {
    mailbox: {
      maxBytes: 100,
      sizeOf(message) {
        if (message === tick) throw cause;
        return 1;
      },
    },
  });
  (await contextOf(ref)).after(10, tick);
  const other = test.spawn().ask<void>(() => () => {}, { timeoutMs: 10 });
  const timedOut = other.catch((error) => error);
  await test.advance(10);
  assertInstanceOf(await soon(timedOut), AskTimeoutError);
  assertEquals(test.of("failed").map((event) => event.cause), [cause]);
});

Deno.test("every() goes on after a message that could not be measured", async () => {
  await using test = new TestSystem();
  const ticks = new Counter();
  let size = 1;
  const ref = test.spawn({}, {
    mailbox: { maxBytes: 100, sizeOf: () => size },
  });
  (await contextOf(ref)).every(10, ticks.step);
  await test.advance(10);
  size = NaN;
  await test.advance(10);
  size = 1;
  await test.advance(10);
  await test.advance(10);
  assertEquals(ticks.count, 3);
  assertEquals(test.of("failed").length, 1);
});

Deno.test("every() keeps its phase, though timers are late and the thread was busy", async () => {
  const manual = new ManualClock();
  let lateMs = 2;
  await using system = new ActorSystem({
    clock: {
      now: () => manual.now(),
      schedule: (ms, callback) => manual.schedule(ms + lateMs, callback),
    },
  });
  const moments: number[] = [];
  system.spawn<void>((context) => {
    context.every(10, undefined);
    return { receive: () => void moments.push(manual.now()) };
  });
  await system.idle();
  for (let ms = 0; ms < 1002; ms++) {
    manual.advance(1);
    await system.idle();
  }
  assertEquals(moments, Array.from({ length: 100 }, (_, i) => 10 * i + 12));
  // A stall of ten intervals: one message, and the next in phase.
  lateMs = 0;
  manual.advance(105);
  await system.idle();
  for (let ms = 0; ms < 20; ms++) {
    manual.advance(1);
    await system.idle();
  }
  assertEquals(moments.slice(100), [1107, 1110, 1120]);
  await system.shutdown();
  assertEquals(manual.pending, 0);
});

Deno.test({
  name: "every() keeps its phase on the real clock",
  ignore: !isSlow,
  async fn() {
    await using system = new ActorSystem();
    const intervalMs = 20;
    const done = Promise.withResolvers<void>();
    const lateMs: number[] = [];
    system.spawn<void>((context) => {
      const start = performance.now();
      context.every(intervalMs, undefined);
      return {
        receive() {
          const late = (performance.now() - start) % intervalMs;
          if (lateMs.push(late) === 250) done.resolve();
        },
      };
    });
    await done.promise;
    // Counted from the message before, each would add what it was late, and
    // a quarter of them would be late by three quarters of an interval.
    const upperQuartile = lateMs.toSorted((a, b) => a - b)[187] ?? 0;
    assert(upperQuartile < intervalMs / 2, `${upperQuartile} ms`);
  },
});

// receiveTimeout().

Deno.test("receiveTimeout() sends its message when the actor has handled none for a while", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  (await contextOf(test.spawn())).receiveTimeout(10, idle.step);
  await test.advance(9);
  assertEquals(idle.count, 0);
  await test.advance(1);
  assertEquals(idle.count, 1);
});

Deno.test("receiveTimeout() starts over with each message", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = test.spawn();
  (await contextOf(ref)).receiveTimeout(10, idle.step);
  for (let i = 0; i < 5; i++) {
    await test.advance(9);
    await handled(ref);
  }
  assertEquals(idle.count, 0);
  await test.advance(10);
  assertEquals(idle.count, 1);
});

Deno.test("receiveTimeout() sends again after the same time", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  (await contextOf(test.spawn())).receiveTimeout(10, idle.step);
  for (let i = 1; i <= 3; i++) {
    await test.advance(10);
    assertEquals(idle.count, i);
  }
});

Deno.test("receiveTimeout() counts from the end of an asynchronous handler", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = test.spawn();
  (await contextOf(ref)).receiveTimeout(10, idle.step);
  const gate = Promise.withResolvers<void>();
  ref.tell(() => gate.promise);
  await test.advance(35);
  gate.resolve();
  await settle();
  assertEquals(idle.count, 0, "it was not idle while it handled");
  await test.advance(9);
  assertEquals(idle.count, 0);
  await test.advance(1);
  assertEquals(idle.count, 1);
});

Deno.test("receiveTimeout() sends nothing while messages wait", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = test.spawn();
  (await contextOf(ref)).receiveTimeout(10, idle.step);
  await settle();
  ref.tell(() => {});
  test.clock.advance(10);
  await settle();
  assertEquals(idle.count, 0);
  await test.advance(10);
  assertEquals(idle.count, 1);
});

Deno.test("receiveTimeout() sends nothing while a notice waits", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = test.spawn();
  const other = test.spawn();
  const context = await contextOf(ref);
  context.receiveTimeout(10, idle.step);
  context.watch(other, () => () => {});
  await settle();
  other.kill();
  test.clock.advance(10);
  await settle();
  assertEquals(idle.count, 0);
});

Deno.test("receiveTimeout() replaces the previous one, even if its message is queued", async () => {
  await using test = new TestSystem();
  const [first, second] = [new Counter(), new Counter()];
  const context = await contextOf(test.spawn());
  context.receiveTimeout(10, first.step);
  await settle();
  test.clock.advance(10);
  context.receiveTimeout(20, second.step);
  await test.advance(20);
  assertEquals([first.count, second.count], [0, 1]);
});

Deno.test("receiveTimeout() ends when it is cancelled, even if its message is queued", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = test.spawn();
  const timer = (await contextOf(ref)).receiveTimeout(10, idle.step);
  await settle();
  test.clock.advance(10);
  timer.cancel();
  await handled(ref);
  await test.advance(100);
  assertEquals(idle.count, 0);
  assertEquals(test.clock.holding, 0);
});

Deno.test("receiveTimeout() ends with its life", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const ref = await test.supervised();
  (await contextOf(ref)).receiveTimeout(10, idle.step);
  ref.tell(crash());
  await handled(ref);
  await test.advance(100);
  assertEquals(idle.count, 0);
});

Deno.test("receiveTimeout() lets an actor stop itself when it is idle", async () => {
  await using test = new TestSystem();
  const ref = test.system.spawn(stepper({
    started: (context) =>
      void context.receiveTimeout(10, (context) => context.stop()),
  }));
  await test.advance(10);
  assertEquals(await soon(ref.stopped), { type: "normal" });
});

Deno.test("receiveTimeout() needs a time above 0", async () => {
  await using test = new TestSystem();
  const context = await contextOf(test.spawn());
  for (const idleMs of [0, -1, NaN]) {
    assertThrows(
      () => context.receiveTimeout(idleMs, () => {}),
      RangeError,
      "idleMs",
    );
  }
});

Deno.test("receiveTimeout() that is refused leaves the previous one", async () => {
  await using test = new TestSystem();
  const idle = new Counter();
  const context = await contextOf(test.spawn());
  context.receiveTimeout(10, idle.step);
  assertThrows(() => context.receiveTimeout(NaN, () => {}), RangeError);
  await test.advance(10);
  assertEquals(idle.count, 1);
});
