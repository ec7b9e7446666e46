/**
 * Options that are all numbers: their defaults and their ranges in two tables.
 *
 * @module
 */
import { checkNumber, type NumberRange } from "./number.ts";

/**
 * Returns the given numbers with the defaults for those left out, each checked
 * against its range; `null` is no number. Other properties of `given` are not copied.
 *
 * @throws {TypeError} if a value is not a number
 * @throws {RangeError} if a value is `NaN` or out of its range
 *
 * @example
 * ```ts ignore
 * const DEFAULTS = { lingerMs: 1000, maxSockets: 10 };
 * const RANGES = { lingerMs: { min: 0 }, maxSockets: { min: 1, integer: true } };
 *
 * const { lingerMs, maxSockets } = resolveNumbers(options, DEFAULTS, RANGES);
 * ```
 */
export function resolveNumbers<Name extends string>(
  given: Partial<Readonly<Record<NoInfer<Name>, number>>>,
  defaults: Readonly<Record<Name, number>>,
  ranges: Readonly<Record<NoInfer<Name>, NumberRange>>,
): Record<Name, number> {
  const resolved: Record<Name, number> = { ...defaults };
  for (const name of Object.keys(defaults) as Name[]) {
    const value = given[name] === undefined ? defaults[name] : given[name];
    checkNumber(name, value, ranges[name]);
    resolved[name] = value;
  }
  return resolved;
}
