/**
 * Bytes of a block that outlive it.
 *
 * @module
 */

/**
 * Returns bytes that keep no buffer of more than twice their size: themselves,
 * as those of a request that comes alone, or a copy.
 */
export function ownBytes(view: Uint8Array): Uint8Array {
  return 2 * view.length > view.buffer.byteLength ? view : view.slice();
}
