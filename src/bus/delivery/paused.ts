/**
 * Those who publish and have paused for a subscription.
 *
 * @module
 */

/** What goes on when nothing waits for a subscription any more. */
export class Paused {
  readonly #all: (() => void)[] = [];

  /** Adds what is called once, at the end of the pause. */
  add(resume: () => void): void {
    this.#all.push(resume);
  }

  /** Lets all go on. */
  end(): void {
    if (this.#all.length === 0) return;
    for (const resume of this.#all.splice(0)) resume();
  }
}
