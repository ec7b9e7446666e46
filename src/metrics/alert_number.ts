/** Digits of a number that is not whole. */
const DIGITS = 6;

/**
 * Returns the value of an alert as it is shown: rounded, unless it would then
 * look like the threshold that it is beyond.
 */
export function alertNumber(value: number, threshold?: number): string {
  const rounded = Number.isInteger(value)
    ? value
    : Number(value.toPrecision(DIGITS));
  return String(rounded === threshold ? value : rounded);
}
