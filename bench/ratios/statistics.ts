/**
 * Medians and quantiles: on a shared machine a mean tells more about the
 * neighbours than about the code.
 *
 * @module
 */

/**
 * The value below which the fraction `q` (0 to 1) of the values lies, between
 * neighbours by straight line (type 7, as in R and NumPy).
 *
 * @throws {RangeError} If there are no values, or `q` is outside 0 to 1.
 */
export function quantile(values: readonly number[], q: number): number {
  if (!(q >= 0 && q <= 1)) {
    throw new RangeError(`Cannot take a quantile: q is ${q}, not 0 to 1`);
  }
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) {
    throw new RangeError("Cannot take a quantile: there are no values");
  }
  return low + (high - low) * (position - Math.floor(position));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Interquartile range: how wide the middle half of the values is. */
export function iqr(values: readonly number[]): number {
  return quantile(values, 0.75) - quantile(values, 0.25);
}
