import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { MAX_FRAME_BYTES, PREFACE } from "../../src/wire/protocol.ts";
import { SendBuffer } from "../../src/wire/send_buffer.ts";
import {
  anySketch,
  concat,
  drawn,
  encoded,
  pattern,
  sameBytes,
} from "./support.ts";

const QUIET_BYTES = 4096;

/** Takes at most `most` bytes from the buffer, as a socket would. */
function take(out: SendBuffer, most = Infinity): Uint8Array {
  const next = out.next();
  const taken = next.slice(0, Math.min(most, next.length));
  out.sent(taken.length);
  return taken;
}

/** Takes all there is. */
function drain(out: SendBuffer): Uint8Array[] {
  const parts: Uint8Array[] = [];
  while (out.unsent > 0) parts.push(take(out));
  return parts;
}

Deno.test("frames and writes in any order give the frames' bytes one after the other", () => {
  const step = fc.oneof(
    anySketch,
    fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 300_000 })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
      const out = new SendBuffer();
      const expected: Uint8Array[] = [];
      const actual: Uint8Array[] = [];
      let unsent = 0;
      for (const step of steps) {
        if (typeof step === "number") {
          const taken = take(out, step);
          actual.push(taken);
          unsent -= taken.length;
        } else {
          const frame = drawn(step);
          out.frame(frame.type, frame.flags, frame.stream, frame.payload);
          const bytes = encoded(frame);
          expected.push(bytes);
          unsent += bytes.length;
        }
        assertEquals(out.unsent, unsent);
        assertEquals(out.next().length > 0, unsent > 0);
      }
      actual.push(...drain(out));
      assert(sameBytes(concat(actual), concat(expected)));
      assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
    }),
    { numRuns: 200 },
  );
});

Deno.test("a frame of a part of a payload carries that part alone", () => {
  const out = new SendBuffer();
  const payload = pattern(100);
  out.frame(0, 0, 1, payload, 10, 20);
  out.frame(0, 0, 1, payload, 0, 100);
  out.frame(0, 1, 1, payload, 100, 100);
  const frame = { type: 0, flags: 0, stream: 1 };
  assertEquals(
    take(out),
    concat([
      encoded({ ...frame, payload: payload.slice(10, 20) }),
      encoded({ ...frame, payload }),
      encoded({ ...frame, flags: 1, payload: new Uint8Array(0) }),
    ]),
  );
});

Deno.test("small frames of one turn leave in one write", () => {
  const out = new SendBuffer();
  out.raw(PREFACE);
  for (let i = 0; i < 100; i++) out.frame(0, 1, i, pattern(20));
  assertEquals(out.next().length, out.unsent);
});

Deno.test("a frame that does not fit the small segment can be written at once", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(QUIET_BYTES));
  assertEquals(out.next().length, out.unsent);
});

Deno.test("the payload may be changed once its frame is in the buffer", () => {
  const out = new SendBuffer();
  const payload = pattern(100);
  const before = encoded({ type: 0, flags: 1, stream: 1, payload });
  out.frame(0, 1, 1, payload);
  payload.fill(0);
  assertEquals(take(out), before);
});

Deno.test("what is being written is not touched by frames that come after it", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(1000));
  const writing = out.next();
  const before = writing.slice();
  for (let i = 0; i < 20; i++) out.frame(0, 1, 3, pattern(MAX_FRAME_BYTES));
  assertEquals(writing, before);
});

Deno.test("buffers that share segments never share bytes", () => {
  const buffers = Array.from({ length: 40 }, () => new SendBuffer());
  for (let round = 0; round < 3; round++) {
    for (const [i, out] of buffers.entries()) {
      out.frame(0, 1, i, pattern(5000, i + round));
    }
    for (const [i, out] of buffers.entries()) {
      const payload = pattern(5000, i + round);
      const expected = encoded({ type: 0, flags: 1, stream: i, payload });
      assert(sameBytes(concat(drain(out)), expected));
    }
  }
});

Deno.test("a buffer gives its memory back when it has drained", () => {
  const out = new SendBuffer();
  assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
  for (let i = 0; i < 40; i++) out.frame(0, 0, 1, pattern(MAX_FRAME_BYTES));
  assert(out.next().buffer.byteLength > QUIET_BYTES);
  drain(out);
  assertEquals(out.unsent, 0);
  assertEquals(out.next().length, 0);
  assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
});

Deno.test("a busy buffer uses its segments again", () => {
  const out = new SendBuffer();
  const segments = new Set<ArrayBufferLike>();
  for (let i = 0; i < 200; i++) {
    out.frame(0, 0, 1, pattern(10_000));
    out.frame(0, 0, 1, pattern(10_000));
    if (i > 10) { for (let j = 0; j < 3; j++) segments.add(out.next().buffer); }
    if (i > 10) take(out, 20_016);
  }
  assertLessOrEqual(segments.size, 3);
});
