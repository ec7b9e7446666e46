/**
 * For how long the oldest message of a mailbox has waited, without a stamp on
 * any message: a mailbox that is looked at now and then remembers how far it
 * was filled when. A message below such a mark was there at that time.
 *
 * @module
 */
import type { MailboxFill } from "./mailbox.ts";

/** Marks of one mailbox; of more, one that is close to its neighbours goes. */
const MAX_MARKS = 32;

/** A mailbox at the time of a look. */
interface Mark {
  /** The place of the next message to come, as `taken` counts: modulo 2³¹. */
  readonly end: number;
  /** Milliseconds, by the clock. */
  readonly atMs: number;
}

/** Whether a place is behind another one, modulo 2³¹. */
function isAfter(place: number, other: number): boolean {
  return ((place - other) << 1) > 0;
}

/** Returns the index of the mark without which the widest gap is least wide. */
function leastNeeded(marks: readonly Mark[]): number {
  let found = 1;
  let least = Infinity;
  for (let i = 1; i < marks.length - 1; i++) {
    const gap = (marks[i + 1]?.atMs ?? 0) - (marks[i - 1]?.atMs ?? 0);
    if (gap < least) [least, found] = [gap, i];
  }
  return found;
}

/** The looks at one mailbox. */
export class MailboxAge {
  #marks: Mark[] | undefined;

  /**
   * Takes a look at the mailbox, and returns for how many milliseconds its
   * oldest message has waited at least, or `null` if none waits. It is exact to
   * the time between two looks, and of long times to a sixteenth.
   */
  look(
    { taken, length }: MailboxFill & { readonly taken: number },
    nowMs: number,
  ): number | null {
    if (length === 0) {
      this.#marks = undefined;
      return null;
    }
    const marks = this.#marks ??= [];
    const firstLeft = marks.findIndex(({ end }) => isAfter(end, taken));
    marks.splice(0, firstLeft < 0 ? marks.length : firstLeft);
    const end = (taken + length) & 0x7fffffff;
    const last = marks.at(-1);
    if (last === undefined || isAfter(end, last.end)) {
      marks.push({ end, atMs: nowMs });
    }
    if (marks.length > MAX_MARKS) marks.splice(leastNeeded(marks), 1);
    return nowMs - (marks[0]?.atMs ?? nowMs);
  }
}
