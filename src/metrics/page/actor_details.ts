/**
 * All that is known of one actor.
 *
 * @module
 */
import type { WatchedActor } from "../watch/protocol.ts";
import { create, setText, termList } from "./elements.ts";
import {
  countText,
  durationText,
  percentText,
  valueText,
} from "../watch/format.ts";
import type { WatchClient } from "./watch_client.ts";
import { stateCell } from "./watch_texts.ts";

/** Shows one actor at a time, until it is closed. */
export class ActorDetails {
  readonly #client: WatchClient;
  readonly #place: HTMLElement;
  readonly #title = create("h3");
  readonly #body = create("div");
  readonly #close = create("button", "", "Close");
  #path: string | undefined;
  #asked: Disposable | undefined;
  /** What had the focus before. */
  #from: Element | null = null;

  /** Creates it in a place that is hidden until there is an actor. */
  constructor(client: WatchClient, place: HTMLElement) {
    this.#client = client;
    this.#place = place;
    const head = create("header");
    this.#close.type = "button";
    this.#close.addEventListener("click", () => this.close());
    head.append(this.#title, this.#close);
    place.append(head, this.#body);
    place.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.close();
    });
  }

  /** Shows an actor. */
  open(path: string): void {
    this.#from = document.activeElement;
    this.#path = path;
    this.#place.hidden = false;
    setText(this.#title, path);
    this.#body.replaceChildren();
    this.show();
    this.#close.focus();
  }

  /** Closes it, and gives the focus back. */
  close(): void {
    this.#path = undefined;
    this.#place.hidden = true;
    this.hide();
    if (this.#from instanceof HTMLElement && this.#from.isConnected) {
      this.#from.focus();
    }
  }

  /** Asks for the actor, if there is one. */
  show(): void {
    this.hide();
    if (this.#path === undefined) return;
    const query = new URLSearchParams({ kind: "actor", path: this.#path });
    this.#asked = this.#client.ask(query, {
      show: (data) => {
        if (data.type === "actor") this.#render(data);
      },
    });
  }

  /** Hides the actor: nothing of it is asked for any more. */
  hide(): void {
    this.#asked?.[Symbol.dispose]();
    this.#asked = undefined;
  }

  #render({ actor, deadLetters, inspection }: WatchedActor): void {
    if (actor === null) {
      this.#body.replaceChildren(create("p", "", "It is gone."));
      return;
    }
    const parts: HTMLElement[] = [termList([
      ["State", stateCell(actor.state).text],
      ["Mailbox", `${countText(actor.mailboxMessages)} messages`],
      ["Bytes in the mailbox", valueText(actor.mailboxBytes, "bytes")],
      ["Oldest message", durationText(actor.oldestMs)],
      ["Handled", countText(actor.processed)],
      ["Per second", valueText(actor.perSecond, "/s")],
      ["Busy", percentText(actor.busyShare)],
      ["Restarts", countText(actor.restarts)],
      ["Children", countText(actor.children)],
      ["Dead letters, stopped", countText(deadLetters.stopped)],
      ["Dead letters, refused", countText(deadLetters.refused)],
      ["Dead letters, dropped", countText(deadLetters.dropped)],
    ])];
    if (actor.lastFailure !== null) {
      parts.push(
        create("h4", "", "Last failure"),
        preformatted("Last failure", actor.lastFailure),
      );
    }
    switch (inspection.type) {
      case "none":
        break;
      case "state":
        parts.push(
          create(
            "h4",
            "",
            inspection.isTruncated ? "State (cut off)" : "State",
          ),
          preformatted("State", inspection.json),
        );
        break;
      case "failed":
        parts.push(
          create("h4", "", "State"),
          create("p", "", `It cannot be shown: ${inspection.error}`),
        );
        break;
      default:
        inspection satisfies never;
    }
    this.#body.replaceChildren(...parts);
  }
}

function preformatted(name: string, text: string): HTMLElement {
  const element = create("pre", "", text);
  element.tabIndex = 0;
  element.role = "region";
  element.ariaLabel = name;
  return element;
}
