import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  type Codec,
  CodecError,
  type Encodable,
  json,
  msgpack,
  type MsgpackValue,
  raw,
} from "../../src/codec/mod.ts";

const utf8 = new TextEncoder();

/** Whether the bytes decode; throws if they fail in any way but the promised one. */
function decodes<T>(codec: Codec<T>, bytes: Uint8Array): boolean {
  try {
    codec.decode(bytes);
    return true;
  } catch (error) {
    assertInstanceOf(error, CodecError);
    return false;
  }
}

// Texts without what MessagePack cannot carry: see the documentation.
const text = fc.string({ unit: "grapheme" }).filter((s) =>
  !s.startsWith("\uFEFF")
);
const key = text.filter((s) => s !== "__proto__");
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double())
  .map((n) => n + 0); // not -0

const { plain } = fc.letrec<{ plain: MsgpackValue }>((tie) => ({
  plain: fc.oneof(
    { depthSize: "small" },
    fc.oneof(number, text, fc.boolean(), fc.constant(null), fc.uint8Array()),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.array(tie("plain")),
    fc.dictionary(key, tie("plain")),
  ),
}));
const jsonText = fc.json().filter((s) => !s.includes("__proto__"));

Deno.test("msgpack decodes to what was encoded", () => {
  const codec = msgpack();
  fc.assert(fc.property(plain, (value) => {
    assertEquals(codec.decode(codec.encode(value)), value);
  }));
});

Deno.test("json decodes to what was encoded", () => {
  const codec = json();
  fc.assert(fc.property(jsonText, (source) => {
    const bytes = codec.encode(codec.decode(utf8.encode(source)));
    assertEquals(
      JSON.stringify(codec.decode(bytes)),
      JSON.stringify(JSON.parse(source)),
    );
  }));
});

Deno.test("every truncated message is a CodecError", () => {
  const [binary, plainText] = [msgpack(), json()];
  fc.assert(fc.property(plain, jsonText, (value, source) => {
    const whole = binary.encode(value);
    const array = utf8.encode(`[${source}]`);
    for (let n = 0; n < whole.length; n++) {
      assert(!decodes(binary, whole.subarray(0, n)));
    }
    for (let n = 0; n < array.length; n++) {
      assert(!decodes(plainText, array.subarray(0, n)));
    }
  }));
});

Deno.test("random bytes never throw anything but CodecError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      decodes(msgpack(), bytes);
      decodes(json(), bytes);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("a message with one byte changed never throws anything but CodecError", () => {
  fc.assert(
    fc.property(plain, fc.nat(), fc.nat(255), (value, at, byte) => {
      const bytes = msgpack().encode(value);
      bytes[at % bytes.length] = byte;
      decodes(msgpack(), bytes);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("what a codec decodes it can encode again", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      if (decodes(msgpack(), bytes)) msgpack().encode(msgpack().decode(bytes));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("raw returns the very bytes that it was given", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  assertStrictEquals(raw.encode(bytes), bytes);
  assertStrictEquals(raw.decode(bytes), bytes);
});

Deno.test("what parse throws is the cause of a CodecError", () => {
  const cause = new TypeError("not mine");
  const parse = (): string => {
    throw cause;
  };
  for (const codec of [msgpack({ parse }), json({ parse })]) {
    const error = assertThrows(
      () => codec.decode(codec.encode("x")),
      CodecError,
    );
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("a codec with parse accepts interfaces and refuses at compile time what is not data", () => {
  type Taken<T> = [T] extends [Encodable<T, MsgpackValue>] ? true : false;
  interface Tree {
    readonly name: string;
    readonly note?: Uint8Array | null;
    readonly children: readonly Tree[];
  }
  true satisfies Taken<Tree | readonly [bigint, Tree]>;
  false satisfies Taken<{ readonly at: Date }>;
  false satisfies Taken<{ readonly call: readonly (() => void)[] }>;
  false satisfies Taken<Tree & { readonly mark: symbol }>;
  false satisfies Taken<void> | Taken<unknown>;
  const codec = msgpack({
    parse: (value): Tree => ({ name: String(value), children: [] }),
  });
  assertEquals(
    codec.decode(codec.encode({ name: "a", children: [] })).children,
    [],
  );
});

Deno.test("msgpack keeps numbers numbers and bigints bigints", () => {
  const codec = msgpack();
  for (
    const n of [2 ** 32 - 1, 2 ** 32, -(2 ** 31) - 1, 2 ** 53, NaN, -Infinity]
  ) {
    assertStrictEquals(codec.decode(codec.encode(n)), n);
  }
  for (const n of [0n, -1n, 2n ** 64n - 1n, -(2n ** 63n)]) {
    assertEquals(codec.encode(n).length, 9);
    assertStrictEquals(codec.decode(codec.encode(n)), n);
  }
  assertThrows(() => codec.encode(2n ** 64n), CodecError, "64 bits");
});

Deno.test("msgpack reads lengths of every width", () => {
  const codec = msgpack();
  for (const n of [0, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
    const list = Array.from({ length: n }, () => 1);
    const map = Object.fromEntries(list.map((one, i) => [`k${i}`, one]));
    const value = ["x".repeat(n), new Uint8Array(n), {
      ["y".repeat(n)]: 1,
    }];
    assertEquals(codec.decode(codec.encode(value)), value);
    // As text, for a difference of so many items takes seconds to look for.
    const many = codec.decode(codec.encode([list, map]));
    assert(JSON.stringify(many) === JSON.stringify([list, map]));
  }
});

Deno.test("msgpack decodes bytes as a view of the message and encodes a copy", () => {
  const value = new Uint8Array([1, 2, 3]);
  const bytes = msgpack().encode(value);
  assert(bytes.buffer !== value.buffer);
  const decoded = msgpack().decode(bytes);
  assertInstanceOf(decoded, Uint8Array);
  assertStrictEquals(decoded.buffer, bytes.buffer);
});
