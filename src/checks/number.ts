/**
 * Numbers in options: one range type, one check, one error text.
 *
 * @module
 */
import { shown } from "./shown.ts";

/**
 * The numbers that an option takes. A bound that is left out does not bind, so
 * `Infinity` is in a range without `max` and `below`; `NaN` is in none.
 */
export interface NumberRange {
  /** The least number, itself allowed. */
  readonly min?: number;
  /** The greatest number, itself allowed. */
  readonly max?: number;
  /** A number that every allowed one is above. */
  readonly above?: number;
  /** A number that every allowed one is below. */
  readonly below?: number;
  /**
   * Whether only whole numbers are allowed; then `Infinity` is not.
   * @default {false}
   */
  readonly integer?: boolean;
  /**
   * Whether `Infinity` is allowed beside whole numbers, for "no limit".
   * @default {false}
   */
  readonly orInfinity?: boolean;
  /**
   * Whether `Infinity` and `-Infinity` are refused.
   * @default {false}
   */
  readonly finite?: boolean;
}

/**
 * Returns the range of a limit on what can be counted, such as sockets or
 * bytes: a whole number from a least one on, or `Infinity` for no limit.
 */
export function countFrom(min: number): NumberRange {
  return { min, integer: true, orInfinity: true };
}

/** Returns whether a number is in a range. */
export function isInRange(value: number, range: NumberRange): boolean {
  const { min, max, above, below, integer, orInfinity, finite } = range;
  if (min !== undefined && !(value >= min)) return false;
  if (max !== undefined && !(value <= max)) return false;
  if (above !== undefined && !(value > above)) return false;
  if (below !== undefined && !(value < below)) return false;
  if (orInfinity && value === Infinity) return true;
  if (integer) return Number.isInteger(value);
  return finite ? Number.isFinite(value) : !Number.isNaN(value);
}

/**
 * Checks that an option is a number in a range.
 *
 * @throws {TypeError} if the value is not a number
 * @throws {RangeError} if the value is `NaN` or out of the range
 *
 * @example
 * ```ts ignore
 * checkNumber("maxSockets", maxSockets, { min: 1 });
 * // RangeError: Cannot use maxSockets: it is 0, it must be at least 1
 * ```
 */
export function checkNumber(
  name: string,
  value: unknown,
  range: NumberRange = {},
): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot use ${name}: it is ${shown(value)}, it must be a number`,
    );
  }
  if (isInRange(value, range)) return;
  throw new RangeError(
    `Cannot use ${name}: it is ${value}, it must be ${describeRange(range)}`,
  );
}

/**
 * Checks that an option is a whole number in a range.
 *
 * @throws {TypeError} if the value is not a number
 * @throws {RangeError} if the value is not whole or out of the range
 *
 * @example
 * ```ts ignore
 * checkInteger("seats", seats, { min: 2, max: 8 });
 * // RangeError: Cannot use seats: it is 2.5, it must be a whole number from 2 to 8
 * ```
 */
export function checkInteger(
  name: string,
  value: unknown,
  range: Omit<NumberRange, "integer" | "finite"> = {},
): asserts value is number {
  checkNumber(name, value, { ...range, integer: true });
}

/** Returns a range in words that follow "it must be". */
export function describeRange(range: NumberRange): string {
  const { min, max, above, below, integer, orInfinity, finite } = range;
  const spans = min !== undefined && max !== undefined;
  const bounds = [
    spans ? `from ${min} to ${max}` : undefined,
    spans || min === undefined ? undefined : `at least ${min}`,
    above === undefined ? undefined : `above ${above}`,
    spans || max === undefined ? undefined : `at most ${max}`,
    below === undefined ? undefined : `below ${below}`,
  ].filter((bound) => bound !== undefined).join(" and ");
  const kind = integer
    ? "a whole number"
    : finite
    ? "a finite number"
    : bounds === ""
    ? "a number"
    : undefined;
  const words = [kind, bounds].filter(Boolean).join(spans ? " " : ", ");
  return integer && orInfinity ? `${words}, or Infinity` : words;
}
