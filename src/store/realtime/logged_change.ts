/**
 * One change, and what views see of it: found out once for each.
 *
 * @module
 */
import type { Change } from "../engine/engine.ts";
import { ChangeMemo, type ChangeView } from "./change_view.ts";
import type { SeenChange } from "./seen_change.ts";

/** What a view sees of a change, unless that could not be found out. */
export type Seen = SeenChange | "unknown" | undefined;

/** A change of the log. */
export class LoggedChange {
  readonly change: Change;
  /** Its place in the log. */
  readonly cursor: number;
  readonly #memo = new ChangeMemo();
  readonly #seen = new Map<ChangeView, Promise<Seen>>();

  /** Makes a change at which no view has looked yet. */
  constructor(change: Change) {
    this.change = change;
    this.cursor = Number(change.cursor);
  }

  /** Views that have looked at it. */
  get looks(): number {
    return this.#seen.size;
  }

  /** Forgets what was found out. */
  forget(): void {
    this.#memo.clear();
    this.#seen.clear();
  }

  /** Returns whether a view may see something of it. */
  concerns({ collection, id }: ChangeView): boolean {
    return this.change.collection === collection &&
      (id === undefined || id === this.change.id);
  }

  /**
   * Resolves to what a view sees of it. `onFailure` is called where that cannot
   * be found out.
   */
  see(view: ChangeView, onFailure: (error: unknown) => void): Promise<Seen> {
    let seen = this.#seen.get(view);
    if (seen === undefined) {
      seen = view.see(this.change, this.#memo).catch((error): Seen => {
        onFailure(error);
        return "unknown";
      });
      this.#seen.set(view, seen);
    }
    return seen;
  }
}
