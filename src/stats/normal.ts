/**
 * The standard normal distribution.
 *
 * @module
 */

/**
 * Returns the probability of a value below `z`, exact to about 1e-15
 * (Marsaglia's series, "Evaluating the normal distribution", 2004).
 */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (z < -8.3) return 0;
  if (z > 8.3) return 1;
  let sum = z;
  let term = z;
  let before = 0;
  for (let odd = 3; sum !== before; odd += 2) {
    before = sum;
    term *= z * z / odd;
    sum += term;
  }
  const p = 0.5 + sum * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  // Rounding may leave the range in the tails.
  return Math.min(1, Math.max(0, p));
}

/**
 * Returns the value below which a share `p` lies, by bisection: a comparison
 * needs it only a few times.
 *
 * @throws {RangeError} if `p` is not between 0 and 1.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) {
    throw new RangeError(
      `Cannot compute a normal quantile: p is ${p}, it must be between 0 and 1`,
    );
  }
  let low = -8.3;
  let high = 8.3;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
}
