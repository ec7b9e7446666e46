// Messages that are sent at once share buffers, and have room for a head.

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { messageEncoder } from "../../src/codec/internal.ts";
import {
  type Codec,
  CodecError,
  compressed,
  json,
  msgpack,
  raw,
} from "../../src/codec/mod.ts";
import { utf8 } from "../support/bytes.ts";

const parse = (value: unknown) => String(value);
const rawText: Codec<string> = {
  name: "text",
  encode: (text) => raw.encode(utf8(text)),
  decode: (bytes) => new TextDecoder().decode(raw.decode(bytes)),
};
const codecs: readonly Codec<string>[] = [
  msgpack({ parse }),
  json({ parse }),
  compressed(json({ parse })),
  rawText,
];

for (const codec of codecs) {
  Deno.test(`messages in ${codec.name} have their head, and keep their bytes while others are made`, () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(1_000, 9_000, 70_000).map((length) => "é".repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(text), fc.nat({ max: 20 }), (texts, headBytes) => {
        const encode = messageEncoder(codec, headBytes);
        const messages = texts.map((text, i) => {
          const message = encode(text);
          message.fill(i, 0, headBytes);
          return message;
        });
        for (const [i, message] of messages.entries()) {
          assert(message.subarray(0, headBytes).every((byte) => byte === i));
          const expected = codec.encode(texts[i] ?? "");
          assertEquals(message.subarray(headBytes), expected);
        }
      }),
    );
  });
}

Deno.test("a copy of a codec that encodes otherwise is asked itself", () => {
  const copy = { ...json({ parse }), encode: () => utf8("mine") };
  assertEquals(messageEncoder(copy, 0)("x"), utf8("mine"));
});

Deno.test("the head of a message does not count against the limit of its codec", () => {
  const codec = msgpack({ parse, maxBytes: 3 });
  const encode = messageEncoder(codec, 100);
  assertEquals(encode("ab").length, 103);
  assertThrows(() => encode("abc"), CodecError, "the limit is 3");
  assertThrows(() => encode("abcd"), CodecError, "the limit of 3 bytes");
});

Deno.test("many small messages share a buffer, and a large one has its own", () => {
  for (const codec of [msgpack({ parse }), json({ parse })]) {
    const encode = messageEncoder(codec, 0);
    const small = Array.from({ length: 800 }, () => encode("x".repeat(90)));
    const buffers = new Set(small.map((message) => message.buffer));
    assert(buffers.size <= 12, `${buffers.size} buffers`);
    const large = encode("x".repeat(200_000));
    assert(!buffers.has(large.buffer));
    assert(encode("y").buffer !== large.buffer);
  }
});
