/**
 * How many messages a reader of a stream asks for at a time.
 *
 * @module
 */

/** A reader that comes back so soon may be given more at a time. */
const QUICK_MS = 10;

/**
 * Returns how many messages to ask for: twice as many as before for a reader
 * that was quick with the last one, so that it does not wait for the network
 * each time, and `most` at the most; one for a reader that takes its time, so that
 * others get the rest.
 */
export function nextAhead(
  ahead: number,
  tookMs: number,
  most: number,
): number {
  return tookMs > QUICK_MS ? 1 : Math.min(ahead * 2, most);
}
