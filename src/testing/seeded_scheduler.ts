/**
 * A scheduler that permutes the order in which actors run, by a seed.
 *
 * @module
 */
import type { Scheduler } from "../actor/mod.ts";
import { seededRandom } from "./seeded_random.ts";

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
 * @param seed An integer; the generator is that of {@linkcode seededRandom}.
 * @throws {TypeError} if the seed is not a number.
 * @throws {RangeError} if the seed is not an integer.
 */
export function seededScheduler(seed: number): Scheduler {
  const random = seededRandom(seed);
  return { burst: 1, pick: (count) => random() * 2 ** 32 % count };
}
