/**
 * The most frequent errors, in bounded memory.
 *
 * @module
 */

/** Different messages that are kept. */
const MAX_KEPT = 200;
/** Those that a result tells. */
const MAX_TOLD = 20;
/** Characters of a message that are kept. */
const MAX_LENGTH = 300;
const OTHERS = "(other errors)";

/** Counts errors by their messages; those after the first 200 as one. */
export class ErrorTally {
  readonly #counts = new Map<string, number>();

  /** Counts one. */
  add(error: unknown): void {
    this.#count(messageOf(error), 1);
  }

  /** Adds all that another one has. */
  addAll(other: ErrorTally): void {
    for (const [message, count] of other.#counts) this.#count(message, count);
  }

  #count(message: string, count: number): void {
    const known = this.#counts.has(message) || this.#counts.size < MAX_KEPT;
    const key = known ? message : OTHERS;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** The most frequent ones first, at most 20. */
  top(): { message: string; count: number }[] {
    return [...this.#counts]
      .map(([message, count]) => ({ message, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_TOLD);
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  let text: string;
  try {
    text = error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error);
  } catch {
    text = "an error that cannot be told";
  }
  return text.slice(0, MAX_LENGTH);
}
