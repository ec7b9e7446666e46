/**
 * The views of the page, one of which is shown.
 *
 * @module
 */

/** The tabs, in the way of the pattern of ARIA: arrow keys choose. */
export class Tabs {
  readonly #tabs: readonly HTMLElement[];
  readonly #onChange: (name: string) => void;
  #shown = "";
  /** Whether the reader has chosen, and the page must not. */
  #isChosen = false;

  /** Takes over the tabs of a list; each has the panel `aria-controls`. */
  constructor(list: HTMLElement, onChange: (name: string) => void) {
    this.#onChange = onChange;
    this.#tabs = [...list.querySelectorAll<HTMLElement>("[role=tab]")];
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#choose(tab));
    }
    list.addEventListener("keydown", (event) => this.#onKey(event));
    addEventListener("hashchange", () => this.#fromAddress());
    this.#fromAddress();
  }

  /** The name of the view that is shown. */
  get shown(): string {
    return this.#shown;
  }

  /** Offers a view, or no longer. */
  offer(name: string, isOffered: boolean): void {
    const tab = this.#tabs.find(({ dataset }) => dataset.view === name);
    if (tab === undefined) return;
    tab.hidden = !isOffered;
    if (isOffered && location.hash === `#${name}`) this.#fromAddress();
  }

  /** Shows a view, unless the reader has chosen one. */
  suggest(name: string): void {
    if (!this.#isChosen) this.#show(name);
  }

  #fromAddress(): void {
    const name = location.hash.slice(1);
    const tab = this.#tabs.find(({ dataset }) => dataset.view === name);
    if (tab === undefined || tab.hidden) {
      if (this.#shown === "") this.#show(this.#tabs[0]?.dataset.view ?? "");
      return;
    }
    this.#isChosen = true;
    this.#show(name);
  }

  #choose(tab: HTMLElement): void {
    const { view = "" } = tab.dataset;
    this.#isChosen = true;
    this.#show(view);
    history.replaceState(null, "", `#${view}`);
  }

  #show(name: string): void {
    if (name === this.#shown) return;
    this.#shown = name;
    for (const tab of this.#tabs) {
      const isShown = tab.dataset.view === name;
      tab.ariaSelected = String(isShown);
      tab.tabIndex = isShown ? 0 : -1;
      const panel = document.getElementById(`view-${tab.dataset.view}`);
      if (panel !== null) panel.hidden = !isShown;
    }
    this.#onChange(name);
  }

  #onKey(event: KeyboardEvent): void {
    const tabs = this.#tabs.filter(({ hidden }) => !hidden);
    const now = tabs.findIndex(({ dataset }) => dataset.view === this.#shown);
    const places: Readonly<Record<string, number>> = {
      ArrowRight: (now + 1) % tabs.length,
      ArrowLeft: (now + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    };
    const tab = tabs[places[event.key] ?? -1];
    if (tab === undefined) return;
    event.preventDefault();
    this.#choose(tab);
    tab.focus();
  }
}
