/**
 * The list of sessions.
 *
 * @module
 */
import { byId } from "../elements.ts";
import { addressOf } from "./server.ts";
import type { SessionFacts } from "./session_facts.ts";
import { detailsOf, nameOf } from "./session_words.ts";

/** Milliseconds in which an end has to be confirmed. */
const CONFIRM_MS = 5000;

/** What the buttons of a session do. */
export interface SessionActions {
  /** Invites somebody to a session. */
  invite(session: SessionFacts): void;
  /** Ends a session, or removes one that has ended. */
  end(session: SessionFacts): void;
}

/** Shows the sessions; what has not changed stays as it is. */
export class SessionList {
  readonly #list = byId("sessions", HTMLElement);
  readonly #actions: SessionActions;
  readonly #items = new Map<string, SessionItem>();

  /** Shows none yet. */
  constructor(actions: SessionActions) {
    this.#actions = actions;
  }

  /** Shows sessions, those that run first. */
  show(sessions: readonly SessionFacts[]): void {
    const now = Date.now();
    const ids = new Set(sessions.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (ids.has(id)) continue;
      item.element.remove();
      this.#items.delete(id);
    }
    const order = [...sessions].sort((a, b) =>
      Number(a.exit !== undefined) - Number(b.exit !== undefined) ||
      b.createdAt - a.createdAt
    );
    for (const [at, session] of order.entries()) {
      let item = this.#items.get(session.id);
      if (item === undefined) {
        item = new SessionItem(this.#actions);
        this.#items.set(session.id, item);
      }
      item.show(session, now);
      const there = this.#list.children[at];
      if (there !== item.element) {
        this.#list.insertBefore(item.element, there ?? null);
      }
    }
  }
}

class SessionItem {
  readonly element = document.createElement("li");
  readonly #link = document.createElement("a");
  readonly #details = document.createElement("span");
  readonly #buttons = document.createElement("span");
  readonly #invite = document.createElement("button");
  readonly #end = document.createElement("button");
  #session: SessionFacts | undefined;
  #confirming: ReturnType<typeof setTimeout> | undefined;

  constructor(actions: SessionActions) {
    this.#details.className = "muted";
    this.#buttons.className = "buttons";
    this.#buttons.append(this.#invite, this.#end);
    this.element.append(this.#link, this.#details, this.#buttons);
    this.#invite.type = this.#end.type = "button";
    this.#invite.textContent = "Invite";
    this.#invite.addEventListener("click", () => {
      if (this.#session !== undefined) actions.invite(this.#session);
    });
    this.#end.addEventListener("click", () => this.#press(actions));
  }

  show(session: SessionFacts, now: number): void {
    this.#session = session;
    const name = nameOf(session);
    const isEnded = session.exit !== undefined;
    this.#link.href = addressOf(session.id);
    this.#link.textContent = name;
    this.#link.title = session.id;
    this.#details.textContent = detailsOf(session, now).join(" · ");
    this.element.classList.toggle("ended", isEnded);
    this.#buttons.hidden = session.role !== "control";
    this.#invite.hidden = isEnded;
    this.#invite.setAttribute("aria-label", `Invite to ${name}`);
    if (this.#confirming === undefined) this.#calm();
  }

  /** Ends a running program at the second press alone. */
  #press(actions: SessionActions): void {
    const session = this.#session;
    if (session === undefined) return;
    if (session.exit !== undefined || this.#confirming !== undefined) {
      this.#calm();
      return actions.end(session);
    }
    this.#end.textContent = "End it now?";
    this.#end.removeAttribute("aria-label");
    this.#confirming = setTimeout(() => this.#calm(), CONFIRM_MS);
  }

  #calm(): void {
    clearTimeout(this.#confirming);
    this.#confirming = undefined;
    const session = this.#session;
    if (session === undefined) return;
    const word = session.exit === undefined ? "End" : "Remove";
    this.#end.textContent = word;
    this.#end.setAttribute("aria-label", `${word} ${nameOf(session)}`);
  }
}
