import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Tries } from "../../../src/store/auth/tries.ts";
import { ManualClock } from "../../support/manual_clock.ts";

Deno.test("a key has so many tries in any window, and learns when the next is allowed", () => {
  const clock = new ManualClock();
  const tries = new Tries({ most: 2, windowMs: 1000, maxKeys: 10 }, clock);
  assertEquals(tries.take("a").waitMs, 0);
  clock.advance(400);
  assertEquals(tries.take("a").waitMs, 0);
  assertEquals(tries.take("a").waitMs, 600);
  assertEquals(tries.take("b").waitMs, 0);
  clock.advance(599);
  assertEquals(tries.take("a").waitMs, 1);
  clock.advance(1);
  assertEquals(tries.take("a").waitMs, 0);
  assertEquals(tries.take("a").waitMs, 400);
});

Deno.test("a try that is given back does not count, and one that was refused is none", () => {
  const clock = new ManualClock();
  const tries = new Tries({ most: 1, windowMs: 1000, maxKeys: 10 }, clock);
  const first = tries.take("a");
  const refused = tries.take("a");
  tries.giveBack(refused);
  assert(tries.take("a").waitMs > 0);
  tries.giveBack(first);
  assertEquals(tries.counters, 0);
  assertEquals(tries.take("a").waitMs, 0);
});

Deno.test("no number of strangers makes a limit forget a key, or hold more memory", () => {
  const clock = new ManualClock();
  const limit = { most: 3, windowMs: 60_000, maxKeys: 100 };
  const tries = new Tries(limit, clock);
  for (let i = 0; i < 3; i++) assertEquals(tries.take("mine").waitMs, 0);
  for (let i = 0; i < 20_000; i++) tries.take(`stranger ${i}`);
  assert(tries.counters <= 100 + 1024, `${tries.counters} counters`);
  assert(tries.take("mine").waitMs > 0);
  clock.advance(60_000);
  assertEquals(tries.take("mine").waitMs, 0);
  assert(tries.counters <= 1 + 1024);
});

Deno.test("whatever is tried, a key is never allowed more than its limit in a window", () => {
  fc.assert(fc.property(
    fc.array(
      fc.record({
        key: fc.integer({ min: 0, max: 6 }),
        advance: fc.integer({ min: 0, max: 40 }),
        gives: fc.boolean(),
      }),
      { maxLength: 200 },
    ),
    fc.integer({ min: 1, max: 4 }),
    (steps, maxKeys) => {
      const clock = new ManualClock();
      const most = 3;
      const windowMs = 100;
      const tries = new Tries({ most, windowMs, maxKeys }, clock);
      const allowed = new Map<number, number[]>();
      for (const { key, advance, gives } of steps) {
        clock.advance(advance);
        const now = clock.now();
        const one = tries.take(`${key}`);
        const times = (allowed.get(key) ?? [])
          .filter((time) => time + windowMs > now);
        if (one.waitMs === 0) {
          if (gives) tries.giveBack(one);
          else times.push(now);
          assert(times.length <= most, `${key} at ${now}: ${times}`);
        } else {
          assert(one.waitMs > 0 && one.waitMs <= windowMs);
          // With room for all of them, only a key that is at its limit waits.
          if (maxKeys > 6) assertEquals(times.length, most);
        }
        allowed.set(key, times);
      }
    },
  ));
});
