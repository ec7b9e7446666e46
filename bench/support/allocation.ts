/**
 * Counts what is allocated on the JavaScript heap.
 *
 * V8 keeps a total of all bytes ever allocated on the heap of an isolate
 * (`total_allocated_bytes`), which a collection does not lower: so there is no
 * need to keep the collector away, as with the difference of heaps in use, nor
 * to extrapolate from samples. Garbage that died at once counts in full, which
 * is the point: it is what the collector is woken up for.
 *
 * Not counted: what is outside the heap, such as the bytes of an `ArrayBuffer`
 * (its JavaScript object is counted) and all that the runtime allocates in Rust.
 *
 * @module
 */

import { getHeapStatistics } from "node:v8";

/**
 * Bytes ever allocated on the JavaScript heap of this thread. Only differences
 * over many operations are right, within a few percent: what the compiler
 * allocates meanwhile counts too.
 *
 * @throws {TypeError} If this V8 does not count them.
 */
export function allocatedBytes(): number {
  const statistics = getHeapStatistics();
  if ("total_allocated_bytes" in statistics) {
    const { total_allocated_bytes: bytes } = statistics;
    if (typeof bytes === "number") return bytes;
  }
  throw new TypeError(
    "Cannot measure: this V8 does not count allocated bytes; use a newer Deno",
  );
}
