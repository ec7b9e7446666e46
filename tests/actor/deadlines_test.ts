import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
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
