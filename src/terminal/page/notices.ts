/**
 * Notices: short texts in the place of the status line, so that they cover no
 * output.
 *
 * @module
 */
import { byId } from "./elements.ts";

/** Milliseconds for which a notice is shown. */
const NOTICE_MS = 8000;
/** For one that offers something. */
const OFFER_MS = 20_000;

/** Shows one notice at a time. */
export class Notices {
  readonly #bar = byId("notice", HTMLElement);
  readonly #text = byId("notice-text", HTMLElement);
  readonly #link = byId("notice-link", HTMLAnchorElement);
  #hiding: ReturnType<typeof setTimeout> | undefined;

  /** Makes the bar work. */
  constructor() {
    byId("notice-close", HTMLElement)
      .addEventListener("click", () => this.clear());
    this.#link.addEventListener("click", () => this.clear());
  }

  /** Shows a text for a while. */
  show(text: string): void {
    this.#open(text, NOTICE_MS);
  }

  /** Offers a link, whose address is shown. */
  offer(address: string): void {
    this.#open("Open", OFFER_MS);
    this.#link.href = address;
    this.#link.textContent = address;
    this.#link.hidden = false;
  }

  /** Shows none. */
  clear(): void {
    clearTimeout(this.#hiding);
    this.#bar.hidden = true;
    this.#text.textContent = "";
  }

  #open(text: string, ms: number): void {
    clearTimeout(this.#hiding);
    this.#link.hidden = true;
    this.#bar.hidden = false;
    this.#text.textContent = text;
    this.#hiding = setTimeout(() => this.clear(), ms);
  }
}
