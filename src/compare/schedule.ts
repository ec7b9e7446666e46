/**
 * In which order the two sides of a comparison run.
 *
 * @module
 */
import { randomStream } from "../stats/internal.ts";

/** One of the two sides of a comparison. */
export type SideName = "a" | "b";

/** The two runs of a pair, in the order in which they are made. */
export type PairOrder = readonly [first: SideName, second: SideName];

const AB: PairOrder = ["a", "b"];
const BA: PairOrder = ["b", "a"];

/**
 * The orders of `pairs` pairs: interleaved by twos, A B B A or B A A B as the
 * seed draws. A machine that slows down steadily favours neither side so, and
 * one that does so in a rhythm cannot keep step.
 *
 * @param pairs An even integer from 2 on.
 * @throws {RangeError} when it is not that.
 */
export function schedulePairs(pairs: number, seed: number): PairOrder[] {
  if (!(Number.isInteger(pairs) && pairs >= 2 && pairs % 2 === 0)) {
    throw new RangeError(
      `Cannot schedule: pairs is ${pairs}, not an even integer from 2 on`,
    );
  }
  const random = randomStream(seed, "pairs");
  return Array.from(
    { length: pairs / 2 },
    () => random() < 0.5 ? [AB, BA] : [BA, AB],
  ).flat();
}
