/**
 * Holm's correction for several tests at once (1979): the chance of even one
 * false alarm among them stays as it was for one.
 *
 * @module
 */

/**
 * The p-values corrected, in the order in which they came. A test holds at a
 * level if its corrected value is at most that level.
 *
 * @example
 * ```ts
 * import { holm } from "@troupe/troupe/compare";
 *
 * console.log(holm([0.01, 0.04, 0.03])); // [0.03, 0.06, 0.06]
 * ```
 *
 * @throws {RangeError} when a value is not from 0 to 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot correct: a p-value is ${wrong}, not 0 to 1`);
  }
  const order = pValues
    .map((p, index) => ({ p, index }))
    .sort((a, b) => a.p - b.p);
  const corrected = new Array<number>(pValues.length).fill(1);
  let largest = 0;
  order.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)));
    corrected[index] = largest;
  });
  return corrected;
}
