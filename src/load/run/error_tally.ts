/**
 * The most frequent errors, in bounded memory.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";

/** The most different messages that are kept. */
const MAX_KEPT = 200;
/** The most messages in a result. */
const MAX_REPORTED = 20;
/** The most characters of a message that are kept. */
const MAX_LENGTH = 300;
const OTHERS = "(other errors)";

/** Counts errors by message; all beyond the first 200 messages count as one. */
export class ErrorTally {
  readonly #counts = new Map<string, number>();

  /** Counts an error. */
  add(error: unknown): void {
    this.#count(messageOf(error), 1);
  }

  /** Adds all errors of another tally. */
  addAll(other: ErrorTally): void {
    for (const [message, count] of other.#counts) this.#count(message, count);
  }

  #count(message: string, count: number): void {
    const known = this.#counts.has(message) || this.#counts.size < MAX_KEPT;
    const key = known ? message : OTHERS;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
  }

  /** Returns the most frequent messages first, at most 20. */
  top(): { message: string; count: number }[] {
    return [...this.#counts]
      .map(([message, count]) => ({ message, count }))
      .sort((a, b) => b.count - a.count)
      .slice(0, MAX_REPORTED);
  }
}

/** Returns the name and message of an error, or whatever was thrown as text. */
function messageOf(error: unknown): string {
  const text = error instanceof Error
    ? `${error.name}: ${error.message}`
    : reasonOf(error);
  return text.slice(0, MAX_LENGTH);
}
