/**
 * A scheduler that permutes the order in which actors run, by a seed.
 *
 * @module
 */
import type { Scheduler } from "../actor/mod.ts";

/**
 * Creates a scheduler that runs actors in an order that `seed` determines, so
 * that a property test can explore interleavings and print the seed that
 * failed.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { seededScheduler } from "@troupe/troupe/testing";
 *
 * await using system = new ActorSystem({ scheduler: seededScheduler(42) });
 * ```
 *
 * @param seed An integer; the generator is Mulberry32 by Tommy Ettinger.
 */
export function seededScheduler(seed: number): Scheduler {
  let state = seed | 0;
  return {
    burst: 1,
    pick(count) {
      state = state + 0x6d2b79f5 | 0;
      let bits = Math.imul(state ^ state >>> 15, 1 | state);
      bits = bits + Math.imul(bits ^ bits >>> 7, 61 | bits) ^ bits;
      return ((bits ^ bits >>> 14) >>> 0) % count;
    },
  };
}
