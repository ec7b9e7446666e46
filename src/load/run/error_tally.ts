/**
 * The most frequent errors, in bounded memory.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { Mask } from "../scenario/environment.ts";

/** The most different messages that are kept. */
const MAX_KEPT = 200;
/** The most messages in a result. */
const MAX_REPORTED = 20;
/** The most characters of a message that are kept. */
const MAX_LENGTH = 300;
const OTHERS = "(other errors)";

/** A tally that can be posted to another thread, without loss. */
export interface TallyState {
  readonly total: number;
  readonly kept: readonly (readonly [message: string, kept: Kept])[];
}

interface Kept {
  /** How often the message came at most. */
  most: number;
  /** How often the message that it replaced came at most. */
  readonly before: number;
}

/**
 * Counts errors by message. When 200 messages are kept, a new one takes the
 * place of the least frequent one and goes on from its count (the space-saving
 * sketch of Metwally, Agrawal and El Abbadi). So a message that is more than
 * one in 200 of all errors is kept, however many different ones come before it.
 */
export class ErrorTally {
  readonly #kept = new Map<string, Kept>();
  readonly #mask: Mask;
  #total = 0;

  /** Creates a tally; the mask hides what messages must not show. */
  constructor(mask: Mask = (text) => text) {
    this.#mask = mask;
  }

  /** Counts an error, of a step if it has a name. */
  add(error: unknown, step?: string): void {
    this.#total++;
    const place = step === undefined ? "" : `${step}: `;
    // Before it is cut off, so that no part of what is hidden remains.
    this.#count(this.#mask(place + messageOf(error)).slice(0, MAX_LENGTH), 1);
  }

  /** Adds all errors of another tally. */
  addAll(other: ErrorTally): void {
    this.#total += other.#total;
    for (const [message, kept] of other.#kept) {
      this.#count(message, certain(kept));
    }
  }

  /** Returns what another thread needs to have the same tally. */
  state(): TallyState {
    const kept = [...this.#kept].map(([message, kept]) =>
      [message, { ...kept }] as const
    );
    return { total: this.#total, kept };
  }

  /** Adds all errors of a tally of another thread. */
  addState({ total, kept }: TallyState): void {
    this.#total += total;
    for (const [message, one] of kept) this.#count(message, certain(one));
  }

  #count(message: string, count: number): void {
    const known = this.#kept.get(message);
    if (known !== undefined) {
      known.most += count;
      return;
    }
    const before = this.#kept.size < MAX_KEPT ? 0 : this.#dropRarest();
    this.#kept.set(message, { most: before + count, before });
  }

  /** Drops the message that came least, and returns its count. */
  #dropRarest(): number {
    let rarest = "";
    let least = Infinity;
    for (const [message, { most }] of this.#kept) {
      if (most >= least) continue;
      least = most;
      rarest = message;
    }
    this.#kept.delete(rarest);
    return least;
  }

  /**
   * Returns the most frequent messages, the most frequent first, and what is
   * left of all errors in one entry after them; at most 20 entries. A count
   * leaves out what came before the message was kept.
   */
  top(): { message: string; count: number }[] {
    const sorted = [...this.#kept]
      .map(([message, kept]) => ({ message, count: certain(kept) }))
      .sort((a, b) => b.count - a.count);
    const isAll = sorted.length <= MAX_REPORTED;
    const top = sorted.slice(0, isAll ? MAX_REPORTED : MAX_REPORTED - 1);
    const rest = top.reduce((rest, { count }) => rest - count, this.#total);
    // Without others there are none that were dropped either.
    return rest > 0 ? [...top, { message: OTHERS, count: rest }] : top;
  }
}

/** Returns how often a message came since it has been kept. */
function certain({ most, before }: Kept): number {
  return most - before;
}

/** Returns the name and message of an error, or whatever was thrown as text. */
function messageOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name}: ${error.message}`
    : reasonOf(error);
}
