import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TroupeError } from "../../src/actor/errors.ts";
import { type Chunk, ChunkReader } from "../../src/tcp_conn/chunk_reader.ts";
import { ChunkWriter } from "../../src/tcp_conn/chunk_writer.ts";
import {
  HEADER_BYTES,
  MAX_CHUNK_BYTES,
  MAX_MESSAGE_BYTES,
} from "../../src/tcp_conn/protocol.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern } from "../support/bytes.ts";
import { chunk, concat, message, type RawChunk, uuid } from "./support.ts";

/** Gives `bytes` to a reader in reads of these sizes, in turn. */
function feed(
  reader: ChunkReader,
  bytes: Uint8Array,
  sizes: readonly number[] = [Infinity],
): Chunk[] {
  const chunks: Chunk[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const space = reader.space();
    assert(space.length > 0, "the reader has no space left");
    const most = sizes[i % sizes.length] ?? Infinity;
    const count = Math.min(space.length, bytes.length - at, most);
    space.set(bytes.subarray(at, at + count));
    reader.advance(count, ({ data, ...rest }) => {
      chunks.push({ ...rest, data: data.slice() });
    });
    at += count;
  }
  return chunks;
}

/** Bytes that the reader keeps for a socket. */
function reservedBytes(reader: ChunkReader): number {
  return reader.space().buffer.byteLength;
}

const anySizes = fc.array(
  fc.oneof(
    fc.constantFrom(1, 36, 44, 45, 46, Infinity),
    fc.integer({ min: 1, max: 100_000 }),
  ),
  { minLength: 1, maxLength: 8, size: "max" },
);

const anyMessage = fc.record({
  id: fc.nat({ max: 4 }).map(uuid),
  size: fc.oneof(
    fc.nat({ max: 300 }),
    fc.constantFrom(0, 4051, 65_535, 65_536, 65_537, 131_072),
    fc.nat({ max: 200_000 }),
  ),
});

/** The chunks of a message as the wire's description has them. */
function described(id: string, bytes: Uint8Array): RawChunk[] {
  const chunks: RawChunk[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 65_536) {
    const data = bytes.subarray(at, at + 65_536);
    chunks.push({ id, totalBytes: bytes.length, data });
  }
  return chunks;
}

function assertSameChunks(
  actual: readonly Chunk[],
  expected: readonly RawChunk[],
): void {
  assertEquals(actual.length, expected.length);
  for (const [i, { id, totalBytes, data }] of expected.entries()) {
    const other = actual[i];
    assertEquals([other?.id, other?.totalBytes], [id, totalBytes]);
    // On large arrays assertEquals is slow.
    assert(
      other?.data.length === data.length &&
        data.every((byte, at) => byte === other.data[at]),
      `the data of chunk ${i} differs`,
    );
  }
}

Deno.test("messages through a writer and a reader give the same chunks, however they are cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 6, size: "max" }),
      anySizes,
      (messages, sizes) => {
        const writer = new ChunkWriter();
        const written: Uint8Array[] = [];
        const expected: RawChunk[] = [];
        for (const [i, { id, size }] of messages.entries()) {
          const bytes = pattern(size, i);
          expected.push(...described(id, bytes));
          let offset = 0;
          do {
            offset = writer.add(id, bytes, offset);
            if (!writer.hasRoom) written.push(writer.take().slice());
          } while (offset < size);
        }
        written.push(writer.take().slice());
        const reader = new ChunkReader();
        const got = written.flatMap((bytes) => feed(reader, bytes, sizes));
        reader.end();
        assertSameChunks(got, expected);
      },
    ),
    { numRuns: 150, seed: 20_260_101 },
  );
});

Deno.test("the writer's bytes are those of the wire's description", () => {
  const writer = new ChunkWriter();
  const data = pattern(300);
  writer.add(uuid(7), data, 0);
  assertEquals(writer.take(), message(uuid(7), data));
});

Deno.test("a chunk that arrives byte by byte is delivered with its last byte", () => {
  const reader = new ChunkReader();
  const bytes = message(uuid(1), pattern(300));
  assertEquals(feed(reader, bytes.subarray(0, -1), [1]), []);
  assertThrows(() => reader.end(), TruncatedError);
  const chunks = feed(reader, bytes.subarray(-1));
  assertSameChunks(chunks, [
    { id: uuid(1), totalBytes: 300, data: pattern(300) },
  ]);
  reader.end();
});

Deno.test("ids in upper case are the same ids", () => {
  const id = uuid(0xabcdef);
  const [first] = feed(
    new ChunkReader(),
    message(id.toUpperCase(), pattern(3)),
  );
  assertEquals(first?.id, id);
});

const nonsense: Record<string, { chunk: RawChunk; code: number }> = {
  "an id that is no UUID": {
    chunk: {
      id: "not-a-uuid-but-of-thirty-six-letters",
      totalBytes: 1,
      data: pattern(1),
    },
    code: ErrorCode.PROTOCOL,
  },
  "an id without hyphens": {
    chunk: {
      id: uuid(1).replaceAll("-", ""),
      totalBytes: 1,
      data: pattern(1),
    },
    code: ErrorCode.PROTOCOL,
  },
  "a message over 16 MiB": {
    chunk: {
      id: uuid(1),
      totalBytes: MAX_MESSAGE_BYTES + 1,
      data: pattern(0),
      chunkBytes: 1,
    },
    code: ErrorCode.MESSAGE_TOO_LARGE,
  },
  "a message of 4 GiB": {
    chunk: {
      id: uuid(1),
      totalBytes: 2 ** 32 - 1,
      data: pattern(0),
      chunkBytes: 1,
    },
    code: ErrorCode.MESSAGE_TOO_LARGE,
  },
  "a chunk over 64 KiB": {
    chunk: {
      id: uuid(1),
      totalBytes: MAX_MESSAGE_BYTES,
      data: pattern(0),
      chunkBytes: MAX_CHUNK_BYTES + 1,
    },
    code: ErrorCode.FRAME_TOO_LARGE,
  },
  "a chunk that is larger than its message": {
    chunk: { id: uuid(1), totalBytes: 2, data: pattern(0), chunkBytes: 3 },
    code: ErrorCode.FRAME_TOO_LARGE,
  },
  "an empty chunk of a message that is not": {
    chunk: { id: uuid(1), totalBytes: 2, data: pattern(0) },
    code: ErrorCode.PROTOCOL,
  },
};

for (const [what, { chunk: raw, code }] of Object.entries(nonsense)) {
  Deno.test(`${what} is refused with its header`, () => {
    const reader = new ChunkReader();
    const before = reservedBytes(reader);
    const error = assertThrows(
      () =>
        feed(
          reader,
          chunk({
            ...raw,
            data: new Uint8Array(0),
            chunkBytes: raw.chunkBytes ?? raw.data.length,
          }),
        ),
      ProtocolError,
    );
    assertEquals(error.code, code);
    assertEquals(reservedBytes(reader), before);
  });
}

Deno.test("a wrong length of an id is refused with its first byte", () => {
  const reader = new ChunkReader();
  assertThrows(
    () => feed(reader, new Uint8Array([71])),
    ProtocolError,
    "does it speak tcp-conn?",
  );
});

Deno.test("the largest chunk and the largest message are let through", () => {
  const data = pattern(MAX_CHUNK_BYTES);
  const raw = { id: uuid(1), totalBytes: MAX_MESSAGE_BYTES, data };
  assertSameChunks(feed(new ChunkReader(), chunk(raw)), [raw]);
});

Deno.test("a header that announces much reserves no more than one chunk", () => {
  const reader = new ChunkReader();
  feed(
    reader,
    chunk({
      id: uuid(1),
      totalBytes: MAX_MESSAGE_BYTES,
      data: new Uint8Array(0),
      chunkBytes: MAX_CHUNK_BYTES,
    }),
  );
  const most = HEADER_BYTES + MAX_CHUNK_BYTES;
  assertEquals(reservedBytes(reader), most);
});

Deno.test("a socket that has become quiet gives its large buffer back", () => {
  const reader = new ChunkReader();
  const before = reservedBytes(reader);
  feed(reader, message(uuid(1), pattern(60_000)));
  assert(reservedBytes(reader) > before);
  feed(reader, message(uuid(1), pattern(3)));
  assertEquals(reservedBytes(reader), before);
});

Deno.test("any bytes give chunks or a typed error, and reserve a bounded buffer", () => {
  const good = concat([
    message(uuid(1), pattern(10)),
    message(uuid(2), pattern(0)),
    message(uuid(1), pattern(400)),
  ]);
  const bent = fc.array(
    fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })),
    { maxLength: 4 },
  ).map((changes) => {
    const bytes = good.slice();
    for (const [at, value] of changes) bytes[at] = value;
    return bytes;
  });
  fc.assert(
    fc.property(
      fc.oneof(bent, fc.uint8Array({ maxLength: 200 })),
      anySizes,
      (bytes, sizes) => {
        const reader = new ChunkReader();
        try {
          feed(reader, bytes, sizes);
          reader.end();
        } catch (error) {
          assert(error instanceof TroupeError, String(error));
        }
        assert(reservedBytes(reader) <= 262_144);
      },
    ),
    { numRuns: 2000, seed: 20_260_102 },
  );
});
