import { assertEquals, assertThrows } from "@std/assert";
import { CodecError, json, msgpack } from "../../src/codec/mod.ts";

const utf8 = new TextEncoder();

Deno.test("msgpack refuses lengths that the message cannot hold", () => {
  for (const tag of [0xc6, 0xdb, 0xdd, 0xdf]) { // bin, str, array, map
    const bytes = new Uint8Array([tag, 0xff, 0xff, 0xff, 0xff, 0xc0, 0xc0]);
    assertThrows(() => msgpack().decode(bytes), CodecError, "in the middle");
  }
});

Deno.test("msgpack refuses trailing bytes, extensions and keys that are not strings", () => {
  const refused = {
    "1 more bytes follow": [0xc0, 0xc0],
    "0xd6": [0xd6, 0xff, 0, 0, 0, 0],
    "0xc1": [0xc1],
    "a key is not": [0x81, 0x01, 0x01],
  };
  for (const [message, bytes] of Object.entries(refused)) {
    assertThrows(
      () => msgpack().decode(new Uint8Array(bytes)),
      CodecError,
      message,
    );
  }
});

Deno.test("msgpack refuses the key __proto__, with a byte order mark too", () => {
  for (const name of ["__proto__", "\uFEFF__proto__"]) {
    const string = utf8.encode(name);
    const bytes = new Uint8Array([0x81, 0xa0 | string.length, ...string, 0x80]);
    assertThrows(() => msgpack().decode(bytes), CodecError, "__proto__");
    // As a value it is harmless.
    assertEquals(msgpack().decode(bytes.subarray(1, -1)), "__proto__");
  }
});

Deno.test("json refuses invalid UTF-8, and values that it would have to change", () => {
  assertThrows(
    () => json().decode(new Uint8Array([0x22, 0xff, 0x22])),
    CodecError,
  );
  const codec = json({ parse: Number });
  assertThrows(() => codec.encode(NaN), CodecError, "NaN");
  assertThrows(() => codec.encode(Infinity), CodecError, "Infinity");
});

Deno.test("json refuses the key __proto__, escaped too, and not the value", () => {
  const decode = (source: string) => json().decode(utf8.encode(source));
  const refused = ['{"__proto__":1}', '[{"a":1,"\\u005F_pr\\u006fto__" : {}}]'];
  for (const source of refused) {
    assertThrows(() => decode(source), CodecError, "__proto__");
  }
  for (
    const value of ["__proto__", '"}{\\"__proto__\\":1', `${"x".repeat(40)}\\`]
  ) {
    assertEquals(decode(JSON.stringify({ value, next: [] })), {
      value,
      next: [],
    });
  }
});
