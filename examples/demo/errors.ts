/**
 * What ends the demo with a line and no stack.
 *
 * @module
 */

/** Something that the person who runs the demo can understand from a line. */
export class DemoError extends Error {
  override readonly name = "DemoError";
  /** What the process exits with: 2 for wrong arguments. */
  readonly exitCode: 1 | 2;

  /** An error that ends the process with `exitCode`. */
  constructor(message: string, exitCode: 1 | 2) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The first letter small, without the system's code and call. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const short = text.replace(/ \(os error.*$/s, "");
  return short.charAt(0).toLowerCase() + short.slice(1);
}
