import { constants, deflateRawSync } from "node:zlib";
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  CodecError,
  compressed,
  json,
  msgpack,
  raw,
} from "../../src/codec/mod.ts";
import { pattern } from "../session/wire/support.ts";

/** Bytes of a fixed seed that no compression makes shorter. */
function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function tagged(tag: number, rest: Uint8Array): Uint8Array {
  return new Uint8Array([tag, ...rest]);
}

/** Decodes to a CodecError or to a value, and to nothing else. */
function decodesSafely(decode: (bytes: Uint8Array) => unknown) {
  return (bytes: Uint8Array): void => {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  };
}

Deno.test("a long message is compressed and comes back", () => {
  const codec = compressed(json());
  const value = Array.from({ length: 1000 }, (_, id) => ({ id, on: true }));
  const bytes = codec.encode(value);
  assertEquals(bytes[0], 1);
  assert(bytes.length < json().encode(value).length / 2);
  assertEquals(codec.decode(bytes), value);
});

Deno.test("the bytes after the 1 are raw DEFLATE", async () => {
  const plain = pattern(100_000);
  const bytes = compressed(raw).encode(plain);
  const stream = new Blob([bytes.slice(1)]).stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  assertEquals(new Uint8Array(await new Response(stream).arrayBuffer()), plain);
});

Deno.test("a message up to the threshold stays as it is", () => {
  const text = new Uint8Array(2000);
  for (const thresholdBytes of [0, 10, 1024]) {
    const codec = compressed(raw, { thresholdBytes });
    const short = text.subarray(0, thresholdBytes);
    assertEquals(codec.encode(short), tagged(0, short));
    assertEquals(codec.decode(codec.encode(short)), short);
    const long = text.subarray(0, thresholdBytes + 100);
    assertEquals(codec.encode(long)[0], 1);
  }
  assertEquals(compressed(raw).encode(text.subarray(0, 1024))[0], 0);
  assertEquals(compressed(raw).encode(text.subarray(0, 1025))[0], 1);
  const never = compressed(raw, { thresholdBytes: Infinity });
  assertEquals(never.encode(text)[0], 0);
});

Deno.test("a message that would become longer stays as it is", () => {
  const bytes = noise(5000, 7);
  assertEquals(compressed(raw).encode(bytes), tagged(0, bytes));
});

Deno.test("a compressed message comes back, and is one byte longer at most", () => {
  const codec = compressed(msgpack(), { thresholdBytes: 8 });
  const value = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 300 }),
    fc.tuple(fc.string({ maxLength: 5 }), fc.nat({ max: 500 })).map(
      ([text, times]) => text.repeat(times),
    ),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      fc.double({
        noNaN: true,
        noDefaultInfinity: true,
      }).map((number) => number + 0),
    ),
  );
  fc.assert(
    fc.property(value, (value) => {
      const plain = msgpack().encode(value);
      const bytes = codec.encode(value);
      assert(bytes.length <= plain.length + 1);
      assertEquals(codec.decode(bytes), msgpack().decode(plain));
    }),
    { numRuns: 500 },
  );
});

Deno.test("a decoded message has its own memory", () => {
  const codec = compressed(raw);
  const value = codec.decode(codec.encode(new Uint8Array(2000)));
  assertEquals(Object.getPrototypeOf(value), Uint8Array.prototype);
  assertEquals(value.buffer.byteLength, 2000);
});

Deno.test("in both directions the limit is that of the message before compression", () => {
  const bytes = new Uint8Array(2000);
  const fits = compressed(raw, { maxBytes: 2000 });
  const tight = compressed(raw, { maxBytes: 1999 });
  for (const thresholdBytes of [0, Infinity]) {
    const encoded = compressed(raw, { thresholdBytes }).encode(bytes);
    assertEquals(fits.decode(encoded), bytes);
    assertThrows(() => tight.decode(encoded), CodecError, "1999");
  }
  assertEquals(fits.decode(fits.encode(bytes)), bytes);
  assertThrows(() => tight.encode(bytes), CodecError, "the limit is 1999");
});

Deno.test("a bomb of 16 GiB is a CodecError", () => {
  // Blocks of DEFLATE that do not end the message can follow one another.
  const block = deflateRawSync(new Uint8Array(2 ** 24), {
    finishFlush: constants.Z_FULL_FLUSH,
  });
  const bomb = new Uint8Array(1 + block.length * 1024);
  bomb[0] = 1;
  for (let i = 0; i < 1024; i++) bomb.set(block, 1 + i * block.length);
  assertThrows(() => compressed(raw).decode(bomb), CodecError, "over");
});

Deno.test("a message that is compressed twice is decompressed once", () => {
  const once = compressed(raw).encode(new Uint8Array(100_000));
  const twice = tagged(1, deflateRawSync(once));
  assertEquals(compressed(raw).decode(twice), once);
});

Deno.test("an empty message, an unknown first byte and invalid DEFLATE are CodecErrors", () => {
  const codec = compressed(raw);
  for (
    const bytes of [[], [2], [255, 1], [1], [1, 255, 255], [0x78, 0x9c, 3, 0]]
  ) {
    assertThrows(() => codec.decode(new Uint8Array(bytes)), CodecError);
  }
});

Deno.test("a message that is truncated or too long is a CodecError", () => {
  const codec = compressed(raw);
  const bytes = codec.encode(pattern(3000));
  assertEquals(bytes[0], 1);
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => codec.decode(bytes.subarray(0, length)), CodecError);
  }
  for (const more of [1, 2, 100]) {
    assertThrows(
      () => codec.decode(new Uint8Array([...bytes, ...new Uint8Array(more)])),
      CodecError,
      "more bytes follow",
    );
  }
});

Deno.test("what the inner codec refuses is its CodecError", () => {
  const codec = compressed(json({ maxDepth: 1 }));
  assertThrows(() => codec.encode([[1]]), CodecError, "deeper than 1");
  const deep = compressed(json()).encode(Array(2000).fill([1]));
  assertEquals(deep[0], 1);
  assertThrows(() => codec.decode(deep), CodecError, "deeper than 1");
  assertEquals(codec.name, "json+deflate");
});

Deno.test("whatever the bytes, decoding returns a value or throws a CodecError", () => {
  const decode = decodesSafely(compressed(json(), { maxBytes: 5000 }).decode);
  // Noise, which starts as DEFLATE may.
  for (let seed = 1; seed <= 2000; seed++) {
    const bytes = noise(1 + seed % 97, seed);
    bytes[0] = seed % 3;
    decode(bytes);
  }
  // What was right but for a few bits.
  const value = Array.from({ length: 200 }, (_, id) => ({ id }));
  const right = compressed(json()).encode(value);
  assertEquals(right[0], 1);
  for (let bit = 0; bit < right.length * 8; bit++) {
    const bytes = right.slice();
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    decode(bytes);
  }
});

Deno.test("compressed() refuses options out of their range", () => {
  for (
    const wrong of [
      { thresholdBytes: -1 },
      { thresholdBytes: NaN },
      { maxBytes: 0 },
      { maxBytes: 1.5 },
      { maxBytes: 2 ** 31 },
    ]
  ) assertThrows(() => compressed(raw, wrong), RangeError);
});
