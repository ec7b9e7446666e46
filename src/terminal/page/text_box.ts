/**
 * The box with a text to copy by hand, or for one to paste.
 *
 * @module
 */
import { byId } from "./elements.ts";

/** A dialog with a text. */
export class TextBox {
  readonly #box = byId("text-box", HTMLDialogElement);
  readonly #title = byId("text-box-title", HTMLElement);
  readonly #reason = byId("text-box-reason", HTMLElement);
  readonly #field = byId("text-box-field", HTMLTextAreaElement);
  readonly #send = byId("text-box-send", HTMLElement);
  #sent: ((text: string | undefined) => void) | undefined;

  /** Makes the box work; `closed` is called whenever it is closed. */
  constructor(closed: () => void) {
    byId("text-box-close", HTMLElement)
      .addEventListener("click", () => this.#box.close());
    this.#send.addEventListener("click", () => this.#finish());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.ctrlKey) this.#finish();
    });
    this.#box.addEventListener("close", () => {
      this.#sent?.(undefined);
      this.#sent = undefined;
      this.#field.value = "";
      closed();
    });
  }

  /** Shows a text that is to be copied, and why. */
  offer(text: string, reason: string): void {
    this.#open("Copy", reason, text);
    this.#field.select();
  }

  /** Resolves to a text that is pasted here; `undefined` if none is. */
  ask(reason: string): Promise<string | undefined> {
    this.#open("Paste", `${reason} Paste here, and send it.`);
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    this.#sent = resolve;
    return promise;
  }

  #open(title: string, reason: string, text?: string): void {
    this.#sent?.(undefined);
    this.#sent = undefined;
    this.#title.textContent = title;
    this.#reason.textContent = reason;
    this.#field.value = text ?? "";
    this.#field.readOnly = text !== undefined;
    this.#send.hidden = text !== undefined;
    if (!this.#box.open) this.#box.showModal();
    this.#field.focus();
  }

  #finish(): void {
    const sent = this.#sent;
    this.#sent = undefined;
    const { value } = this.#field;
    this.#box.close();
    sent?.(value || undefined);
  }
}
