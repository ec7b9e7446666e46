/**
 * The order in which the two commands of a comparison run.
 *
 * @module
 */
import { randomStream } from "../stats/internal.ts";

/** One of the two commands of a comparison. */
export type SideName = "a" | "b";

/** The two runs of a pair, in their order. */
export type PairOrder = readonly [first: SideName, second: SideName];

const AB: PairOrder = ["a", "b"];
const BA: PairOrder = ["b", "a"];

/**
 * Returns the orders of `pairs` pairs, interleaved in twos: A B B A or B A A B,
 * drawn with the seed. So a machine that slows down steadily favours neither
 * command, and a periodic disturbance cannot stay in step.
 *
 * @param pairs An even number, at least 2.
 * @throws {RangeError} if it is not.
 */
export function schedulePairs(pairs: number, seed: number): PairOrder[] {
  if (!(Number.isInteger(pairs) && pairs >= 2 && pairs % 2 === 0)) {
    throw new RangeError(
      `Cannot schedule: pairs is ${pairs}, it must be an even number, at least 2`,
    );
  }
  const random = randomStream(seed, "pairs");
  return Array.from(
    { length: pairs / 2 },
    () => random() < 0.5 ? [AB, BA] : [BA, AB],
  ).flat();
}
