/**
 * Those who want to know whether anybody subscribes to a subject.
 *
 * @module
 */
import { InterestView } from "../interest_view.ts";
import { matches } from "../subject_rules.ts";
import { untilAborted } from "../until_aborted.ts";

/** The views of interest of a bus. */
export class Interests {
  readonly #isWanted: (subject: string) => boolean;
  readonly #views = new Map<string, Set<InterestView>>();

  /** @param isWanted Returns whether a subject has subscribers now. */
  constructor(isWanted: (subject: string) => boolean) {
    this.#isWanted = isWanted;
  }

  /** Returns the interest in a subject, kept up to date. */
  view(subject: string, signals: readonly AbortSignal[]): InterestView {
    const views = this.#views.get(subject) ?? new Set();
    this.#views.set(subject, views);
    const view = new InterestView(() => {
      stopFollowing();
      views.delete(view);
      if (views.size === 0) this.#views.delete(subject);
    });
    views.add(view);
    view.set(this.#isWanted(subject));
    const stopFollowing = untilAborted(
      signals,
      () => void view[Symbol.asyncDispose](),
    );
    return view;
  }

  /** A subscription with this pattern has come or gone. */
  changed(pattern: string): void {
    if (this.#views.size === 0) return;
    if (!pattern.includes("*") && !pattern.includes(">")) {
      return this.#update(pattern);
    }
    for (const subject of this.#views.keys()) {
      if (matches(pattern, subject)) this.#update(subject);
    }
  }

  /** Ends all views of interest, as the bus is closed. */
  close(error: unknown): void {
    for (const views of this.#views.values()) {
      for (const view of views) view.end(error);
    }
    this.#views.clear();
  }

  #update(subject: string): void {
    const views = this.#views.get(subject);
    if (views === undefined) return;
    const isWanted = this.#isWanted(subject);
    for (const view of views) view.set(isWanted);
  }
}
