/**
 * The share of the load that one worker drives: pure decisions without I/O.
 *
 * Users, arrivals and records are numbered as in a run of one thread, and dealt
 * out in turn: whatever the number of workers, each user draws the same, and
 * all workers together start what one would.
 *
 * @module
 */

/** The place of a worker among all. */
export interface Share {
  /** Index of the worker whose share this is, from 0. */
  readonly index: number;
  /** The number of workers. */
  readonly count: number;
}

/** All of the load. */
export const ALL: Share = { index: 0, count: 1 };

/** Returns how many of `total` things that are dealt out a worker gets. */
export function shareOf(total: number, { index, count }: Share): number {
  return Math.max(0, Math.ceil((total - index) / count));
}
