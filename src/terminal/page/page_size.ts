/**
 * The size of the page and that of the session: which is not the same where
 * somebody else types.
 *
 * @module
 */
import type { SessionSize } from "./client_contract.ts";
import { byId, onPress } from "./elements.ts";
import type { XtermScreen } from "./screen.ts";
import {
  type Cells,
  describeSize,
  fittingFont,
  isSameSize,
  scrollToSee,
} from "./size_rules.ts";

/** Milliseconds for which a size must not change before it is sent. */
const RESIZE_MS = 60;

/** What the size of a page needs of the rest of it. */
export interface SizeParts {
  /** Id of the client. */
  readonly clientId: string;
  /** Element that the terminal may fill. */
  readonly element: HTMLElement;
  /** The terminal in it. */
  readonly screen: XtermScreen;
  /** Returns the size of the font that is set. */
  fontSize(): number;
  /** Returns whether the session is there now. */
  isOpen(): boolean;
  /** Returns whether the page may set the size of the session. */
  mayUse(): boolean;
  /** Takes the size that fits the page. */
  fits(size: Cells): void;
  /** Makes that the size of the session. */
  use(): void;
}

/** Fits the terminal to the page, or the size of another viewer to it. */
export class PageSize {
  readonly #parts: SizeParts;
  readonly #note = byId("size", HTMLElement);
  readonly #text = byId("size-text", HTMLElement);
  readonly #use = byId("size-use", HTMLElement);
  #own: Cells | undefined;
  #session: SessionSize | undefined;
  #following = 0;

  /** Follows the size of the element. */
  constructor(parts: SizeParts) {
    this.#parts = parts;
    const { element, screen: { terminal } } = parts;
    onPress(this.#use, () => parts.use());
    let waiting: ReturnType<typeof setTimeout> | undefined;
    new ResizeObserver(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.measure(), RESIZE_MS);
    }).observe(element);
    terminal.onCursorMove(() => this.#follow());
  }

  /** The size that fits the page, once it is known. */
  get own(): Cells | undefined {
    return this.#own;
  }

  /** Measures what fits, after a change of the page or of the font. */
  measure(): void {
    const { screen: { terminal, fit }, fontSize, fits } = this.#parts;
    const size = fontSize();
    // The cells are measured with the font that is set.
    if (terminal.options.fontSize !== size) terminal.options.fontSize = size;
    const proposed = fit.proposeDimensions();
    if (proposed !== undefined && !Number.isNaN(proposed.cols)) {
      this.#own = { columns: proposed.cols, rows: proposed.rows };
      fits(this.#own);
    }
    this.show();
  }

  /** Takes the size of the session. */
  sized(size: SessionSize): void {
    this.#session = size;
    this.show();
  }

  /** Shows whose size it is, and fits it. */
  show(): void {
    const { clientId, element, screen: { terminal } } = this.#parts;
    const { fontSize, isOpen, mayUse } = this.#parts;
    const own = this.#own;
    const session = this.#session;
    if (own === undefined || session === undefined) return;
    const text = describeSize(session, own, clientId);
    this.#note.hidden = text === undefined || !isOpen();
    this.#text.textContent = this.#text.title = text ?? "";
    this.#use.hidden = !mayUse();
    const isForeign = session.owner?.clientId !== clientId &&
      !isSameSize(session, own);
    element.classList.toggle("foreign", isForeign);
    const font = isForeign ? fittingFont(fontSize(), own, session) : fontSize();
    if (terminal.options.fontSize !== font) terminal.options.fontSize = font;
    this.#follow();
  }

  /** Keeps the cursor in view, where the session is larger than the page. */
  #follow(): void {
    if (this.#following !== 0) return;
    this.#following = requestAnimationFrame(() => {
      this.#following = 0;
      const { element, screen: { terminal } } = this.#parts;
      const { scrollWidth, scrollHeight, clientWidth, clientHeight } = element;
      if (scrollHeight <= clientHeight && scrollWidth <= clientWidth) return;
      const screen = element.querySelector(".xterm-screen");
      const box = screen?.getBoundingClientRect();
      if (box === undefined) return;
      const outer = element.getBoundingClientRect();
      const { cursorX, cursorY, baseY, viewportY } = terminal.buffer.active;
      const row = cursorY + baseY - viewportY;
      const height = box.height / terminal.rows;
      const width = box.width / terminal.cols;
      const top = box.top - outer.top + element.scrollTop + row * height;
      const left = box.left - outer.left + element.scrollLeft +
        cursorX * width;
      element.scrollTo(
        scrollToSee(element.scrollLeft, clientWidth, left, left + width),
        scrollToSee(element.scrollTop, clientHeight, top, top + height),
      );
    });
  }
}
