/**
 * Holm's correction for multiple tests (1979): the probability of one or more
 * false alarms stays that of a single test.
 *
 * @module
 */

/**
 * Returns the corrected p-values, in the given order. A test is significant at
 * a level if its corrected p-value is at most that level.
 *
 * @throws {RangeError} if a p-value is not from 0 to 1.
 */
export function holm(pValues: readonly number[]): number[] {
  const wrong = pValues.find((p) => !(p >= 0 && p <= 1));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot correct: a p-value is ${wrong}, it must be from 0 to 1`,
    );
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
