// What the types forbid, as a program without types does it.
import { assertEquals, assertThrows } from "@std/assert";
import {
  CodecError,
  compressed,
  json,
  msgpack,
  raw,
} from "../../src/codec/mod.ts";

for (const create of [json, msgpack]) {
  const { name } = create;
  for (
    const [options, ErrorClass, text] of [
      [
        { parse: "x" },
        TypeError,
        "parse: it is a string, it must be a function",
      ],
      [
        { maxbytes: 5 },
        TypeError,
        `option "maxbytes" of ${name}(): it is not known, did you mean "maxBytes"?`,
      ],
      [{ maxDepth: "5" }, TypeError, 'maxDepth: it is "5"'],
      [{ maxValues: 0 }, RangeError, "maxValues: it is 0"],
      [null, TypeError, `options of ${name}(): it is missing`],
      [String, TypeError, `options of ${name}(): it is a function`],
    ] as const
  ) {
    Deno.test(`${name}() refuses ${Deno.inspect(options)} for options`, () => {
      assertThrows(
        () => Reflect.apply(create, undefined, [options]),
        ErrorClass,
        `Cannot use ${text}`,
      );
    });
  }
}

for (
  const [args, ErrorClass, text] of [
    [[], TypeError, "codec: it is missing, it must be a codec"],
    [[json], TypeError, "codec: it is a function, it must be a codec"],
    [
      [raw, { treshold: 5 }],
      TypeError,
      'option "treshold" of compressed(): it is not known',
    ],
    [
      [raw, { tresholdBytes: 5 }],
      TypeError,
      'option "tresholdBytes" of compressed(): it is not known, did you mean "thresholdBytes"?',
    ],
    [[raw, { maxBytes: "5" }], TypeError, 'maxBytes: it is "5"'],
    [[raw, { thresholdBytes: -1 }], RangeError, "thresholdBytes: it is -1"],
  ] as const
) {
  Deno.test(`compressed() refuses ${Deno.inspect(args)} for arguments`, () => {
    assertThrows(
      () => Reflect.apply(compressed, undefined, [...args]),
      ErrorClass,
      `Cannot use ${text}`,
    );
  });
}

Deno.test("a codec may be a class with static methods", () => {
  class Flag {
    static encode(value: boolean): Uint8Array {
      return new Uint8Array([value ? 1 : 0]);
    }
    static decode(bytes: Uint8Array): boolean {
      return bytes[0] === 1;
    }
  }
  const codec = compressed(Flag);
  assertEquals(codec.decode(codec.encode(true)), true);
  assertEquals(codec.name, "Flag+deflate");
});

for (const { name, decode } of [json(), msgpack()]) {
  for (
    const [bytes, kind] of [
      [undefined, "missing"],
      [null, "missing"],
      ["{}", "a string"],
      [new ArrayBuffer(1), "an object"],
    ] as const
  ) {
    Deno.test(`${name} refuses to decode ${Deno.inspect(bytes)}, which is ${kind}`, () => {
      assertThrows(
        () => Reflect.apply(decode, undefined, [bytes]),
        CodecError,
        `Cannot decode ${name}: it is ${kind}, it must be a Uint8Array`,
      );
    });
  }
}
