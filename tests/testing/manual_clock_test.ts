import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ActorSystem, TroupeError } from "../../src/actor/mod.ts";
import { ManualClock } from "../../src/testing/mod.ts";

Deno.test("A manual clock stands at 0 until it is moved", () => {
  const clock = new ManualClock();
  assertEquals(clock.now(), 0);
  clock.advance(10);
  clock.advance(0.5);
  assertEquals(clock.now(), 10.5);
});

Deno.test("A timer fires once, when the clock is moved to its moment", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  clock.schedule(10, () => fired.push(clock.now()));
  clock.advance(9);
  assertEquals(fired, []);
  clock.advance(1);
  clock.advance(100);
  assertEquals(fired, [10]);
});

Deno.test("A timer fires at its own moment, even if the clock is moved past it", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  clock.schedule(10, () => fired.push(clock.now()));
  clock.advance(100);
  assertEquals(fired, [10]);
  assertEquals(clock.now(), 100);
});

Deno.test("Timers fire in order of time, and in the order in which they were set for the same moment", () => {
  fc.assert(fc.property(fc.array(fc.nat(5)), (delays) => {
    const clock = new ManualClock();
    const fired: [number, number][] = [];
    delays.forEach((delay, index) =>
      clock.schedule(delay, () => fired.push([delay, index]))
    );
    clock.advance(5);
    const expected = delays.map((delay, index) => [delay, index] as const)
      .sort(([a, i], [b, j]) => a - b || i - j)
      .map(([delay, index]) => [delay, index] satisfies [number, number]);
    assertEquals(fired, expected);
  }));
});

Deno.test("A timer that a callback sets fires in the same move, if it is due", () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  clock.schedule(10, () => {
    clock.schedule(5, () => fired.push(clock.now()));
    clock.schedule(6, () => fired.push(clock.now()));
  });
  clock.advance(15);
  assertEquals(fired, [15]);
});

Deno.test("A timer without a delay fires at the next move, however small", () => {
  const clock = new ManualClock();
  let fired = 0;
  clock.schedule(0, () => fired++);
  assertEquals(fired, 0);
  clock.advance(0);
  assertEquals(fired, 1);
});

Deno.test("A delay that is negative or not a number counts as 0", () => {
  const clock = new ManualClock();
  clock.advance(10);
  const fired: number[] = [];
  for (const delayMs of [-5, NaN]) {
    clock.schedule(delayMs, () => fired.push(clock.now()));
  }
  clock.schedule(1, () => fired.push(clock.now()));
  clock.advance(1);
  assertEquals(fired, [10, 10, 11]);
});

Deno.test("A timer that was cancelled does not fire, also by a callback of the same moment", () => {
  const clock = new ManualClock();
  let fired = 0;
  const first = clock.schedule(10, () => fired++);
  clock.schedule(10, () => second.cancel());
  const second = clock.schedule(10, () => fired++);
  first.cancel();
  clock.advance(10);
  assertEquals(fired, 0);
  assertEquals(clock.pending, 0);
});

Deno.test("A timer may be cancelled after it has fired", () => {
  const clock = new ManualClock();
  const timer = clock.schedule(10, () => {});
  clock.advance(10);
  timer.cancel();
  assertEquals(clock.pending, 0);
});

Deno.test("A manual clock counts the timers that are set, and those that keep the process alive", () => {
  const clock = new ManualClock();
  const [first] = [clock.schedule(10, () => {}), clock.schedule(20, () => {})];
  assertEquals([clock.pending, clock.holding], [2, 2]);
  first?.unref();
  assertEquals([clock.pending, clock.holding], [2, 1]);
  first?.ref();
  assertEquals([clock.pending, clock.holding], [2, 2]);
  clock.advance(10);
  assertEquals([clock.pending, clock.holding], [1, 1]);
});

Deno.test("A callback may move the clock: it never goes back", () => {
  const clock = new ManualClock();
  const moments: number[] = [];
  clock.schedule(5, () => clock.advance(20));
  clock.schedule(8, () => moments.push(clock.now()));
  clock.schedule(10, () => moments.push(clock.now()));
  clock.advance(10);
  assertEquals(moments, [8, 10]);
  assertEquals(clock.now(), 25);
});

Deno.test("A callback that throws leaves the other timers for the next move", () => {
  const clock = new ManualClock();
  let fired = 0;
  clock.schedule(5, () => {
    throw new Error("callback");
  });
  clock.schedule(6, () => fired++);
  assertThrows(() => clock.advance(10), Error, "callback");
  assertEquals([clock.now(), fired], [5, 0]);
  clock.advance(1);
  assertEquals(fired, 1);
});

Deno.test("advanceAsync() lets actors act at the moment of each timer", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  const moments: number[] = [];
  system.spawn<void>((context) => {
    context.after(10, undefined);
    return {
      async receive() {
        await Promise.resolve();
        moments.push(clock.now());
        context.after(15, undefined);
      },
    };
  });
  await clock.advanceAsync(50, system);
  assertEquals(moments, [10, 25, 40]);
  assertEquals(clock.now(), 50);
  await assertRejects(
    () => clock.advanceAsync(-1),
    RangeError,
    "Cannot use ms: it is -1",
  );
});

Deno.test("advanceAsync() rejects when timers without a delay set each other for ever", async () => {
  const clock = new ManualClock();
  await using system = new ActorSystem({ clock });
  system.spawn<void>((context) => {
    context.after(5, undefined);
    return { receive: () => void context.after(0, undefined) };
  });
  await assertRejects(
    () => clock.advanceAsync(10, system),
    TroupeError,
    "Cannot move the clock beyond 5 ms",
  );
});

Deno.test("A move that is negative, infinite or not a number is refused", () => {
  const clock = new ManualClock();
  for (const ms of [-1, Infinity, NaN]) {
    assertThrows(() => clock.advance(ms), RangeError, "Cannot use ms");
  }
  assertEquals(clock.now(), 0);
});
