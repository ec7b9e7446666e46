/**
 * The dialog that invites to a session, and takes invitations back.
 *
 * @module
 */
import { byId } from "../elements.ts";
import { ask } from "./server.ts";
import type { SessionFacts } from "./session_facts.ts";
import { nameOf } from "./session_words.ts";

/** Makes and revokes invitations. */
export class InvitationBox {
  readonly #box = byId("invitation", HTMLDialogElement);
  readonly #title = byId("invitation-title", HTMLElement);
  readonly #role = byId("invitation-role", HTMLSelectElement);
  readonly #text = byId("invitation-text", HTMLElement);
  readonly #link = byId("invitation-link", HTMLInputElement);
  #session: SessionFacts | undefined;

  /** Makes the dialog work. */
  constructor() {
    const press = (id: string, act: () => Promise<void> | void): void => {
      byId(id, HTMLElement).addEventListener("click", async () => {
        try {
          await act();
        } catch (error) {
          this.#text.textContent = error instanceof Error
            ? error.message
            : `${error}`;
        }
      });
    };
    press("invitation-make", () => this.#make());
    press("invitation-copy", () => this.#copy());
    press("invitation-revoke", () => this.#revoke());
    press("invitation-close", () => this.#box.close());
    this.#role.addEventListener("change", () => this.#clear());
  }

  /** Invites to a session. */
  open(session: SessionFacts): void {
    this.#session = session;
    this.#title.textContent = `Invite to ${nameOf(session)}`;
    this.#clear();
    this.#box.showModal();
  }

  #clear(): void {
    this.#link.value = "";
    this.#text.textContent = "";
  }

  async #make(): Promise<void> {
    const role = this.#role.value;
    const { ticket } = await ask("POST", this.#path, { role });
    this.#link.value = new URL(`./#ticket=${ticket}`, location.href).href;
    this.#text.textContent =
      "It gives one browser access, once, and soon expires.";
    this.#link.select();
  }

  async #copy(): Promise<void> {
    if (this.#link.value === "") await this.#make();
    this.#link.select();
    try {
      await navigator.clipboard.writeText(this.#link.value);
    } catch {
      // Without a secure context or a permission, in the way of older browsers.
      if (!document.execCommand("copy")) {
        this.#text.textContent =
          "The browser does not copy: copy the link by hand.";
        return;
      }
    }
    this.#text.textContent = "The link was copied.";
  }

  async #revoke(): Promise<void> {
    const { revoked } = await ask("DELETE", this.#path);
    this.#link.value = "";
    this.#text.textContent = revoked === 0
      ? "There was no invitation of yours."
      : `${revoked} of your invitations ${
        revoked === 1 ? "is" : "are"
      } void, and their guests are out.`;
  }

  get #path(): string {
    return `sessions/${encodeURIComponent(this.#session?.id ?? "")}/tickets`;
  }
}
