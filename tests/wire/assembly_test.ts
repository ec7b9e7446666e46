import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Assembly } from "../../src/wire/assembly.ts";
import { concat, pattern, sameBytes } from "./support.ts";

Deno.test("the parts of a message come out as one, message after message", () => {
  const part = fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 65_536 }));
  const message = fc.array(part, { minLength: 1, maxLength: 8, size: "max" });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5, size: "max" }),
      (messages) => {
        const assembly = new Assembly();
        for (const [seed, sizes] of messages.entries()) {
          const parts = sizes.map((size, i) => pattern(size, seed + i));
          for (const part of parts) assembly.append(part, 0, part.length);
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
