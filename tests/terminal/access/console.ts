/**
 * Failures that a test expects on the console.
 *
 * @module
 */

/** What was logged while the console was silent. */
export interface SilentConsole extends Disposable {
  /** How many errors were logged. */
  readonly lines: number;
}

/** Silences `console.error`, and counts its calls, until it is disposed of. */
export function silenced(): SilentConsole {
  const { error } = console;
  let lines = 0;
  console.error = () => void lines++;
  return {
    get lines() {
      return lines;
    },
    [Symbol.dispose]() {
      console.error = error;
    },
  };
}
