import { assert, assertEquals } from "@std/assert";
import { realClock } from "../../../src/actor/clock.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { PunctualTimer } from "../../../src/load/run/punctual_timer.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { TestDriver } from "../../support/load_drivers.ts";
import { isSlow } from "../../support/slow.ts";

Deno.test("a punctual timer calls back once its time has come, and not before", async () => {
  const late: number[] = [];
  let turned = 0;
  for (const delayMs of [0, 0.3, 1, 5]) {
    const { promise, resolve } = Promise.withResolvers<void>();
    using timer = new PunctualTimer(realClock, resolve, (ms) => turned += ms);
    const atMs = realClock.now() + delayMs;
    timer.set(atMs);
    await promise;
    late.push(realClock.now() - atMs);
  }
  assert(late.every((ms) => ms >= 0), late.join());
  assert(turned >= 0);
});

Deno.test("a punctual timer sleeps until shortly before its time", async () => {
  let turnedMs = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  using timer = new PunctualTimer(realClock, resolve, (ms) => turnedMs += ms);
  timer.set(realClock.now() + 100);
  await promise;
  assert(turnedMs < 10, `it was awake for ${turnedMs} ms of 100`);
});

Deno.test("a punctual timer follows a clock that is moved by hand", () => {
  const clock = new ManualClock();
  const at: number[] = [];
  using timer = new PunctualTimer(clock, () => at.push(clock.now()), () => {});
  timer.set(2.5);
  assertEquals(clock.pending, 1);
  clock.advance(10);
  assertEquals(at, [3]);
});

Deno.test("a punctual timer that is disposed calls back no more", async () => {
  for (const delayMs of [0, 5]) {
    const timer = new PunctualTimer(
      realClock,
      () => {
        throw new Error("It has called back");
      },
      () => {},
    );
    timer.set(realClock.now() + Math.max(delayMs, 1));
    timer[Symbol.dispose]();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

Deno.test(
  "half of the operations of an open load start within 0.1 ms of their time",
  { ignore: !isSlow },
  async () => {
    const drivers = { test: new TestDriver() };
    const { generator } = await new LoadTestManager({ drivers }).run({
      name: "Punctual",
      load: { model: "open", arrivalsPerSecond: 200, maxUsers: 100 },
      phases: { steadyMs: 5000 },
      operations: [{ name: "ask", driver: "test", request: {} }],
    });
    assert((generator.lag.p50 ?? 1) <= 0.1, `${generator.lag.p50} ms`);
  },
);
