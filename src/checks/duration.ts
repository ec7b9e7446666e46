import { checkNumber } from "./number.ts";

/**
 * Checks that an option is a time in milliseconds: 0 or more, and `Infinity`
 * where there is no limit. It is cheap enough for what happens with each
 * message.
 *
 * @throws {TypeError} if the value is not a number
 * @throws {RangeError} if the value is negative or `NaN`
 */
export function checkDuration(
  name: string,
  value: unknown,
): asserts value is number {
  if (typeof value === "number" && value >= 0) return;
  checkNumber(name, value, { min: 0 });
}
