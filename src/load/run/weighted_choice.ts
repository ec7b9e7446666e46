/**
 * Weighted random choice.
 *
 * @module
 */
import { checkNumber } from "../../checks/internal.ts";
import type { Random } from "../../stats/internal.ts";

/**
 * Returns a function that draws an index with a probability in proportion to
 * its weight, in constant time: the alias method of Michael Vose, "A linear
 * algorithm for generating random numbers with a given distribution", 1991.
 *
 * @throws {RangeError} if there is no weight, or one is not finite and above 0.
 */
export function weightedChoice(
  weights: readonly number[],
): (random: Random) => number {
  const count = weights.length;
  for (const weight of weights) {
    checkNumber("weight", weight, { above: 0, finite: true });
  }
  if (count === 0) throw new RangeError("Cannot choose: there are no weights");
  if (count === 1) return () => 0;
  const sum = weights.reduce((a, b) => a + b);
  const scaled = weights.map((weight) => weight / sum * count);
  const keep = new Float64Array(count).fill(1);
  const alias = new Uint32Array(count);
  const small: number[] = [];
  const large: number[] = [];
  scaled.forEach((part, index) => (part < 1 ? small : large).push(index));
  // A large column fills up what a small one lacks.
  while (small.length > 0 && large.length > 0) {
    const low = small.pop() as number;
    const high = large.pop() as number;
    const part = scaled[low] as number;
    keep[low] = part;
    alias[low] = high;
    const rest = scaled[high] = (scaled[high] as number) + part - 1;
    (rest < 1 ? small : large).push(high);
  }
  return (random) => {
    const drawn = random() * count;
    const column = Math.floor(drawn);
    return drawn - column < (keep[column] as number)
      ? column
      : alias[column] as number;
  };
}
