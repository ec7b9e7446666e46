/**
 * What becomes of a message that its subscriber could not handle.
 *
 * @module
 */
import { report } from "../../actor/internal.ts";

/** Hands an error to `onError`, or prints it; what that throws is printed. */
export function reportFailure(
  pattern: string,
  onError: ((error: unknown) => void) | undefined,
  error: unknown,
): void {
  const print = (cause: unknown): void =>
    report(`A message on ${pattern} was not handled:`, cause);
  if (onError === undefined) return print(error);
  try {
    onError(error);
  } catch (cause) {
    print(cause);
  }
}
