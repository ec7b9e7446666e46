/**
 * What went wrong, in words, for the text of another error.
 *
 * @module
 */

/**
 * Returns the message of an error, or whatever else was thrown as a string.
 * Anything can be thrown; this never throws.
 *
 * @example
 * ```ts ignore
 * throw new DialError(`Cannot dial ${address}: ${reasonOf(cause)}`, { cause });
 * ```
 */
export function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message || cause.name;
  try {
    return String(cause);
  } catch {
    // An object without a prototype, or whose `toString` throws.
    return "an unknown cause";
  }
}
