import { assert } from "@std/assert";
import { GCProfiler } from "node:v8";
import { allocatedBytes } from "../../bench/support/allocation.ts";

const ITEMS = 100;
const ARRAYS = 500_000;

/** Bytes of an array of small integers, by what this process allocates for it. */
function bytesPerArray(keep: number): number {
  const kept: number[][] = [];
  const before = allocatedBytes();
  for (let i = 0; i < ARRAYS; i++) kept[i % keep] = new Array(ITEMS).fill(i);
  return (allocatedBytes() - before) / ARRAYS;
}

Deno.test("allocatedBytes() counts what collections have taken away", () => {
  const profiler = new GCProfiler();
  profiler.start();
  const bytes = bytesPerArray(10);
  const collections = profiler.stop()?.statistics.length ?? 0;
  assert(collections > 10, `There were only ${collections} collections`);
  // 8 bytes an item, 32 for the array and its store, 16 for V8's notes on it.
  assert(Math.abs(bytes - (8 * ITEMS + 48)) < 30, `It says ${bytes}`);
});

Deno.test("allocatedBytes() leaves out the bytes of an ArrayBuffer", () => {
  const kept: Uint8Array[] = [];
  const before = allocatedBytes();
  for (let i = 0; i < 1000; i++) kept[i % 10] = new Uint8Array(100_000);
  const bytes = (allocatedBytes() - before) / 1000;
  assert(bytes < 2000, `It says ${bytes}`);
});
