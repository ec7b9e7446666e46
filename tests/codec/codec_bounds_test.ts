import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type Codec,
  CodecError,
  type CodecOptions,
  json,
  type JsonValue,
  msgpack,
  type MsgpackValue,
} from "../../src/codec/mod.ts";

function nested(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

const both: readonly ((options?: CodecOptions) => Codec<MsgpackValue>)[] = [
  msgpack,
  json,
];

for (const create of both) {
  const { name } = create();

  Deno.test(`${name} bounds the depth of what it encodes and decodes`, () => {
    const deeper = create({ maxDepth: 65 });
    assertEquals(create().decode(create().encode(nested(64))), nested(64));
    assertThrows(
      () => create().encode(nested(65)),
      CodecError,
      "deeper than 64",
    );
    const bytes = deeper.encode(nested(65));
    assertEquals(deeper.decode(bytes), nested(65));
    assertThrows(() => create().decode(bytes), CodecError, "deeper than 64");
    assertThrows(() => create({ maxDepth: 0 }).encode([]), CodecError);
  });

  Deno.test(`${name} refuses a million open arrays before it builds one`, () => {
    const open = name === "json" ? 0x5b : 0x91;
    const bytes = new Uint8Array(1_000_000).fill(open);
    assertThrows(() => create().decode(bytes), CodecError, "deeper than 64");
  });

  Deno.test(`${name} bounds the bytes of what it encodes and decodes`, () => {
    const value = { text: "é".repeat(100) };
    const bytes = create().encode(value);
    const fits = create({ maxBytes: bytes.length });
    const tight = create({ maxBytes: bytes.length - 1 });
    assertEquals(fits.decode(fits.encode(value)), value);
    assertThrows(() => tight.encode(value), CodecError, "the limit is");
    assertThrows(() => tight.decode(bytes), CodecError, "the limit is");
  });

  Deno.test(`${name} refuses a value too long before it encodes it`, () => {
    const encode = () => create({ maxBytes: 10 }).encode({ a: "x".repeat(11) });
    assertThrows(encode, CodecError, "value.a is past the limit of 10 bytes");
  });

  Deno.test(`${name} counts as depth neither siblings nor brackets in a string`, () => {
    const value = [
      ...Array.from({ length: 100 }, () => []),
      `\\"${"[".repeat(100)}`,
    ];
    assertEquals(create().decode(create().encode(value)), value);
  });

  Deno.test(`${name} bounds the values of what it encodes and decodes`, () => {
    const value = [{ a: 1, b: [] }, {}, "[{,:", [true, null], -1.5]; // 12, 2 of them keys
    const bytes = create().encode(value);
    const fits = create({ maxValues: 12 });
    const tight = create({ maxValues: 11 });
    assertEquals(fits.decode(fits.encode(value)), value);
    assertThrows(() => tight.encode(value), CodecError, "11 values");
    assertThrows(() => tight.decode(bytes), CodecError, "11 values");
  });

  Deno.test(`${name} refuses a value that contains itself, or one object too often`, () => {
    const cycle: MsgpackValue[] = [];
    cycle.push({ cycle });
    assertThrows(() => create().encode(cycle), CodecError, "contains itself");
    let doubled: MsgpackValue = "x";
    for (let i = 0; i < 60; i++) doubled = [doubled, doubled];
    assertThrows(() => create().encode(doubled), CodecError, "values");
  });

  Deno.test(`${name} says where a value is that cannot be encoded`, () => {
    for (
      const bad of [
        undefined,
        () => 1,
        Symbol("s"),
        new Date(0),
        new Map(),
      ]
    ) {
      const holder: Record<string, MsgpackValue> = {};
      Object.assign(holder, { bad }); // past the types
      assertThrows(
        () => create().encode({ list: [0, holder] }),
        CodecError,
        `Cannot encode ${name}: value.list[1].bad is`,
      );
    }
    assertThrows(
      () => create().encode(JSON.parse('{"__proto__":1}')),
      CodecError,
      "__proto__",
    );
  });

  Deno.test(`${name} keeps the cause of an error from a getter`, () => {
    const cause = new Error("broken");
    const value = {
      get a(): string {
        throw cause;
      },
    };
    const error = assertThrows(() => create().encode(value), CodecError);
    assertStrictEquals(error.cause, cause);
  });

  Deno.test(`${name} refuses limits that are not integers in range`, () => {
    assertThrows(
      () => create({ maxBytes: 0 }),
      RangeError,
      "maxBytes: it is 0",
    );
    assertThrows(() => create({ maxDepth: 1_001 }), RangeError, "maxDepth");
    assertThrows(() => create({ maxValues: NaN }), RangeError, "maxValues");
  });
}
