import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type InputTarget, InputWriter } from "../../src/pty/input_writer.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { pattern, utf8 } from "../support/bytes.ts";

/** A target with room for so many bytes, which a test makes. */
class Target implements InputTarget {
  readonly taken: number[] = [];
  readonly pieces: number[] = [];
  room = 0;
  attempts = 0;
  #waits: (() => void)[] = [];

  write(bytes: Uint8Array): number {
    this.attempts++;
    const count = Math.min(this.room, bytes.length);
    if (count === 0) return -1;
    this.room -= count;
    this.pieces.push(count);
    for (const byte of bytes.subarray(0, count)) this.taken.push(byte);
    return count;
  }

  writable(): Promise<void> {
    return new Promise((resolve) => this.#waits.push(resolve));
  }

  /** Ends the waits, as room or a time-out does. */
  async wake(): Promise<void> {
    for (const resolve of this.#waits.splice(0)) resolve();
    await Promise.resolve();
  }
}

function start(room = 0) {
  const clock = new ManualClock();
  const target = new Target();
  target.room = room;
  const writer = new InputWriter(target, clock);
  const results: unknown[] = [];
  const write = (bytes: Uint8Array): void =>
    writer.write(bytes, (error) => results.push(error ?? "taken"));
  return { clock, target, writer, write, results };
}

Deno.test("input that fits is written at once", () => {
  const { clock, target, writer, write, results } = start(100);
  write(utf8("abc"));
  assertEquals(results, ["taken"]);
  assertEquals([target.taken, writer.waitingBytes], [[...utf8("abc")], 0]);
  assertEquals(clock.pending, 0);
});

Deno.test("writes keep their order, whatever the target takes and when", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }),
      fc.array(fc.nat({ max: 40 })),
      async (writes, rooms) => {
        const { clock, target, writer, write, results } = start();
        for (const bytes of writes) write(bytes);
        const all = writes.flatMap((bytes) => [...bytes]);
        for (const room of [...rooms, all.length]) {
          target.room = room;
          clock.advance(32);
          await target.wake();
          assertEquals(writer.waitingBytes, all.length - target.taken.length);
        }
        clock.advance(32);
        await target.wake();
        assertEquals(target.taken, all);
        assertEquals(results, writes.map(() => "taken"));
        assertEquals(clock.pending, 0);
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("a target that takes nothing is tried again after 1, 2, 4 … and then every 32 ms", () => {
  const { clock, target, write } = start();
  write(utf8("x"));
  for (const ms of [1, 2, 4, 8, 16, 32, 32, 32]) {
    target.attempts = 0;
    clock.advance(ms - 1);
    assertEquals(target.attempts, 0);
    clock.advance(1);
    assertEquals(target.attempts, 1);
  }
});

Deno.test("a target that takes all there is leaves others their turn", async () => {
  const { target, write, results } = start(Infinity);
  write(pattern(1_000_000));
  assertEquals(target.taken.length, 262_144);
  await target.wake();
  assertEquals(target.taken.length, 524_288);
  assertEquals(Math.max(...target.pieces), 65_536);
  await target.wake();
  await target.wake();
  assertEquals(results, ["taken"]);
});

Deno.test("input that is dropped is never written, and each write learns how much of it", () => {
  const { clock, target, writer, write, results } = start(4);
  write(utf8("abc"));
  write(utf8("def"));
  write(utf8("gh"));
  assertEquals(writer.drop((bytes) => bytes), 4);
  assertEquals(results, ["taken", 2, 2]);
  assertEquals(writer.waitingBytes, 0);
  target.room = 100;
  clock.advance(100);
  assertEquals(target.taken, [...utf8("abcd")]);
});

Deno.test("a write after a drop does not wait for the delay of what was dropped", () => {
  const { clock, target, writer, write, results } = start();
  write(utf8("abc"));
  clock.advance(1 + 2 + 4 + 8);
  writer.drop((bytes) => bytes);
  target.room = 1;
  write(utf8("\x03"));
  assertEquals(results, [3, "taken"]);
  assertEquals(clock.pending, 0);
});

Deno.test("a write from the callback of another one comes after those that wait", () => {
  const { target, writer } = start(100);
  target.room = 2;
  writer.write(utf8("a"), () => writer.write(utf8("c"), () => {}));
  writer.write(utf8("b"), () => {});
  assertEquals(target.taken, [...utf8("ac")]);
});

Deno.test("a writer that is closed writes nothing more, and sets no timer", () => {
  const { clock, target, writer, write, results } = start();
  write(utf8("abc"));
  writer.close();
  target.room = 100;
  write(utf8("d"));
  clock.advance(100);
  assertEquals(results.map((error) => error instanceof Error), [true, true]);
  assertEquals([target.taken, clock.pending], [[], 0]);
});
