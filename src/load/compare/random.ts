/**
 * Random numbers from a seed, so that a report can be computed again.
 *
 * @module
 */

/** Numbers from 0 to below 1. */
export type Random = () => number;

/**
 * A generator of random numbers from 0 to below 1; one seed draws the same.
 *
 * @param seed An integer; the generator is Mulberry32 by Tommy Ettinger.
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
