import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { OutputCursor } from "../../src/pty/output_cursor.ts";
import { SizeHistory } from "../../src/pty/size_history.ts";
import { OutputRing } from "../../src/pty/output_ring.ts";
import { pattern, utf8 } from "../support/bytes.ts";

/** A cursor at the start of output whose size never changes. */
function cursorOf(
  ring: OutputRing,
  windowBytes: number,
  lends: boolean,
): OutputCursor {
  return new OutputCursor(0, {
    ring,
    sizes: new SizeHistory({ columns: 80, rows: 24 }),
    windowBytes,
    lends,
    snapshot: undefined,
    isFresh: true,
  });
}

Deno.test("a cursor returns each byte once and in order, or reports a gap", () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ append: fc.nat({ max: 50 }) }),
      fc.record({ acknowledge: fc.integer({ min: -5, max: 60 }) }),
      fc.constant("take" as const),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(
      steps,
      fc.nat({ max: 40 }),
      fc.boolean(),
      (steps, windowBytes, lends) => {
        const all = pattern(4000);
        const ring = new OutputRing(64);
        const cursor = cursorOf(ring, windowBytes, lends);
        let offset = 0;
        for (const step of steps) {
          if (step === "take") {
            const next = cursor.next();
            if (next === undefined) continue;
            if (next.type === "gap") {
              assertEquals(next, { type: "gap", from: offset, to: ring.start });
              offset = next.to;
            } else if (next.type === "output") {
              assertEquals(next.offset, offset);
              offset += next.bytes.length;
              assertEquals(next.bytes, all.slice(next.offset, offset));
            }
            assert(cursor.unacknowledged <= windowBytes);
          } else if ("append" in step) {
            ring.append(all.subarray(ring.end, ring.end + step.append));
          } else cursor.acknowledge(step.acknowledge);
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("a cursor without credit returns nothing until it gets some back", () => {
  const ring = new OutputRing(64);
  const cursor = cursorOf(ring, 4, false);
  ring.append(utf8("abcdef"));
  assertEquals(cursor.next()?.type, "output");
  assertEquals(cursor.next(), undefined);
  assert(!cursor.hasCredit);
  cursor.acknowledge(3);
  assertEquals(cursor.next(), {
    type: "output",
    offset: 4,
    bytes: utf8("ef"),
  });
  assert(cursor.atEnd);
  assert(cursor.hasCredit);
});

Deno.test("a cursor returns copies unless it lends", () => {
  for (const lends of [false, true]) {
    const ring = new OutputRing(4);
    ring.append(utf8("abcd"));
    const step = cursorOf(ring, 4, lends).next();
    ring.append(utf8("efgh"));
    const bytes = utf8(lends ? "efgh" : "abcd");
    assertEquals(step, { type: "output", offset: 0, bytes });
  }
});
