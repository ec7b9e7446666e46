/**
 * Student's t distribution, for whole degrees of freedom.
 *
 * @module
 */

/**
 * Returns the probability of a value below `t`, by the finite sums of
 * Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
function studentCdf(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cos = Math.cos(angle);
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cos : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= freedom - 2; power += 2) {
    term *= cos * cos * (power - 1) / power;
    sum += term;
  }
  const within = isOdd
    ? 2 / Math.PI * (angle + Math.sin(angle) * sum)
    : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}

/**
 * Returns the value below which a share `p` lies, by bisection.
 *
 * @throws {RangeError} if `p` is not from 0.5 to below 1, or the degrees of
 * freedom are not a whole number from 1.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (!(p >= 0.5 && p < 1)) {
    throw new RangeError(
      `Cannot compute a quantile of t: p is ${p}, it must be from 0.5 to below 1`,
    );
  }
  if (!Number.isInteger(freedom) || freedom < 1) {
    throw new RangeError(
      `Cannot compute a quantile of t: freedom is ${freedom}, it must be a whole number from 1`,
    );
  }
  let low = 0;
  let high = 1;
  while (studentCdf(high, freedom) < p) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentCdf(middle, freedom) < p) low = middle;
    else high = middle;
  }
}
