import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Clock } from "../../src/actor/clock.ts";
import { Deadline, Deadlines } from "../../src/actor/deadlines.ts";
import { cpuTimeMs } from "../support/cpu_time.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A deadline that calls back. */
class Alarm extends Deadline {
  readonly expire: () => void;

  constructor(expire: () => void = () => {}) {
    super();
    this.expire = expire;
  }
}

function setUp(): { clock: ManualClock; deadlines: Deadlines } {
  const clock = new ManualClock();
  return { clock, deadlines: new Deadlines(clock) };
}

type Operation =
  | { readonly type: "add"; readonly durationMs: number }
  | { readonly type: "remove"; readonly index: number }
  | { readonly type: "advance"; readonly ms: number };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("add" as const),
      durationMs: fc.nat(100),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("remove" as const),
      index: fc.nat(200),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("advance" as const),
      ms: fc.nat(40),
    }),
  },
);

Deno.test("Deadlines expire each on time, once, and not after a removal", () => {
  fc.assert(fc.property(
    fc.array(operation, { size: "large", maxLength: 400 }),
    (operations) => {
      const { clock, deadlines } = setUp();
      const alarms: Alarm[] = [];
      const waiting = new Map<number, number>();
      for (const operation of operations) {
        switch (operation.type) {
          case "add": {
            const id = alarms.length;
            const expiresAt = clock.now() + operation.durationMs;
            const alarm = new Alarm(() => {
              assertEquals(waiting.get(id), expiresAt, "it still waits");
              assertEquals(clock.now(), expiresAt, "it is its moment");
              waiting.delete(id);
            });
            alarms.push(alarm);
            waiting.set(id, expiresAt);
            deadlines.add(alarm, operation.durationMs);
            break;
          }
          case "remove": {
            const alarm = alarms[operation.index];
            if (alarm !== undefined) deadlines.remove(alarm);
            waiting.delete(operation.index);
            break;
          }
          case "advance":
            clock.advance(operation.ms);
            for (const moment of waiting.values()) assert(moment > clock.now());
            break;
          default:
            operation satisfies never;
        }
      }
      clock.advance(100);
      assertEquals(waiting.size, 0, "all have expired");
      assertEquals(clock.holding, 0, "no timer keeps the process alive");
    },
  ));
});

Deno.test("Deadlines of one duration expire in the order in which they were added", () => {
  const { clock, deadlines } = setUp();
  const order: number[] = [];
  for (const id of [0, 1, 2]) {
    deadlines.add(new Alarm(() => order.push(id)), 10);
  }
  clock.advance(10);
  assertEquals(order, [0, 1, 2]);
});

Deno.test("Deadlines of one duration share a timer", () => {
  const { clock, deadlines } = setUp();
  for (let i = 0; i < 1000; i++) deadlines.add(new Alarm(), 10);
  assertEquals(clock.pending, 1);
});

Deno.test("A million deadlines that were removed leave one timer that does not keep the process alive", () => {
  const { clock, deadlines } = setUp();
  for (let i = 0; i < 1e6; i++) {
    const alarm = new Alarm();
    deadlines.add(alarm, 10);
    deadlines.remove(alarm);
  }
  assertEquals(clock.pending, 1);
  assertEquals(clock.holding, 0);
});

Deno.test("A deadline after an idle time keeps the process alive again", () => {
  const { clock, deadlines } = setUp();
  const first = new Alarm();
  deadlines.add(first, 10);
  deadlines.remove(first);
  deadlines.add(new Alarm(), 10);
  assertEquals(clock.holding, 1);
});

Deno.test("A deadline that is set as another expires has its full time", () => {
  const { clock, deadlines } = setUp();
  const moments: number[] = [];
  const again = new Alarm(() => moments.push(clock.now()));
  deadlines.add(new Alarm(() => deadlines.add(again, 10)), 10);
  deadlines.add(new Alarm(() => moments.push(clock.now())), 10);
  clock.advance(30);
  assertEquals(moments, [10, 20]);
});

Deno.test("A deadline that another removes as it expires does not expire", () => {
  const { clock, deadlines } = setUp();
  let expired = false;
  const second = new Alarm(() => expired = true);
  deadlines.add(new Alarm(() => deadlines.remove(second)), 10);
  deadlines.add(second, 10);
  clock.advance(10);
  assertEquals(expired, false);
});

Deno.test("An infinite deadline sets no timer, and may be removed", () => {
  const { clock, deadlines } = setUp();
  const alarm = new Alarm();
  deadlines.add(alarm, Infinity);
  deadlines.remove(alarm);
  assertEquals(clock.pending, 0);
});

/** An alarm that is repeated whenever it expires. */
class Repeating extends Deadline {
  readonly moments: number[] = [];
  readonly #deadlines: Deadlines;
  readonly #durationMs: number;
  readonly #clock: Clock;

  constructor(deadlines: Deadlines, clock: Clock, durationMs: number) {
    super();
    this.#deadlines = deadlines;
    this.#durationMs = durationMs;
    this.#clock = clock;
    deadlines.add(this, durationMs);
  }

  expire(): void {
    this.moments.push(this.#clock.now());
    this.#deadlines.repeat(this, this.#durationMs);
  }
}

/** A clock whose timers are late. */
function lateClock(clock: Clock, lateMs: number): Clock {
  return {
    now: () => clock.now(),
    schedule: (delayMs, callback) => clock.schedule(delayMs + lateMs, callback),
  };
}

Deno.test("A deadline that is repeated keeps its phase, though timers are late", () => {
  const { clock } = setUp();
  const deadlines = new Deadlines(lateClock(clock, 2));
  const { moments } = new Repeating(deadlines, clock, 10);
  clock.advance(1002);
  assertEquals(moments, Array.from({ length: 100 }, (_, i) => 10 * i + 12));
  deadlines.close();
});

Deno.test("A deadline that is repeated leaves out the moments that it has missed", () => {
  const { clock } = setUp();
  let lateMs = 0;
  const deadlines = new Deadlines({
    now: () => clock.now(),
    schedule: (ms, callback) => clock.schedule(ms + lateMs, callback),
  });
  const { moments } = new Repeating(deadlines, clock, 10);
  clock.advance(5);
  lateMs = 87;
  clock.advance(5);
  lateMs = 0;
  clock.advance(110);
  assertEquals(moments, [10, 107, 110, 120]);
  deadlines.close();
});

Deno.test("Deadlines that are repeated each keep their phase, with others of their duration between them", () => {
  fc.assert(fc.property(
    fc.array(fc.nat(30), { minLength: 1, maxLength: 20 }),
    fc.array(fc.nat(25), { maxLength: 60 }),
    (gaps, lateness) => {
      const { clock } = setUp();
      let turn = 0;
      const deadlines = new Deadlines({
        now: () => clock.now(),
        schedule: (ms, callback) =>
          clock.schedule(ms + (lateness[turn++] ?? 0), callback),
      });
      const repeating: [number, Repeating][] = [];
      let last = -1;
      let others = 0;
      for (const gap of gaps) {
        clock.advance(gap);
        repeating.push([clock.now(), new Repeating(deadlines, clock, 10)]);
        const dueAt = clock.now() + 10;
        deadlines.add(
          new Alarm(() => {
            assert(dueAt >= last && dueAt <= clock.now(), "in order");
            last = dueAt;
            others++;
          }),
          10,
        );
      }
      clock.advance(500);
      // All timers are on time from here on.
      turn = lateness.length;
      const settled = clock.now() + 40;
      clock.advance(200);
      assertEquals(others, gaps.length);
      for (const [start, { moments }] of repeating) {
        const expected = [];
        const first = settled + (start - settled % 10 + 10) % 10;
        for (let at = first; at <= clock.now(); at += 10) expected.push(at);
        assertEquals(moments.filter((at) => at >= settled), expected);
      }
      deadlines.close();
      assertEquals(clock.pending, 0);
    },
  ));
});

Deno.test("Very many deadlines that are repeated after a stall are not slower than their number", () => {
  const { clock } = setUp();
  let lateMs = 0;
  const deadlines = new Deadlines({
    now: () => clock.now(),
    schedule: (ms, callback) => clock.schedule(ms + lateMs, callback),
  });
  const all: Repeating[] = [];
  for (let i = 0; i < 40_000; i++) {
    all.push(new Repeating(deadlines, clock, 1000));
    clock.advance(1 / 64);
  }
  // The first half expires in one go, past the phase of many of them.
  lateMs = 1300;
  clock.advance(1000);
  lateMs = 0;
  const start = cpuTimeMs();
  clock.advance(2000);
  const tookMs = cpuTimeMs() - start;
  assert(all.every(({ moments }) => moments.length >= 2));
  // Each must not pass all the others, which took many seconds.
  assert(tookMs < 2000, `${tookMs} ms`);
  deadlines.close();
});

Deno.test("An interval that the clock cannot tell does not loop", () => {
  const { clock, deadlines } = setUp();
  clock.advance(1e9);
  const { moments } = new Repeating(deadlines, clock, 1e-12);
  clock.advance(0.005);
  assert(moments.length > 0 && moments.length < 20, `${moments.length}`);
  deadlines.close();
});

Deno.test("Deadlines go on although one of them throws as it expires", () => {
  const { clock, deadlines } = setUp();
  let expired = 0;
  deadlines.add(
    new Alarm(() => {
      throw new Error("a bug");
    }),
    10,
  );
  deadlines.add(new Alarm(() => expired++), 10);
  assertThrows(() => clock.advance(10), Error, "a bug");
  clock.advance(1);
  assertEquals(expired, 1);
});

Deno.test("Closing the deadlines expires one of Infinity, which set no timer", () => {
  const { clock, deadlines } = setUp();
  let expired = 0;
  deadlines.add(new Alarm(() => expired++), Infinity);
  clock.advance(1e12);
  assertEquals([expired, clock.pending], [0, 0]);
  deadlines.close();
  assertEquals(expired, 1);
});

Deno.test("Deadlines of very many durations expire all", () => {
  const { clock, deadlines } = setUp();
  const expired: number[] = [];
  for (let durationMs = 1; durationMs <= 500; durationMs++) {
    deadlines.add(new Alarm(() => expired.push(durationMs)), durationMs);
  }
  clock.advance(500);
  assertEquals(expired, Array.from({ length: 500 }, (_, i) => i + 1));
});

Deno.test("Deadlines of very many durations are not slower than their number", () => {
  const { clock, deadlines } = setUp();
  const start = cpuTimeMs();
  for (let i = 0; i < 40_000; i++) deadlines.add(new Alarm(), 1 + i / 7);
  const tookMs = cpuTimeMs() - start;
  // Each must not visit all the others, which took three seconds.
  assert(tookMs < 1000, `${tookMs} ms`);
  assertEquals(clock.pending, 40_000);
});

Deno.test("Closing the deadlines expires what waits, and ends all timers", () => {
  const { clock, deadlines } = setUp();
  const order: number[] = [];
  for (const durationMs of [20, 10, 20]) {
    deadlines.add(new Alarm(() => order.push(durationMs)), durationMs);
  }
  deadlines.close();
  assertEquals(order.toSorted(), [10, 20, 20]);
  assertEquals(clock.pending, 0);
});

Deno.test("Closing the deadlines ends the timers of a list that is being served", () => {
  const { clock, deadlines } = setUp();
  // More durations than are kept, so that idle lists are forgotten meanwhile.
  deadlines.add(
    new Alarm(() => {
      for (let ms = 100; ms < 200; ms++) deadlines.add(new Alarm(), ms);
    }),
    10,
  );
  clock.advance(5);
  deadlines.add(new Alarm(), 10);
  clock.advance(5);
  deadlines.close();
  assertEquals(clock.pending, 0);
});

Deno.test("A deadline after the close sets no timer", () => {
  const { clock, deadlines } = setUp();
  deadlines.close();
  deadlines.add(new Alarm(), 10);
  assertEquals(clock.pending, 0);
});
