/**
 * Two signals as one, either of which may be missing.
 *
 * @module
 */

/** Returns a signal that aborts when one of the two does. */
export function eitherSignal(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : one ?? other;
}
