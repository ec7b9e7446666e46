import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  ProtocolError,
  TruncatedError,
} from "../../../src/session/wire/errors.ts";
import { FrameReader } from "../../../src/session/wire/frame_reader.ts";
import {
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_CONTROL_BYTES,
  MAX_FRAME_BYTES,
  PREFACE,
} from "../../../src/session/wire/protocol.ts";
import { frameSink } from "../../support/frame_sink.ts";
import { SendBuffer } from "../../../src/session/wire/send_buffer.ts";
import {
  anyChunking,
  anySketch,
  assertSameFrames,
  begunReader,
  bufferBytes,
  collector,
  concat,
  drawn,
  encoded,
  feed,
  header,
  pattern,
} from "./support.ts";

const QUIET_BYTES = 16_384;
const BUSY_BYTES = 262_144;

Deno.test("any frames through a send buffer and a reader are the same, however they are cut", () => {
  fc.assert(
    fc.property(
      fc.array(anySketch, { maxLength: 8, size: "max" }),
      anyChunking,
      anyChunking,
      (sketches, writes, reads) => {
        const frames = sketches.map(drawn);
        const out = new SendBuffer();
        for (const { type, flags, stream, payload } of frames) {
          out.frame(type, flags, stream, payload);
        }
        const reader = new FrameReader();
        const sink = collector();
        feed(reader, PREFACE, sink, reads);
        for (let i = 0; out.unsent > 0; i++) {
          const next = out.next();
          const count = Math.min(next.length, writes[i % writes.length] ?? 1);
          feed(reader, next.subarray(0, count), sink, reads);
          out.sent(count);
        }
        reader.end();
        assertSameFrames(sink.frames, frames);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a frame that arrives byte by byte is given once, with its last byte", () => {
  const reader = new FrameReader();
  const sink = collector();
  const payload = pattern(300);
  const frame = { type: FrameType.DATA, flags: 3, stream: 0xfffffffe, payload };
  const bytes = concat([PREFACE, encoded(frame)]);
  feed(reader, bytes.subarray(0, -1), sink, [1]);
  assertEquals(sink.frames, []);
  assert(reader.incomplete);
  feed(reader, bytes.subarray(-1), sink);
  assertSameFrames(sink.frames, [frame]);
  assert(!reader.incomplete);
});

for (let position = 0; position < PREFACE.length; position++) {
  Deno.test(`a preface that is wrong at byte ${position} is refused at that byte`, () => {
    const wrong = PREFACE.slice();
    wrong[position] = wrong[position]! ^ 0x20;
    const reader = new FrameReader();
    const sink = collector();
    feed(reader, wrong.subarray(0, position), sink);
    assert(!reader.prefaceSeen);
    assertThrows(
      () => feed(reader, wrong.subarray(position, position + 1), sink),
      ProtocolError,
      "is it a Troupe peer?",
    );
  });
}

Deno.test("a wrong preface is refused before the frames behind it are read", () => {
  const sink = collector();
  const bytes = concat([
    new TextEncoder().encode("GET / HT"),
    encoded({ type: 0, flags: 0, stream: 1, payload: pattern(3) }),
  ]);
  assertThrows(() => feed(new FrameReader(), bytes, sink), ProtocolError);
  assertEquals(sink.frames, []);
});

Deno.test("frames that come with the preface are given at once", () => {
  const reader = new FrameReader();
  const sink = collector();
  const frame = { type: 9, flags: 0, stream: 0, payload: pattern(28) };
  feed(reader, concat([PREFACE, encoded(frame)]), sink);
  assert(reader.prefaceSeen);
  assertSameFrames(sink.frames, [frame]);
});

for (let type = 0; type <= 15; type++) {
  const limit = type === FrameType.DATA ? MAX_FRAME_BYTES : MAX_CONTROL_BYTES;

  Deno.test(`a header of type ${type} with over ${limit} bytes is refused before any payload is kept`, () => {
    const reader = begunReader();
    const sink = collector();
    const error = assertThrows(
      () => feed(reader, header(type, 0, 1, limit + 1), sink),
      ProtocolError,
      `${limit} are allowed`,
    );
    assertEquals(error.code, ErrorCode.FRAME_TOO_LARGE);
    assertEquals(sink.frames, []);
    assertEquals(bufferBytes(reader), QUIET_BYTES);
  });

  Deno.test(`a frame of type ${type} with ${limit} bytes is let through`, () => {
    const sink = collector();
    const frame = { type, flags: 15, stream: 7, payload: pattern(limit) };
    feed(begunReader(), encoded(frame), sink);
    assertSameFrames(sink.frames, [frame]);
  });
}

Deno.test("a frame over the limit that arrives whole is refused as well", () => {
  const sink = collector();
  const payload = pattern(MAX_CONTROL_BYTES + 1);
  const bytes = encoded({ type: FrameType.OPEN, flags: 0, stream: 1, payload });
  assertThrows(() => feed(begunReader(), bytes, sink), ProtocolError);
  assertEquals(sink.frames, []);
});

Deno.test("a reader holds DATA to the limit that it was made with, and control frames to their own", () => {
  const sink = collector();
  const reader = begunReader(1024);
  const fits = {
    type: FrameType.DATA,
    flags: 0,
    stream: 1,
    payload: pattern(1024),
  };
  const open = {
    type: FrameType.OPEN,
    flags: 0,
    stream: 1,
    payload: pattern(1025),
  };
  feed(reader, concat([encoded(fits), encoded(open)]), sink);
  assertSameFrames(sink.frames, [fits, open]);
  assertThrows(() => feed(reader, header(0, 0, 1, 1025), sink), ProtocolError);
});

Deno.test("a socket that ends before the preface is whole is truncated", () => {
  for (let length = 0; length < PREFACE.length; length++) {
    const reader = new FrameReader();
    feed(reader, PREFACE.subarray(0, length), collector());
    assertThrows(() => reader.end(), TruncatedError, "before its preface");
  }
});

Deno.test("a socket that ends within a frame, its header too, is truncated", () => {
  const bytes = encoded({ type: 0, flags: 1, stream: 1, payload: pattern(20) });
  for (let length = 1; length < bytes.length; length++) {
    const reader = begunReader();
    feed(reader, bytes.subarray(0, length), collector());
    assertThrows(
      () => reader.end(),
      TruncatedError,
      "in the middle of a frame",
    );
  }
});

Deno.test("a socket that ends between frames ends in order", () => {
  const reader = begunReader();
  reader.end();
  const frame = { type: 0, flags: 1, stream: 1, payload: pattern(20) };
  feed(reader, encoded(frame), collector());
  reader.end();
});

Deno.test("a reader starts with a small buffer", () => {
  assertEquals(bufferBytes(new FrameReader()), QUIET_BYTES);
});

Deno.test("a quiet reader keeps its small buffer, however its frames are cut", () => {
  const reader = begunReader();
  const sink = collector();
  const payload = pattern(4);
  const frames = Array.from(
    { length: 10_000 },
    (_, i) => ({ type: 0, flags: 1, stream: i, payload }),
  );
  // Reads never end where a frame does, so the buffer is never quite empty.
  const bytes = concat(frames.map(encoded));
  feed(reader, bytes.subarray(0, 5), sink);
  feed(reader, bytes.subarray(5), sink, [HEADER_BYTES + payload.length]);
  assertSameFrames(sink.frames, frames);
  assertEquals(bufferBytes(reader), QUIET_BYTES);
});

Deno.test("a read that fills the small buffer makes it large", () => {
  const reader = begunReader();
  const payload = pattern(100);
  const frames = Array.from(
    { length: 200 },
    (_, i) => ({ type: 0, flags: 1, stream: i, payload }),
  );
  feed(reader, concat(frames.map(encoded)), collector());
  assertEquals(bufferBytes(reader), BUSY_BYTES);
});

Deno.test("a frame that does not fit the small buffer makes it large", () => {
  const reader = begunReader();
  feed(reader, header(FrameType.DATA, 0, 1, QUIET_BYTES), collector());
  assertEquals(bufferBytes(reader), BUSY_BYTES);
});

Deno.test("a reader always has space, and never more than a busy buffer, whatever comes", () => {
  fc.assert(
    fc.property(
      fc.array(anySketch, { minLength: 1, maxLength: 10, size: "max" }),
      anyChunking,
      (sketches, reads) => {
        const reader = begunReader();
        const bytes = concat(sketches.map(drawn).map(encoded));
        let at = 0;
        for (let i = 0; at < bytes.length; i++) {
          const most = reads[i % reads.length] ?? 1;
          const chunk = bytes.subarray(at, at + Math.min(most, BUSY_BYTES));
          feed(reader, chunk, collector());
          at += chunk.length;
          assertLessOrEqual(bufferBytes(reader), BUSY_BYTES);
          assert(reader.space().length > 0);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("frames above a busy buffer need no larger one, however they are cut", () => {
  const sizes = [65_536, 65_537, BUSY_BYTES, 300_000, 1_048_576];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 100, ...sizes), { maxLength: 6 }),
      anyChunking,
      (lengths, reads) => {
        const reader = begunReader(1_048_576);
        const sink = collector();
        const frames = lengths.map((length, i) => ({
          type: FrameType.DATA,
          flags: i % 4,
          stream: i,
          payload: pattern(length, i),
        }));
        // A megabyte byte by byte takes long and shows nothing more.
        const chunks = reads.map((bytes) => Math.max(bytes, 1000));
        feed(reader, concat(frames.map(encoded)), sink, chunks);
        assertSameFrames(sink.frames, frames);
        assert(!reader.incomplete);
        assertLessOrEqual(bufferBytes(reader), BUSY_BYTES);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("what is dropped of a large frame takes no memory", () => {
  const reader = begunReader(1_048_576);
  const sink = { ...collector(), beginLarge: () => undefined };
  const frame = { type: 0, flags: 1, stream: 1, payload: pattern(1_000_000) };
  const small = { type: 0, flags: 1, stream: 3, payload: pattern(10) };
  feed(reader, concat([encoded(frame), encoded(small)]), sink);
  assertSameFrames(sink.frames, [small]);
  assertEquals(bufferBytes(reader), QUIET_BYTES);
});

Deno.test("a large frame that is cut off is not whole, and its target is let go once", () => {
  const reader = begunReader(1_048_576);
  let lost = 0;
  const target = { space: () => new Uint8Array(100), advance() {} };
  const sink = {
    ...collector(),
    beginLarge: () => ({ ...target, lost: () => void lost++ }),
  };
  feed(reader, header(FrameType.DATA, 0, 1, 100_000), sink);
  feed(reader, pattern(5000), sink);
  assert(reader.incomplete);
  reader.release();
  reader.release();
  assertEquals(lost, 1);
  assertThrows(() => reader.end(), TruncatedError, "in the middle of a frame");
});

Deno.test("random bytes after the preface cause nothing but ProtocolError", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 2000, size: "max" }),
      anyChunking,
      (bytes, reads) => {
        const reader = new FrameReader();
        try {
          feed(reader, concat([PREFACE, bytes]), collector(), reads);
          reader.end();
        } catch (error) {
          if (!(error instanceof ProtocolError)) throw error;
        }
        assertEquals(bufferBytes(reader) <= BUSY_BYTES, true);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("the error for a peer that speaks TLS says so", () => {
  for (
    const [first, expected] of [[21, "TLS"], [22, "TLS"], [
      72,
      `it begins with "H"`,
    ]] as const
  ) {
    const reader = new FrameReader();
    reader.space()[0] = first;
    assertThrows(
      () => reader.advance(1, frameSink(() => {})),
      ProtocolError,
      expected,
    );
  }
});
