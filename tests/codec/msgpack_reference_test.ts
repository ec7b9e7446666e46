// `@std/msgpack` is the reference: `msgpack()` writes the same bytes for
// whatever its check allows, and reads the same values from whatever its scan
// allows, as short or as long as a peer has written it.

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { decode, encode } from "@std/msgpack";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { CodecError, msgpack, type MsgpackValue } from "../../src/codec/mod.ts";

const codec = msgpack();

/** Numbers on both sides of every border between widths. */
const bordering = fc.tuple(
  fc.constantFrom(5, 7, 8, 15, 16, 31, 32, 53, 63, 64),
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(1, -1),
).map(([bits, more, sign]) => sign * 2 ** bits + more);

const number = fc.oneof(
  bordering,
  fc.integer(),
  fc.double(),
  fc.float(),
  fc.constantFrom(-0, NaN, Infinity, -Infinity),
);

/** Texts on both sides of the lengths where the head or the way changes. */
const ofLength = fc.tuple(
  fc.constantFrom(15, 31, 63, 64, 85, 127, 255, 4_095, 4_096, 21_845),
  fc.nat({ max: 2 }),
  fc.constantFrom("a", "é", "語", "😀", "\u0000"),
).map(([length, more, unit]) => unit.repeat(length + more));

const shortText = fc.oneof(
  // Lone surrogates among them.
  fc.string({
    unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 40,
  }),
  fc.string({ maxLength: 80 }),
  fc.string({ unit: "grapheme" }).map((end) => `\uFEFF${end}`),
);

const text = fc.oneof(shortText, ofLength);

/** Names that libraries give a meaning of their own. */
const special = fc.constantFrom(
  "constructor",
  "toJSON",
  "hasOwnProperty",
  "prototype",
  "length",
  "then",
  "valueOf",
  "",
  "0",
  "-1",
  "4294967295",
);

const key = fc.oneof(special, text).filter((name) =>
  name !== "__proto__" && name !== "\uFEFF__proto__"
);

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ minLength: 250, maxLength: 260 }),
  fc.uint8Array({ maxLength: 20 }).map((all) => all.subarray(1)),
  fc.uint8Array({ maxLength: 20 }).map((all) => Buffer.from(all)),
);

const { value } = fc.letrec<{ value: MsgpackValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.oneof(number, text, fc.boolean(), fc.constant(null), bytes),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 20 }),
  ),
}));

/** Big-endian, in `width` bytes. */
function integer(width: number, n: number): number[] {
  const all = new DataView(new ArrayBuffer(8));
  all.setBigUint64(0, BigInt(n));
  return [...new Uint8Array(all.buffer).subarray(8 - width)];
}

/** A tag for each width, any of which has room for a short length. */
function head(tags: readonly (readonly [number, number])[], length: number) {
  return fc.constantFrom(...tags).map((
    [tag, width],
  ) => [tag, ...integer(width, length)]);
}

const scalarBytes = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      [0xca, 4],
      [0xcb, 8],
      [0xcc, 1],
      [0xcd, 2],
      [0xce, 4],
      [0xcf, 8],
      [0xd0, 1],
      [0xd1, 2],
      [0xd2, 4],
      [0xd3, 8],
    ),
    fc.uint8Array({ minLength: 8, maxLength: 8 }),
    fc.boolean(),
  ).map(([[tag = 0, width], content, isSmall]) => {
    if (isSmall) content.fill(0, 0, 7);
    return [tag, ...content.slice(8 - (width ?? 0))];
  }),
  fc.constantFrom(0x00, 0x7f, 0xc0, 0xc2, 0xc3, 0xe0, 0xff).map((tag) => [tag]),
);

const textBytes = fc.oneof(
  fc.uint8Array({ maxLength: 80 }), // hardly ever valid UTF-8
  fc.tuple(shortText, fc.nat({ max: 3 })).map(([s, cut]) => {
    const whole = new TextEncoder().encode(s);
    return whole.subarray(0, Math.max(0, whole.length - cut));
  }),
).chain((content) =>
  fc.oneof(
    head([[0xda, 2], [0xdb, 4]], content.length),
    content.length < 0x20
      ? fc.constantFrom([0xa0 | content.length])
      : head([[0xda, 2]], content.length),
    content.length < 0x100
      ? head([[0xd9, 1]], content.length)
      : head([[0xda, 2]], content.length),
  ).map((start) => [...start, ...content])
);

const binaryBytes = fc.uint8Array({ maxLength: 30 }).chain((content) =>
  head([[0xc4, 1], [0xc5, 2], [0xc6, 4]], content.length)
    .map((start) => [...start, ...content])
);

/** What any encoder could have written, in the shortest form or not. */
const { wire } = fc.letrec<{ wire: number[] }>((tie) => ({
  wire: fc.oneof(
    { depthSize: "small" },
    scalarBytes,
    textBytes,
    binaryBytes,
    fc.array(tie("wire"), { maxLength: 6 }).chain((items) =>
      fc.oneof(
        fc.constant([0x90 | items.length]),
        head([[0xdc, 2], [0xdd, 4]], items.length),
      ).map((start) => [...start, ...items.flat()])
    ),
    fc.array(fc.tuple(textBytes, tie("wire")), { maxLength: 6 }).chain((
      entries,
    ) =>
      fc.oneof(
        fc.constant([0x80 | entries.length]),
        head([[0xde, 2], [0xdf, 4]], entries.length),
      ).map((start) => [...start, ...entries.flat(2)])
    ),
  ),
}));

Deno.test("msgpack() writes the bytes that the reference writes", () => {
  fc.assert(
    fc.property(value, (plain) => {
      assertEquals(codec.encode(plain), encode(plain));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("the reference reads from msgpack() what was written, and the other way round", () => {
  fc.assert(
    fc.property(value, (plain) => {
      const ours = codec.encode(plain);
      const theirs = encode(plain);
      assertEquals(decode(ours), codec.decode(ours));
      assertEquals(codec.decode(theirs), decode(theirs));
    }),
    { numRuns: 500 },
  );
});

Deno.test("msgpack() reads as the reference does what any encoder writes, invalid UTF-8 too", () => {
  fc.assert(
    fc.property(wire, (list) => {
      const message = new Uint8Array(list);
      assertEquals(codec.decode(message), decode(message));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("whatever msgpack() reads, the reference reads the same", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (message) => {
      let ours: MsgpackValue;
      try {
        ours = codec.decode(message);
      } catch (error) {
        assertInstanceOf(error, CodecError);
        return;
      }
      read++;
      assertEquals(decode(message), ours);
    }),
    { numRuns: 5_000 },
  );
  assert(read > 50);
});

Deno.test("a map with a key twice has its last value, as the reference has", () => {
  const message = new Uint8Array([0x82, 0xa1, 0x61, 1, 0xa1, 0x61, 2]);
  assertEquals(codec.decode(message), { a: 2 });
  assertEquals(decode(message), { a: 2 });
});

Deno.test("msgpack() takes objects without a prototype, and keys that libraries give a meaning", () => {
  const bare: Record<string, MsgpackValue> = Object.create(null);
  Object.assign(bare, { toJSON: 1, constructor: "x", hasOwnProperty: null });
  assertEquals(codec.encode(bare), encode(bare));
  assertEquals(codec.decode(codec.encode(bare)), { ...bare });
});

Deno.test("msgpack() writes maps of every size as the reference does, one in another", () => {
  let nested: MsgpackValue = null;
  for (const size of [15, 16, 70_000, 3, 65_535, 17]) {
    const entries = Array.from({ length: size }, (_, i) => [`k${i}`, i]);
    nested = { ...Object.fromEntries(entries), nested };
    const message = codec.encode(nested);
    // As one string, for a difference of so many bytes takes long to print.
    assert(Buffer.from(message).equals(encode(nested)), `${size} keys`);
  }
});

Deno.test("a key that a getter deletes is left out, and one that it adds too", () => {
  const plain: Record<string, MsgpackValue> = {
    get first(): number {
      delete plain.second;
      plain.fourth = 4;
      return 1;
    },
    second: 2,
    third: 3,
  };
  assertEquals(codec.decode(codec.encode(plain)), { first: 1, third: 3 });
});

Deno.test("what Object.prototype has been given is not encoded", () => {
  const polluted: Record<string, unknown> = Object.prototype as never;
  polluted.extra = 1;
  try {
    assertEquals(codec.encode({ a: 1 }).length, 4);
  } finally {
    delete polluted.extra;
  }
});

Deno.test("a decoded Uint8Array is never a Buffer, and an encoded message neither", () => {
  const message = codec.encode(Buffer.from([1, 2]));
  assertStrictEquals(message.constructor, Uint8Array);
  const decoded = codec.decode(message);
  assertInstanceOf(decoded, Uint8Array);
  assertStrictEquals(decoded.constructor, Uint8Array);
});

Deno.test("an encoded message has a buffer of its own", () => {
  const messages = [
    1,
    "x",
    { a: [1] },
    new Uint8Array(100_000),
    "y".repeat(70_000),
  ]
    .flatMap((plain) => [codec.encode(plain), codec.encode(plain)]);
  const buffers = new Set(messages.map((message) => message.buffer));
  assertEquals(buffers.size, messages.length);
});

Deno.test("a getter that encodes another value disturbs neither message", () => {
  const inner: Uint8Array[] = [];
  const plain = {
    before: "x".repeat(50),
    get middle(): number {
      inner.push(codec.encode({ inner: "y".repeat(20_000) }));
      return inner.length;
    },
    after: [1, 2, 3],
  };
  const message = codec.encode(plain);
  assertEquals(codec.decode(message), {
    before: plain.before,
    middle: 1,
    after: [1, 2, 3],
  });
  const [other] = inner;
  assert(other !== undefined);
  assertEquals(codec.decode(other), { inner: "y".repeat(20_000) });
});

Deno.test("a value that a getter changes is written as it is read, or refused", () => {
  const shrinking: MsgpackValue[] = [1, 2, 3];
  Object.defineProperty(shrinking, 0, {
    get: () => (shrinking.length = 1),
    enumerable: true,
  });
  assertThrows(() => codec.encode(shrinking), CodecError, "[1] is undefined");
  const growing: Record<string, MsgpackValue> = { b: 2 };
  const plain = {
    get a(): number {
      growing.c = 3;
      return 1;
    },
    growing,
  };
  assertEquals(codec.decode(codec.encode(plain)), {
    a: 1,
    growing: { b: 2, c: 3 },
  });
});

Deno.test("after a value that was refused, or threw, the next one is written as ever", () => {
  const strict = msgpack({ maxBytes: 200_000, parse: (read) => read as Text });
  const expected = codec.encode({ text: "next" });
  const refused: Text[] = [
    { text: "x".repeat(200_001) },
    { text: "x".repeat(199_999) },
    {
      text: "x".repeat(100_000),
      get last(): string {
        throw new Error("Cannot say");
      },
    },
  ];
  for (const plain of refused) {
    assertThrows(() => strict.encode(plain), CodecError);
    assertEquals(strict.encode({ text: "next" }), expected);
  }
});

Deno.test("msgpack() stops at the limit of bytes, and does not write the rest first", () => {
  const tight = msgpack({ maxBytes: 100_000, maxValues: 2 ** 31 - 1 });
  let reads = 0;
  const long = Array.from({ length: 20_000 }, () => ({
    get number(): number {
      reads++;
      return 0.5;
    },
  }));
  const message = "value[5882].number is past the limit of 100000 bytes";
  assertThrows(() => tight.encode(long), CodecError, message);
  assertEquals(reads, 5_882);
});

interface Text {
  readonly text: string;
  readonly last?: string;
}
