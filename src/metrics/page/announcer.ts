/**
 * What is said to those who hear the page: changes alone, and not too often.
 *
 * @module
 */

/** Milliseconds in which what is to be said is gathered. */
const PAUSE_MS = 1500;

/** The most sentences at once; the rest is counted. */
const MAX_SENTENCES = 3;

/** Says sentences in a live region. */
export class Announcer {
  readonly #place: HTMLElement;
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Creates one that speaks through an element with `aria-live`. */
  constructor(place: HTMLElement) {
    this.#place = place;
  }

  /** Says a sentence soon, together with others. */
  say(sentence: string): void {
    this.#waiting.push(sentence);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      const said = waiting.slice(0, MAX_SENTENCES);
      const rest = waiting.length - said.length;
      if (rest > 0) said.push(`and ${rest} more changes.`);
      this.#place.textContent = said.join(" ");
    }, PAUSE_MS);
  }
}
