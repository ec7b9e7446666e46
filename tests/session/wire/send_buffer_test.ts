import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { Loan } from "../../../src/session/wire/loan.ts";
import { ProtocolError } from "../../../src/session/wire/errors.ts";
import { USUAL_FRAME_BYTES } from "../../../src/session/wire/protocol.ts";
import { SendBuffer } from "../../../src/session/wire/send_buffer.ts";
import {
  anySketch,
  concat,
  drawn,
  encoded,
  type FrameSketch,
  pattern,
  sameBytes,
} from "./support.ts";
import { isSlow } from "../../support/slow.ts";

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

/** Lends a frame, and returns the loan, which its message still has. */
function lendTo(
  out: SendBuffer,
  payload: Uint8Array<ArrayBuffer>,
  onReturn: (buffer: ArrayBuffer) => void = () => {},
): Loan {
  const loan = new Loan(payload.buffer, onReturn);
  out.lend(0, 1, 3, payload, loan);
  return loan;
}

/** A buffer that has sent frames of 100,000 bytes together. */
function sentBuffer(): SendBuffer {
  const out = new SendBuffer();
  for (let i = 0; i < 100; i++) out.frame(0, 1, i, pattern(992, i));
  drain(out);
  return out;
}

type Step =
  /** A frame that is written from where its payload lies. */
  | { readonly type: "lend"; readonly size: number; readonly seed: number }
  | { readonly type: "frame"; readonly sketch: FrameSketch }
  /** The socket takes some bytes. */
  | { readonly type: "write"; readonly bytes: number }
  /** As well, but the peer acknowledges them before the socket says so. */
  | { readonly type: "write_late"; readonly bytes: number }
  /** Some of them arrive. */
  | { readonly type: "arrive"; readonly bytes: number }
  /** One of the places that the peer has been at, perhaps not the last. */
  | { readonly type: "acknowledge"; readonly which: number }
  /** The socket breaks, with a write under way or not; another goes on. */
  | { readonly type: "cut"; readonly writing: boolean };

const someBytes = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 300_000 }));

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: anySketch.map((sketch): Step => ({ type: "frame", sketch })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      size: fc.integer({ min: 1, max: 100_000 }),
      seed: fc.nat({ max: 255 }),
    }).map((frame): Step => ({ type: "lend", ...frame })),
  },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constantFrom("write", "write_late", "arrive", "arrive"),
      someBytes,
    ).map(([type, bytes]): Step => ({ type, bytes })),
  },
  {
    weight: 2,
    arbitrary: fc.nat().map((which): Step => ({ type: "acknowledge", which })),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((writing): Step => ({ type: "cut", writing })),
  },
);

/** A buffer, the sockets that it writes to, and the peer at their end. */
class Line {
  readonly out: SendBuffer;
  readonly said: Uint8Array[] = [];
  readonly heard: Uint8Array[] = [];
  /** Every place that the peer has been at. */
  readonly places: number[] = [0];
  heardBytes = 0;
  /** Frames that were lent, and buffers that were returned. */
  lent = 0;
  returned = 0;
  #flying: Uint8Array[] = [];
  readonly #lentBuffers = new Set<ArrayBufferLike>();
  /** What sockets that broke may still read of that, and what it is. */
  readonly #exposed: [Uint8Array, Uint8Array][] = [];

  constructor(keeps?: boolean) {
    this.out = new SendBuffer(keeps);
  }

  step(step: Step): void {
    const { out } = this;
    switch (step.type) {
      case "frame": {
        const frame = drawn(step.sketch);
        out.frame(frame.type, frame.flags, frame.stream, frame.payload);
        this.said.push(encoded(frame));
        break;
      }
      case "lend": {
        const payload = pattern(step.size, step.seed).slice();
        this.#lentBuffers.add(payload.buffer);
        const loan = lendTo(out, payload, (buffer) => {
          this.returned++;
          const bytes = new Uint8Array(buffer);
          assert(sameBytes(bytes, pattern(step.size, step.seed)));
          bytes.fill(255);
          for (const [bytes, before] of this.#exposed) {
            assert(sameBytes(bytes, before), "A socket may still read it");
          }
        });
        loan.release();
        this.lent++;
        const head = { type: 0, flags: 1, stream: 3 };
        const said = pattern(step.size, step.seed);
        this.said.push(encoded({ ...head, payload: said }));
        break;
      }
      case "write":
        this.#flying.push(take(out, step.bytes));
        break;
      case "write_late": {
        const taken = out.next().slice(0, step.bytes);
        this.#flying.push(taken);
        this.arrive(Infinity);
        out.acknowledge(this.heardBytes);
        out.sent(taken.length);
        break;
      }
      case "arrive":
        this.arrive(step.bytes);
        break;
      case "acknowledge": {
        const place = this.places[step.which % this.places.length] ?? 0;
        const before = out.acknowledged;
        assertEquals(out.acknowledge(place), place > before);
        assertEquals(out.acknowledged, Math.max(place, before));
        break;
      }
      case "cut":
        if (step.writing) {
          const writing = out.next();
          if (this.#lentBuffers.has(writing.buffer)) {
            this.#exposed.push([writing, writing.slice()]);
          }
        }
        this.#flying = [];
        out.rewind(this.heardBytes);
        assertEquals(out.acknowledged, this.heardBytes);
        break;
      default:
        step satisfies never;
    }
    const said = this.said.reduce((sum, { length }) => sum + length, 0);
    const flying = this.#flying.reduce((sum, { length }) => sum + length, 0);
    assertEquals(out.end, said);
    assertEquals(out.unsent, said - this.heardBytes - flying);
    assertEquals(out.unacknowledged, said - out.acknowledged);
  }

  arrive(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const part = this.#flying.shift();
      if (part === undefined) return;
      if (part.length > left) this.#flying.unshift(part.subarray(left));
      const heard = part.subarray(0, left);
      this.heard.push(heard);
      this.heardBytes += heard.length;
      this.places.push(this.heardBytes);
      left -= heard.length;
    }
  }
}

Deno.test("the peer has every byte once and in order, however frames, writes, acknowledgements and cuts follow each other", () => {
  fc.assert(
    fc.property(
      fc.array(anyStep, { maxLength: 60, size: "max" }),
      (steps) => {
        const line = new Line();
        const { out } = line;
        for (const step of steps) line.step(step);
        while (out.unsent > 0) line.step({ type: "write", bytes: Infinity });
        line.arrive(Infinity);
        assert(sameBytes(concat(line.heard), concat(line.said)));
        out.acknowledge(line.heardBytes);
        assertEquals(out.unacknowledged, 0);
        assertEquals(line.returned, line.lent);
        assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
      },
    ),
    { numRuns: isSlow ? 300 : 60 },
  );
});

// Replay.

Deno.test("what was sent and not acknowledged is repeated after a cut", () => {
  const out = new SendBuffer();
  const frames = [1, 2, 3].map((stream) => {
    const payload = pattern(50_000, stream);
    out.frame(0, 1, stream, payload);
    return encoded({ type: 0, flags: 1, stream, payload });
  });
  drain(out);
  out.acknowledge(50_008);
  out.rewind(100_016);
  assertEquals(out.unsent, 50_008);
  assert(sameBytes(concat(drain(out)), frames[2]!));
  out.rewind(100_016);
  assert(sameBytes(concat(drain(out)), frames[2]!), "and again");
});

Deno.test("an acknowledgement that is late or repeated changes nothing", () => {
  const out = sentBuffer();
  assert(out.acknowledge(60_000));
  for (const place of [60_000, 59_999, 0]) {
    assert(!out.acknowledge(place));
    assertEquals(out.acknowledged, 60_000);
  }
  out.rewind(60_000);
  assertEquals(out.unsent, 40_000);
});

Deno.test("an acknowledgement of what was not sent is a ProtocolError", () => {
  const out = sentBuffer();
  assertThrows(() => out.acknowledge(100_001), ProtocolError, "100001 bytes");
  out.frame(0, 1, 1, pattern(992));
  assertThrows(() => out.acknowledge(101_000), ProtocolError);
  assertThrows(() => out.rewind(101_000), ProtocolError);
  assertEquals(out.acknowledged, 0);
  drain(out);
  assert(out.acknowledge(101_000));
});

Deno.test("bytes may be acknowledged before their write settles", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(992));
  const writing = out.next();
  const before = writing.slice();
  assert(out.acknowledge(1000));
  out.frame(0, 1, 3, pattern(992));
  assertEquals(writing, before);
  out.sent(1000);
  assertEquals(out.unsent, 1000);
});

Deno.test("a peer that goes back behind what it has acknowledged is a ProtocolError", () => {
  const out = sentBuffer();
  out.acknowledge(60_000);
  assertThrows(() => out.rewind(59_999), ProtocolError, "59999");
  out.rewind(60_000);
});

Deno.test("a peer may have bytes whose write has failed", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(992));
  out.next();
  out.rewind(1000);
  assertEquals([out.unsent, out.unacknowledged], [0, 0]);
});

Deno.test("a socket that broke never writes the bytes of another session", () => {
  const out = new SendBuffer();
  for (let i = 0; i < 40; i++) out.frame(0, 1, 1, pattern(USUAL_FRAME_BYTES));
  while (out.unsent > 65_544) take(out, 65_544);
  const writing = out.next();
  const before = writing.slice();
  out.rewind(out.end);
  const others = Array.from({ length: 40 }, () => new SendBuffer());
  for (const other of others) {
    for (let i = 0; i < 40; i++) {
      other.frame(0, 1, 3, new Uint8Array(USUAL_FRAME_BYTES));
    }
  }
  assert(sameBytes(writing, before));
});

// Frames.

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
  for (let i = 0; i < 100; i++) out.frame(0, 1, i, pattern(20));
  assertEquals(out.next().length, out.unsent);
});

Deno.test("a frame that does not fit the small segment can be written at once", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(QUIET_BYTES));
  assertEquals(out.next().length, out.unsent);
});

Deno.test("a payload may be changed once its frame is in the buffer", () => {
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
  for (let i = 0; i < 20; i++) out.frame(0, 1, 3, pattern(USUAL_FRAME_BYTES));
  assertEquals(writing, before);
});

Deno.test("buffers that share segments never share bytes", () => {
  const buffers = Array.from({ length: 20 }, () => new SendBuffer());
  for (let round = 0; round < 3; round++) {
    const payload = (stream: number): Uint8Array =>
      pattern(USUAL_FRAME_BYTES, stream + round);
    for (let i = 0; i < 4; i++) {
      for (const [stream, out] of buffers.entries()) {
        out.frame(0, 1, stream, payload(stream));
      }
    }
    for (const [stream, out] of buffers.entries()) {
      const head = { type: 0, flags: 1, stream };
      const expected = encoded({ ...head, payload: payload(stream) });
      const all = concat([expected, expected, expected, expected]);
      assert(sameBytes(concat(drain(out)), all));
      out.acknowledge(out.end);
    }
  }
});

Deno.test("a buffer gives its memory back when everything was acknowledged, and no sooner", () => {
  const out = new SendBuffer();
  assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
  for (let i = 0; i < 40; i++) out.frame(0, 0, 1, pattern(USUAL_FRAME_BYTES));
  assert(out.next().buffer.byteLength > QUIET_BYTES);
  drain(out);
  assertEquals(out.unsent, 0);
  assertEquals(out.next().length, 0);
  out.acknowledge(out.end - 1);
  assert(out.next().buffer.byteLength > QUIET_BYTES);
  out.acknowledge(out.end);
  assertEquals(out.next().length, 0);
  assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
});

Deno.test("a quiet buffer never leaves its small segment", () => {
  const out = new SendBuffer();
  for (let i = 0; i < 10_000; i++) {
    out.frame(0, 1, 1, pattern(100));
    assertEquals(take(out).buffer.byteLength, 108);
    assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
    // Acknowledgements come late, but they come.
    if (i % 30 === 29) out.acknowledge(out.end);
  }
});

Deno.test("a busy buffer uses the segments again that were acknowledged", () => {
  const out = new SendBuffer();
  const payload = pattern(USUAL_FRAME_BYTES);
  const segments = new Set<ArrayBufferLike>();
  for (let i = 0; i < 1000; i++) {
    out.frame(0, 0, 1, payload);
    while (out.unsent > 0) {
      segments.add(out.next().buffer);
      take(out);
    }
    if (out.unacknowledged > 1_000_000) out.acknowledge(out.end - 500_000);
  }
  assertLessOrEqual(segments.size, 20);
});

// Memory that is lent.

Deno.test("a frame is written from where its payload lies, and its header with what is before", () => {
  const out = new SendBuffer();
  out.frame(0, 1, 1, pattern(20));
  const payload = pattern(300_000).slice();
  lendTo(out, payload);
  out.frame(0, 1, 5, pattern(10));
  assertEquals(take(out).length, 28 + 8);
  assertEquals(out.next().buffer, payload.buffer);
  assertEquals(take(out).length, 300_000);
  assertEquals(take(out).length, 18);
});

Deno.test("headers before what is lent share memory", () => {
  const out = new SendBuffer();
  const buffers = new Set<ArrayBufferLike>();
  for (let i = 0; i < 100; i++) {
    lendTo(out, pattern(1000, i).slice());
    for (let piece = 0; piece < 2; piece++) {
      const { buffer } = out.next();
      if (buffer.byteLength !== 1000) buffers.add(buffer);
      take(out);
    }
  }
  assertEquals(buffers.size, 1);
});

Deno.test("a buffer that was lent is returned when all of its frames are acknowledged, and its message was taken", () => {
  const out = new SendBuffer();
  const payload = pattern(2000).slice();
  let returned: ArrayBuffer | undefined;
  const loan = new Loan(payload.buffer, (buffer) => returned = buffer);
  out.lend(0, 0, 1, payload.subarray(0, 1000), loan);
  drain(out);
  out.acknowledge(out.end);
  out.lend(0, 1, 1, payload.subarray(1000), loan);
  loan.release();
  drain(out);
  out.acknowledge(out.end - 1);
  assertEquals(returned, undefined);
  out.acknowledge(out.end);
  assertStrictEquals(returned, payload.buffer);
});

Deno.test("a buffer that a broken socket may still read is returned as a copy", () => {
  const out = new SendBuffer();
  const payload = pattern(1000).slice();
  let returned: ArrayBuffer | undefined;
  lendTo(out, payload, (buffer) => returned = buffer).release();
  take(out);
  const writing = out.next();
  out.rewind(0);
  assertEquals(concat(drain(out)).length, 1008);
  out.acknowledge(1008);
  assert(returned !== undefined && returned !== payload.buffer);
  assertEquals(new Uint8Array(returned), pattern(1000));
  assertEquals(writing, pattern(1000));
});

Deno.test("what was lent is returned once when the session ends, and can still be written", () => {
  const out = new SendBuffer();
  let returns = 0;
  lendTo(out, pattern(263_200).slice(), (buffer) => {
    returns++;
    new Uint8Array(buffer).fill(0);
  }).release();
  out.returnLoans();
  assertEquals(returns, 1);
  const payload = pattern(263_200);
  const expected = encoded({ type: 0, flags: 1, stream: 3, payload });
  assert(sameBytes(concat(drain(out)), expected));
  out.acknowledge(out.end);
  out.returnLoans();
  assertEquals(returns, 1);
  // It is of the size of a busy segment, and is no spare one.
  const other = new SendBuffer();
  for (let i = 0; i < 10; i++) other.frame(0, 1, 1, pattern(60_000));
  for (const part of drain(other)) {
    assert(part.buffer !== payload.buffer);
  }
});

// Without replay.

Deno.test("without replay memory is released when a socket has it, and acknowledgements still count", () => {
  const out = new SendBuffer(false);
  let returns = 0;
  for (let i = 0; i < 40; i++) out.frame(0, 1, 1, pattern(60_000, i));
  lendTo(out, pattern(1000).slice(), () => returns++).release();
  assertEquals(out.kept, out.end);
  const heard = concat(drain(out));
  assertEquals([out.kept, returns], [0, 1]);
  assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
  assertEquals(out.unacknowledged, heard.length);
  assert(out.acknowledge(1000));
  assertEquals(out.acknowledged, 1000);
  assertThrows(() => out.acknowledge(heard.length + 1), ProtocolError);
  assertEquals([out.hasLost(1000), out.hasLost(999)], [true, false]);
  assertEquals([out.hasLost(heard.length), out.covers(heard.length)], [
    false,
    true,
  ]);
});

Deno.test("without replay every byte goes once and in order as well", () => {
  fc.assert(
    fc.property(
      fc.array(anyStep, { maxLength: 60, size: "max" }),
      (steps) => {
        const line = new Line(false);
        const { out } = line;
        for (const step of steps) if (step.type !== "cut") line.step(step);
        while (out.unsent > 0) line.step({ type: "write", bytes: Infinity });
        line.arrive(Infinity);
        assert(sameBytes(concat(line.heard), concat(line.said)));
        assertEquals(line.returned, line.lent);
        assertEquals(out.next().buffer.byteLength, QUIET_BYTES);
      },
    ),
    { numRuns: isSlow ? 300 : 60 },
  );
});
