/**
 * What takes no arguments.
 *
 * @module
 */
import { shown } from "./shown.ts";

/**
 * Checks that something that takes no arguments is given none: whoever passes a
 * start time or an option expects it to count.
 *
 * @param of What takes no arguments, such as `"ManualClock"`.
 * @param given Its `arguments`; `undefined` counts as left out.
 * @throws {TypeError} if an argument is given
 *
 * @example
 * ```ts ignore
 * checkNoArguments("ManualClock", arguments);
 * // TypeError: Cannot use an argument of ManualClock: it is 1000, it must be left out
 * ```
 */
export function checkNoArguments(of: string, given: ArrayLike<unknown>): void {
  for (const value of Array.from(given)) {
    if (value === undefined) continue;
    throw new TypeError(
      `Cannot use an argument of ${of}: it is ${
        shown(value)
      }, it must be left out`,
    );
  }
}
