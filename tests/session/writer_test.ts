import { assertEquals, assertStrictEquals } from "@std/assert";
import { Writer, type WriterSource } from "../../src/session/writer.ts";

/** A transport and a source that are a test's. */
class Bench implements WriterSource {
  readonly writer: Writer;
  /** What was written, one entry a write, as text. */
  readonly writes: string[] = [];
  readonly faults: unknown[] = [];
  /** Bytes that a write takes at most. */
  most = Infinity;
  /** Holds every write back until it resolves. */
  gate: Promise<void> = Promise.resolve();
  /** Makes every write fail with this, if it is set. */
  failure: Error | undefined;
  /** Makes `sent` throw this, if it is set. */
  fault: Error | undefined;
  #left = "";

  constructor(prelude = "") {
    this.writer = new Writer(this, encode(prelude), this);
  }

  /** There is more to write. */
  say(text: string): void {
    this.#left += text;
    this.writer.wake();
  }

  next(): Uint8Array {
    return encode(this.#left);
  }

  sent(count: number): void {
    if (this.fault !== undefined) throw this.fault;
    this.#left = this.#left.slice(count);
  }

  onFault(cause: unknown): void {
    this.faults.push(cause);
  }

  async write(bytes: Uint8Array): Promise<number> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    const taken = bytes.subarray(0, this.most);
    this.writes.push(new TextDecoder().decode(taken));
    return taken.length;
  }
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

Deno.test("Writer writes what one turn has brought in one write", async () => {
  const bench = new Bench();
  for (const text of ["a", "b", "c"]) bench.say(text);
  assertEquals(bench.writes, []);
  await bench.writer.drain();
  assertEquals(bench.writes, ["abc"]);
});

Deno.test("Writer has one write under way, and writes what came meanwhile after it", async () => {
  const bench = new Bench();
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.gate = promise;
  bench.say("a");
  await Promise.resolve();
  for (const text of ["b", "c"]) bench.say(text);
  resolve();
  await bench.writer.drain();
  assertEquals(bench.writes, ["a", "bc"]);
});

Deno.test("Writer goes on where a write of a part has ended", async () => {
  const bench = new Bench("hello");
  bench.most = 2;
  bench.say("abc");
  await bench.writer.drain();
  assertEquals(bench.writes, ["he", "ll", "o", "ab", "c"]);
});

Deno.test("Writer.prepend() puts bytes after the prelude and before the source's", async () => {
  const bench = new Bench("hello ");
  bench.say("abc");
  bench.writer.prepend(encode("welcome "));
  await bench.writer.drain();
  assertEquals(bench.writes, ["hello welcome ", "abc"]);
});

Deno.test("Writer.prepend() puts bytes after a prelude that is being written", async () => {
  const bench = new Bench("hello ");
  const { promise, resolve } = Promise.withResolvers<void>();
  bench.gate = promise;
  bench.writer.wake();
  await Promise.resolve();
  bench.writer.prepend(encode("goodbye"));
  resolve();
  await bench.writer.drain();
  assertEquals(bench.writes, ["hello ", "goodbye"]);
});

Deno.test("Writer.drain() resolves when there is nothing to write", async () => {
  const bench = new Bench();
  await bench.writer.drain();
  await bench.writer.drain();
  assertEquals(bench.writes, []);
});

Deno.test("Writer.drain() resolves when a write fails, which `failure` has", async () => {
  const bench = new Bench();
  bench.failure = new Error("broken pipe");
  assertStrictEquals(bench.writer.failure, undefined);
  bench.say("a");
  await bench.writer.drain();
  assertStrictEquals(bench.writer.failure, bench.failure);
  assertEquals(bench.faults, []);
});

Deno.test("Writer keeps what a write that failed did not take", async () => {
  const bench = new Bench();
  bench.failure = new Error("broken pipe");
  bench.say("a");
  await bench.writer.drain();
  bench.failure = undefined;
  bench.say("b");
  await bench.writer.drain();
  assertEquals(bench.writes, ["ab"]);
});

Deno.test("Writer stops at a source that fails, and reports that once", async () => {
  const bench = new Bench();
  bench.fault = new Error("a bug");
  bench.say("abc");
  await bench.writer.drain();
  assertEquals(bench.writes, ["abc"]);
  assertStrictEquals(bench.writer.failure, bench.fault);
  assertEquals(bench.faults, [bench.fault]);
});
