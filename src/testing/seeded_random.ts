/**
 * Chance that a seed determines.
 *
 * @module
 */
import { checkInteger } from "../checks/internal.ts";

/**
 * Creates a replacement for `Math.random` whose numbers `seed` determines, so
 * that a test can state the delays of a back-off.
 *
 * @example
 * ```ts
 * import { ConnectionPool, ActorSystem } from "@troupe/troupe";
 * import { ManualClock, seededRandom } from "@troupe/troupe/testing";
 *
 * await using system = new ActorSystem({ clock: new ManualClock() });
 * await using pool = new ConnectionPool(system, {
 *   backoff: { initialMs: 100, random: seededRandom(42) },
 * });
 * ```
 *
 * @param seed An integer; the generator is Mulberry32 by Tommy Ettinger.
 * @throws {TypeError} if the seed is not a number.
 * @throws {RangeError} if the seed is not an integer.
 */
export function seededRandom(seed: number): () => number {
  checkInteger("seed", seed);
  let state = seed | 0;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let bits = Math.imul(state ^ state >>> 15, 1 | state);
    bits = bits + Math.imul(bits ^ bits >>> 7, 61 | bits) ^ bits;
    return ((bits ^ bits >>> 14) >>> 0) / 2 ** 32;
  };
}
