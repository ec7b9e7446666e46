/**
 * The title of the page: that of the program, with a mark while its bell was not
 * seen.
 *
 * @module
 */

/** Milliseconds for which the screen flashes. */
const FLASH_MS = 250;
const MARK = "🔔 ";

/** The title, and the bell. */
export class PageTitle {
  readonly #screen: HTMLElement;
  #title = "Terminal";
  #isRung = false;
  #flashing: ReturnType<typeof setTimeout> | undefined;

  /** Flashes an element when the bell rings. */
  constructor(screen: HTMLElement) {
    this.#screen = screen;
    const seen = (): void => {
      if (isSeen()) this.#mark(false);
    };
    document.addEventListener("visibilitychange", seen);
    addEventListener("focus", seen);
  }

  /** Takes the title that the program has set. */
  set(title: string): void {
    this.#title = title || "Terminal";
    this.#show();
  }

  /** The bell of the program rings. */
  ring(): void {
    if (!isSeen()) this.#mark(true);
    this.#screen.classList.add("rung");
    clearTimeout(this.#flashing);
    this.#flashing = setTimeout(
      () => this.#screen.classList.remove("rung"),
      FLASH_MS,
    );
  }

  #mark(isRung: boolean): void {
    this.#isRung = isRung;
    this.#show();
  }

  #show(): void {
    document.title = `${this.#isRung ? MARK : ""}${this.#title}`;
  }
}

function isSeen(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
