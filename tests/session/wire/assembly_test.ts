import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { Assembly } from "../../../src/session/wire/assembly.ts";
import { concat, pattern, sameBytes } from "./support.ts";

Deno.test("the parts of a message come out as one, message after message", () => {
  const part = fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 65_536 }));
  const message = fc.array(part, { minLength: 1, maxLength: 8, size: "max" });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5, size: "max" }),
      fc.constantFrom(0, 1000, 65_536, Infinity),
      (messages, roomBytes) => {
        const assembly = new Assembly();
        for (const [seed, sizes] of messages.entries()) {
          const parts = sizes.map((size, i) => pattern(size, seed + i));
          for (const part of parts) {
            assembly.append(part, 0, part.length, roomBytes);
          }
          const expected = concat(parts);
          assertEquals(assembly.length, expected.length);
          assert(sameBytes(assembly.take(), expected));
          assertEquals(assembly.length, 0);
        }
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a part is a copy, of the bytes from start to end alone", () => {
  const assembly = new Assembly();
  const bytes = pattern(100);
  const expected = bytes.slice(10, 30);
  assembly.append(bytes, 10, 20);
  assembly.append(bytes, 20, 30);
  bytes.fill(0);
  assertEquals(assembly.take(), expected);
});

Deno.test("a message has a buffer of its own, of its own size", () => {
  const assembly = new Assembly();
  const bytes = pattern(1000);
  const take = (): Uint8Array => {
    assembly.append(bytes, 0, 600);
    assembly.append(bytes, 600, 1000);
    return assembly.take();
  };
  const first = take();
  const second = take();
  assertEquals(first.buffer.byteLength, 1000);
  assertEquals(second.buffer.byteLength, 1000);
  first.fill(0);
  assertEquals(second, bytes);
});

Deno.test("the parts of a message go to the buffer that is given, those before it too", () => {
  const bytes = pattern(100);
  for (const before of [0, 60]) {
    const assembly = new Assembly();
    if (before > 0) assembly.append(bytes, 0, before);
    const buffer = new Uint8Array(200).subarray(50, 170);
    assembly.into(buffer);
    assembly.append(bytes, before, 100);
    const message = assembly.take();
    assertEquals(message, bytes);
    assertStrictEquals(message.buffer, buffer.buffer);
    assertEquals(message.byteOffset, 50);
    assertEquals(assembly.length, 0);
  }
});

Deno.test("a message goes on in a buffer of its own once the one that was given is taken back", () => {
  const assembly = new Assembly();
  const bytes = pattern(100);
  const buffer = new Uint8Array(100);
  assembly.into(buffer);
  assembly.append(bytes, 0, 60);
  assembly.detach();
  buffer.fill(0);
  assembly.append(bytes, 60, 100);
  assertEquals(assembly.take(), bytes);
  assertEquals(buffer, new Uint8Array(100));
});

Deno.test("a message may move from one given buffer to another", () => {
  const assembly = new Assembly();
  const bytes = pattern(100);
  const first = new Uint8Array(60);
  const second = new Uint8Array(100);
  assembly.into(first);
  assembly.append(bytes, 0, 60);
  assembly.detach();
  first.fill(0);
  assembly.into(second);
  assembly.append(bytes, 60, 100);
  assertEquals(assembly.take(), bytes);
  assertEquals(first, new Uint8Array(60));
});

Deno.test("the message after one in a given buffer has a buffer of its own", () => {
  const assembly = new Assembly();
  const bytes = pattern(100);
  const buffer = new Uint8Array(200);
  assembly.into(buffer);
  assembly.append(bytes, 0, 100);
  assembly.take();
  buffer.fill(0);
  assembly.append(bytes, 0, 100);
  assembly.detach();
  const message = assembly.take();
  assertEquals(message, bytes);
  assertEquals(message.buffer.byteLength, 100);
  assertEquals(buffer, new Uint8Array(200));
});
