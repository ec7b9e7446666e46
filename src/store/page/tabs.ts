/**
 * The views of the page, one of which is shown.
 *
 * @module
 */

/** What is done when another view is shown. */
export interface TabsOptions {
  readonly show: (name: string) => void;
  readonly hide: (name: string) => void;
}

/** The tabs, in the way of the pattern of ARIA: arrow keys choose. */
export class Tabs {
  readonly #tabs: readonly HTMLElement[];
  readonly #options: TabsOptions;
  #shown = "";

  /** Takes over the tabs of a list; each has the panel `aria-controls`. */
  constructor(list: HTMLElement, options: TabsOptions) {
    this.#options = options;
    this.#tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#show(nameOf(tab)));
    }
    list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** The name of the view that is shown. */
  get shown(): string {
    return this.#shown;
  }

  /** Shows the first view. */
  begin(): void {
    this.#show(nameOf(this.#tabs[0]));
  }

  /** Shows none. */
  end(): void {
    this.#show("");
  }

  #show(name: string): void {
    if (this.#shown !== "" && this.#shown !== name) {
      this.#options.hide(this.#shown);
    }
    this.#shown = name;
    for (const tab of this.#tabs) {
      const isShown = nameOf(tab) === name;
      tab.ariaSelected = String(isShown);
      tab.tabIndex = isShown ? 0 : -1;
      const panel = document.getElementById(`view-${nameOf(tab)}`);
      if (panel !== null) panel.hidden = !isShown;
    }
    if (name !== "") this.#options.show(name);
  }

  #onKey(event: KeyboardEvent): void {
    const now = this.#tabs.findIndex((tab) => nameOf(tab) === this.#shown);
    const last = this.#tabs.length - 1;
    const places: Readonly<Record<string, number>> = {
      ArrowRight: now === last ? 0 : now + 1,
      ArrowLeft: now === 0 ? last : now - 1,
      Home: 0,
      End: last,
    };
    const tab = this.#tabs[places[event.key] ?? -1];
    if (tab === undefined) return;
    event.preventDefault();
    this.#show(nameOf(tab));
    tab.focus();
  }
}

function nameOf(tab: HTMLElement | undefined): string {
  return tab?.dataset.view ?? "";
}
