/**
 * The memory that small messages arrive in: slabs of one size, of which used
 * ones are kept for the next. Fresh memory costs more than what is copied into
 * it, as the system has to find and clear its pages.
 *
 * @module
 */

/** Bytes of a slab: larger ones come as untouched pages, which cost more. */
export const SLAB_BYTES = 32_768;

/** Used slabs that this process keeps: what a busy reader has at a time. */
const MAX_SPARES = 64;

const spares: ArrayBuffer[] = [];

/**
 * Returns a slab whose bytes from `used` on are 0, as what another had there
 * is nobody's business.
 */
export function takeSlab(used: number): Uint8Array<ArrayBuffer> {
  const spare = spares.pop();
  if (spare === undefined) return new Uint8Array(SLAB_BYTES);
  return new Uint8Array(spare).fill(0, used);
}

/**
 * Ends a buffer for everybody who has a view of it: all of them have length 0
 * from now on. Its memory is used again if it is a slab. Safe to call twice.
 */
export function giveBack(buffer: ArrayBuffer): void {
  if (buffer.detached) return;
  const isKept = buffer.byteLength === SLAB_BYTES && spares.length < MAX_SPARES;
  if (isKept) spares.push(buffer.transfer());
  else buffer.transfer(0);
}
