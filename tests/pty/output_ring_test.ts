import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { OutputRing } from "../../src/pty/output_ring.ts";
import { utf8 } from "../support/bytes.ts";

Deno.test("OutputRing returns what was appended, from any offset that is kept", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 12 }),
      fc.nat(),
      fc.nat({ max: 70 }),
      (capacity, pieces, somewhere, maxBytes) => {
        const ring = new OutputRing(capacity);
        const all: number[] = [];
        for (const piece of pieces) {
          ring.append(piece);
          all.push(...piece);
          assertEquals(ring.end, all.length);
          assertEquals(ring.start, Math.max(0, all.length - capacity));
          const offset = ring.start + somewhere % (ring.end - ring.start + 1);
          const view = [...ring.view(offset, maxBytes)];
          // Fewer where the ring turns.
          const turn = capacity - offset % capacity;
          const size = Math.min(maxBytes, turn);
          assertEquals(view, all.slice(offset, offset + size));
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("OutputRing copies what is appended", () => {
  const ring = new OutputRing(8);
  const added = utf8("abc");
  ring.append(added);
  added.fill(0);
  const view = ring.view(0, 8);
  assertEquals(view, utf8("abc"));
});

Deno.test("OutputRing throws at an offset that is not kept", () => {
  const ring = new OutputRing(4);
  ring.append(utf8("abcdef"));
  for (const offset of [1, 7, -1, NaN]) {
    assertThrows(() => ring.view(offset, 1), RangeError, `${offset}`);
  }
});
