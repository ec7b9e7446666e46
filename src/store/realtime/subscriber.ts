/**
 * One who follows the change log: with what topics, and how far he has come.
 *
 * @module
 */
import type { ChangeView } from "./change_view.ts";
import { formatPosition, type Position } from "./position.ts";
import type { SeenChange } from "./seen_change.ts";

/** Why a subscriber was cut; see {@linkcode ChangeSink.cut}. */
export type CutReason =
  /** It read too slowly: what it has not got begins at the cursor. */
  | "too_slow"
  /** What is before the cursor is no longer in the change log. */
  | "changes_lost"
  /** Its identity may no longer see what it saw, or is another one by now. */
  | "identity_changed"
  /** What it may see could not be found out. */
  | "failed"
  /** The store is closed. */
  | "closed";

/** Where the events of a subscriber go. */
export interface ChangeSink {
  /** Whether it takes further events at present. */
  readonly hasRoom: boolean;
  /** Resolves when it takes events again, or takes none any more. */
  drained(): Promise<void>;
  /** Takes an event; `position` is the place behind it. */
  take(topic: string, seen: SeenChange, position: string): void;
  /** Ends with the reason, and the position at which one may start again. */
  cut(reason: CutReason, position: string): void;
}

/** The topics of a view: equal views of one subscriber may have several names. */
interface Topic {
  readonly name: string;
  readonly view: ChangeView;
}

/** One who follows the change log. */
export class Subscriber {
  /** Where its events go. */
  readonly sink: ChangeSink;
  /**
   * `new` without topics, `catching_up` while it gets what is in the log, then
   * `live`: it gets changes as they are committed. It is `held` while it is
   * found out what it sees by now.
   */
  phase: "new" | "catching_up" | "live" | "held" | "ended" = "new";
  /** In the order of their names, which is that of their events. */
  #topics: readonly Topic[] = [];
  /** It has everything up to this change. */
  #cursor: number;
  /** Events of the next change that it has already. */
  #skips: number;

  /** Creates a subscriber behind a position. */
  constructor(sink: ChangeSink, { cursor, events = 0 }: Position) {
    this.sink = sink;
    this.#cursor = events === 0 ? cursor : cursor - 1;
    this.#skips = events;
  }

  /** It has everything up to this change. */
  get cursor(): number {
    return this.#cursor;
  }

  /** The position behind what it has. */
  get position(): string {
    return formatPosition(
      this.#skips === 0
        ? { cursor: this.#cursor }
        : { cursor: this.#cursor + 1, events: this.#skips },
    );
  }

  /** Its topics. */
  get topics(): readonly Topic[] {
    return this.#topics;
  }

  /** Sets the topics, each of which gets what comes behind the position. */
  setTopics(topics: readonly Topic[]): void {
    this.#topics = topics.toSorted((one, other) =>
      one.name < other.name ? -1 : one.name > other.name ? 1 : 0
    );
  }

  /** Notes that it has everything up to a change, which was nothing. */
  advance(cursor: number): void {
    if (cursor <= this.#cursor) return;
    this.#cursor = cursor;
    this.#skips = 0;
  }

  /**
   * Gives it what it sees of a change: all events of it, in the order of their
   * topics. Each but the last has a position inside of the change, so that who
   * is cut between two gets the second alone when he is back.
   */
  give(cursor: number, events: readonly [string, SeenChange][]): void {
    if (cursor <= this.#cursor) return;
    const skips = cursor === this.#cursor + 1 ? this.#skips : 0;
    for (const [i, [topic, seen]] of events.entries()) {
      if (i < skips) continue;
      const isLast = i === events.length - 1;
      const position = formatPosition(
        isLast ? { cursor } : { cursor, events: i + 1 },
      );
      this.sink.take(topic, seen, position);
    }
    this.#cursor = cursor;
    this.#skips = 0;
  }
}
