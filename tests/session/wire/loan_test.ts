import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Loan, transferred } from "../../../src/session/wire/loan.ts";
import { pattern } from "./support.ts";

Deno.test("transferred() takes the buffer away from everybody else, with a view of a part of it", () => {
  const whole = pattern(100).slice();
  const part = whole.subarray(10, 30);
  const own = transferred(part);
  assertEquals([whole.length, part.length], [0, 0]);
  assertEquals(own, pattern(100).slice(10, 30));
  assertEquals(own.buffer.byteLength, 100);
});

Deno.test("transferred() refuses buffers that cannot be taken, which stay as they are", () => {
  const gone = new Uint8Array(10);
  gone.buffer.transfer();
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer);
  const shared = new Uint8Array(new SharedArrayBuffer(10));
  const refused: [Uint8Array, string][] = [
    [gone, "was transferred before"],
    [memory, "cannot be detached"],
    [shared, "is shared"],
  ];
  for (const [message, text] of refused) {
    const { length } = message;
    assertThrows(() => transferred(message), TypeError, text);
    assertEquals(message.length, length);
  }
});

Deno.test("a resizable buffer keeps the size and the message that it had", () => {
  const buffer = new ArrayBuffer(100, { maxByteLength: 200 });
  const own = transferred(new Uint8Array(buffer, 10));
  assertEquals([own.length, own.byteOffset], [90, 10]);
});

Deno.test("a buffer is returned when its last use ends, and once", () => {
  const returned: ArrayBuffer[] = [];
  const buffer = new ArrayBuffer(10);
  const loan = new Loan(buffer, (buffer) => returned.push(buffer));
  loan.use();
  loan.release();
  assertEquals(returned, []);
  loan.release();
  assertStrictEquals(returned[0], buffer);
  assertEquals(returned.length, 1);
});
