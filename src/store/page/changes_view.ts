/**
 * What changes in a collection, as it happens: it goes on behind its cursor
 * after a cut, so that nothing is missed.
 *
 * @module
 */
import { TextLineStream } from "@std/streams";
import type { CollectionState } from "../page_contract.ts";
import { ApiError } from "./api.ts";
import { create, shortText, table } from "./elements.ts";
import { fieldsOf } from "./record_editor.ts";
import type { PageContext, View } from "./view.ts";

/** Changes that are shown. */
const MAX_SHOWN = 100;
const RETRY_MS = 1000;

interface ShownChange {
  readonly action: string;
  readonly cursor: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** What changes in a collection. */
export class ChangesView implements View {
  readonly #context: PageContext;
  readonly #state = create("p", { className: "muted" });
  readonly #list = create("div");
  #following:
    | { readonly name: string; readonly end: AbortController }
    | undefined;
  #changes: ShownChange[] = [];
  #count = 0;
  #cuts = 0;

  constructor(panel: HTMLElement, context: PageContext) {
    this.#context = context;
    this.#state.setAttribute("role", "status");
    panel.append(this.#state, this.#list);
  }

  show({ name }: CollectionState): void {
    if (this.#following?.name === name) return;
    this.hide();
    const end = new AbortController();
    this.#following = { name, end };
    this.#changes = [];
    this.#count = 0;
    this.#cuts = 0;
    this.#draw("connecting");
    void this.#follow(name, end.signal);
  }

  hide(): void {
    this.#following?.end.abort();
    this.#following = undefined;
  }

  async #follow(name: string, signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    const take = (event: string, data: string): void => {
      const value = JSON.parse(data);
      if (typeof value.cursor === "string") cursor = value.cursor;
      if (event === "cut") {
        this.#draw(`cut: ${value.reason}`);
      } else if (event === `${name}/*`) {
        this.#count++;
        this.#changes = [value, ...this.#changes].slice(0, MAX_SHOWN);
        this.#draw("connected");
      }
    };
    while (!signal.aborted) {
      try {
        const { api } = this.#context;
        const body = await api.follow(`${name}/*`, cursor, signal);
        this.#draw("connected");
        const lines = body.pipeThrough(new TextDecoderStream())
          .pipeThrough(new TextLineStream());
        let event = "";
        for await (const line of lines) {
          // The store writes each event in one line of each.
          if (line.startsWith("event:")) event = line.slice(6).trim();
          if (line.startsWith("data:")) take(event, line.slice(5));
        }
      } catch (error) {
        if (signal.aborted) return;
        // It would be refused again.
        if (error instanceof ApiError && error.status < 500) {
          this.#draw(error.message);
          return;
        }
      }
      this.#cuts++;
      this.#draw("cut, connecting again");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #draw(state: string): void {
    const cuts = this.#cuts === 0
      ? ""
      : `, ${this.#cuts} cuts, after which it went on where it was`;
    this.#state.textContent = `${state}: ${this.#count} changes${cuts}`;
    this.#list.replaceChildren(
      this.#changes.length === 0
        ? create("p", {
          className: "muted",
          text: "Nothing has changed since this view was opened.",
        })
        : table(
          "Changes, the newest first",
          ["Cursor", "What", "id", "Record"],
          this.#changes.map(({ action, cursor, record }) => [
            cursor,
            action,
            shortText(record["id"]),
            shortText(fieldsOf(record)),
          ]),
        ),
    );
  }
}
