/**
 * Copies of what a socket has read, for whoever keeps it.
 *
 * @module
 */

/** Small copies share buffers of this size, as Node's `Buffer` does. */
const SLAB_BYTES = 8192;
/** The largest copy that does: a memory of its own costs more than the copy. */
const SMALL_BYTES = 2048;

const EMPTY = new Uint8Array(0);

let slab = EMPTY;
let used = 0;

/** A copy of `bytes` from `start` to `end`. */
export function copyOf(
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array {
  const length = end - start;
  if (length > SMALL_BYTES) return bytes.slice(start, end);
  // All that are empty are one: they cost their place alone.
  if (length === 0) return EMPTY;
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  const copy = slab.subarray(used, used += length);
  // Shorter than a call of `set`, which needs another view.
  if (length < 32) {
    for (let i = 0; i < length; i++) copy[i] = bytes[start + i]!;
  } else copy.set(bytes.subarray(start, end));
  return copy;
}
