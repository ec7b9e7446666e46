/**
 * Errors of what a collector calls: reported, and never thrown on.
 *
 * @module
 */

/**
 * Calls what may throw from a timer, where an error would end the process, and
 * passes the error to a handler that may itself fail.
 */
export class ErrorReporter {
  readonly #onError: (error: unknown) => unknown;
  /** Names of the sources that failed when they were last read. */
  readonly #failing = new Set<string>();

  /** Creates a reporter for a handler of errors. */
  constructor(onError: (error: unknown) => unknown) {
    this.#onError = onError;
  }

  /** Passes an error to the handler; never throws. */
  report(error: unknown): void {
    const failed = (failure: unknown): void => {
      console.error("The metrics collector has failed:", error);
      console.error("Its onError has failed too:", failure);
    };
    try {
      whenRejected(this.#onError(error), failed);
    } catch (failure) {
      failed(failure);
    }
  }

  /** Calls a function, and reports what it throws or rejects with. */
  attempt(action: () => unknown): void {
    const failed = (error: unknown): void => this.report(error);
    try {
      whenRejected(action(), failed);
    } catch (error) {
      failed(error);
    }
  }

  /**
   * Returns what a source returns, or the fallback if it throws. A source that
   * fails each time is reported once, until it has worked again.
   */
  read<T>(name: string, source: () => T, fallback: T): T {
    try {
      const value = source();
      this.#failing.delete(name);
      return value;
    } catch (error) {
      if (!this.#failing.has(name)) this.report(error);
      this.#failing.add(name);
      return fallback;
    }
  }
}

/** Handles the rejection of a result that is a promise, of whatever realm. */
function whenRejected(
  result: unknown,
  failed: (error: unknown) => void,
): void {
  if (typeof result !== "object" || result === null) return;
  if (!("then" in result) || typeof result.then !== "function") return;
  Promise.resolve(result).then(undefined, failed);
}
