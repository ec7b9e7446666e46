/**
 * What one topic of one identity shows of the change log.
 *
 * @module
 */
import type { Change } from "../engine/engine.ts";
import type { RelatedCache } from "./related_records.ts";
import type { SeenChange } from "./seen_change.ts";

/** Whether a record was as a condition wants it before a change, and is after it. */
export interface Verdict {
  readonly before: boolean;
  readonly after: boolean;
}

/** What was found out about one change, for all views of it. */
export class ChangeMemo {
  readonly #verdicts = new Map<string, Promise<Verdict>>();
  /** The records that filters look at besides the one that has changed. */
  related: RelatedCache | undefined;

  /** Resolves to a verdict, which is found out once for each key. */
  verdict(key: string, find: () => Promise<Verdict>): Promise<Verdict> {
    let verdict = this.#verdicts.get(key);
    if (verdict === undefined) {
      verdict = find();
      this.#verdicts.set(key, verdict);
    }
    return verdict;
  }

  /** Forgets all. */
  clear(): void {
    this.#verdicts.clear();
    this.related = undefined;
  }
}

/** What is seen of the change log. */
export interface ChangeView {
  /** Equal for views that see the same, however many have them. */
  readonly key: string;
  /** The collection of the changes. */
  readonly collection: string;
  /** The id of the one record whose changes it sees, if it is of one. */
  readonly id: string | undefined;
  /** How much work it is to look at a change, in the units of slices. */
  readonly units: number;
  /**
   * Resolves to what is seen of a change of its collection and record, or to
   * `undefined` if that is nothing.
   */
  see(change: Change, memo: ChangeMemo): Promise<SeenChange | undefined>;
}
