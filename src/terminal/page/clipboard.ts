/**
 * The clipboard, which browsers give to few pages: what is copied and pasted, or
 * the reason why not, and another way.
 *
 * @module
 */
import type { TextBox } from "./text_box.ts";

/** Copies and pastes. */
export class PageClipboard {
  readonly #box: TextBox;
  readonly #notice: (text: string) => void;

  /** Uses a box where the browser gives no access. */
  constructor(box: TextBox, notice: (text: string) => void) {
    this.#box = box;
    this.#notice = notice;
  }

  /** Copies a text; if the browser refuses it, shows the text to copy by hand. */
  async copy(text: string): Promise<void> {
    if (text === "") return this.#notice("Nothing is selected");
    const reason = await write(text);
    if (reason === undefined) return this.#notice(`Copied ${countOf(text)}`);
    if (copyByCommand(text)) return this.#notice(`Copied ${countOf(text)}`);
    this.#box.offer(text, `${reason} Copy the text from here.`);
  }

  /**
   * Copies a text for a program: without a press of a key, browsers may refuse
   * it.
   */
  async copyFor(text: string): Promise<void> {
    if (text === "") return;
    const reason = await write(text);
    if (reason === undefined || copyByCommand(text)) return;
    this.#box.offer(text, `The program copies this text. ${reason}`);
  }

  /**
   * Resolves to the text to paste; `undefined` if there is none. Without access
   * to the clipboard, a person pastes into a box.
   */
  async paste(): Promise<string | undefined> {
    if (!globalThis.isSecureContext || !navigator.clipboard) {
      return await this.#box.ask(INSECURE);
    }
    try {
      const text = await navigator.clipboard.readText();
      if (text === "") this.#notice("The clipboard has no text");
      return text || undefined;
    } catch (error) {
      return await this.#box.ask(reasonOf(error));
    }
  }
}

const INSECURE =
  "Browsers give the clipboard to pages over HTTPS or of this machine alone.";

/** Resolves to why a text was not copied; `undefined` if it was. */
async function write(text: string): Promise<string | undefined> {
  if (!globalThis.isSecureContext || !navigator.clipboard) return INSECURE;
  try {
    await navigator.clipboard.writeText(text);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof DOMException && error.name === "NotAllowedError"
    ? "The browser does not allow this page to use the clipboard."
    : "The browser gives no access to the clipboard.";
}

/** Copies in the way of older browsers, which needs a press of a key. */
function copyByCommand(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "off-screen";
  field.setAttribute("aria-hidden", "true");
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}

function countOf(text: string): string {
  const count = [...text].length;
  return count === 1 ? "1 character" : `${count} characters`;
}
