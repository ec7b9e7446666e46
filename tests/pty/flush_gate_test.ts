import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FlushGate } from "../../src/pty/flush_gate.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";

Deno.test("output after a silence is sent at once", () => {
  const gate = new FlushGate();
  assert(gate.output(1, 0));
  gate.flushed();
  assert(gate.output(1, 2));
});

Deno.test("output that follows output waits until there has been none for 2 ms", () => {
  const gate = new FlushGate();
  gate.output(1, 0);
  gate.flushed();
  assertEquals(gate.dueAt, undefined);
  assert(!gate.output(1, 1));
  assertEquals(gate.dueAt, 3);
  assert(!gate.output(1, 2));
  assertEquals(gate.dueAt, 4);
});

Deno.test("output that follows input is sent at once", () => {
  const gate = new FlushGate();
  gate.output(1, 0);
  gate.flushed();
  gate.input();
  assert(gate.output(1, 0.1));
  gate.flushed();
  assert(!gate.output(1, 0.2), "once for each input");
});

Deno.test("8 KiB of output are sent at once", () => {
  const gate = new FlushGate();
  gate.output(1, 0);
  gate.flushed();
  assert(!gate.output(8191, 0));
  assert(gate.output(1, 0));
});

Deno.test("overdue output is sent with the next output if the timer is late", () => {
  const gate = new FlushGate();
  gate.output(1, 0);
  gate.flushed();
  for (let now = 1; now < 11; now++) assert(!gate.output(1, now));
  assert(gate.output(1, 11));
});

Deno.test("continuous output is sent after 10 ms", () => {
  const gate = new FlushGate();
  gate.output(1, 0);
  gate.flushed();
  for (let now = 1; now < 11; now++) gate.output(1, now);
  assertEquals(gate.dueAt, 11);
});

Deno.test("no byte waits for more than 10 ms", () => {
  const moments = fc.array(
    fc.record({
      waitMs: fc.double({ min: 0, max: 2.2, noNaN: true }),
      bytes: fc.integer({ min: 1, max: 50 }),
      types: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    }),
    { minLength: 30, maxLength: 60 },
  );
  fc.assert(fc.property(moments, (moments) => {
    const clock = new ManualClock();
    const gate = new FlushGate();
    let oldest: number | undefined;
    const flush = (): void => {
      if (oldest !== undefined) assert(clock.now() - oldest <= 10 + 1e-6);
      oldest = undefined;
      gate.flushed();
    };
    for (const { waitMs, bytes, types } of moments) {
      const end = clock.now() + waitMs;
      if (gate.dueAt !== undefined && gate.dueAt <= end) {
        clock.advance(Math.max(0, gate.dueAt - clock.now()));
        flush();
      }
      clock.advance(Math.max(0, end - clock.now()));
      if (types) gate.input();
      oldest ??= clock.now();
      if (gate.output(bytes, clock.now())) flush();
      assertEquals(gate.dueAt === undefined, oldest === undefined);
    }
  }));
});
