/**
 * What one topic of one identity shows of the change log.
 *
 * @module
 */
import type { Change } from "../engine/engine.ts";
import type { SeenChange } from "./seen_change.ts";

/** What was found out about a change, for all views of it. */
export type ChangeMemo = Map<string, Promise<unknown>>;

/** What is seen of the change log. */
export interface ChangeView {
  /** Equal for views that see the same, however many have them. */
  readonly key: string;
  /** The collection of the changes. */
  readonly collection: string;
  /** The id of the one record whose changes it sees, if it is of one. */
  readonly id: string | undefined;
  /**
   * Resolves to what is seen of a change of its collection and record, or to
   * `undefined` if that is nothing.
   */
  see(change: Change, memo: ChangeMemo): Promise<SeenChange | undefined>;
}
