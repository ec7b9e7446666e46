/**
 * A table whose rows the server sorts, filters and sends as far as they are
 * seen.
 *
 * @module
 */
import type { WatchData, WatchKind } from "../watch/protocol.ts";
import type { Column } from "./column.ts";
import type { Sorting } from "./sorting.ts";
import { LongTable, type RowActions, type RowsPart } from "./long_table.ts";
import type { WatchClient } from "./watch_client.ts";
import { PAGE_ROWS } from "./window_rules.ts";

/** Milliseconds for which typing must pause before the filter is applied. */
const TYPING_MS = 150;

/** Options of a list. */
export interface WatchedListOptions<Row> extends RowActions<Row> {
  readonly client: WatchClient;
  readonly place: HTMLElement;
  readonly name: string;
  readonly kind: WatchKind;
  readonly columns: readonly Column<Row>[];
  readonly sorting: Sorting;
  keyOf(row: Row): string;
  /** Returns the rows, if the data is of this list. */
  read(data: WatchData): RowsPart<Row> | undefined;
  /** Returns further parameters. */
  parameters?(): readonly (readonly [string, string])[];
  /** Called with how many rows match. */
  onMatching?(matching: number): void;
}

/** A list that asks for its rows while it is shown. */
export class WatchedList<Row> {
  readonly table: LongTable<Row>;
  readonly #options: WatchedListOptions<Row>;
  #asked: Disposable | undefined;
  #isShown = false;
  #filter = "";
  #offset = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  /** Creates a list at the end of a place. */
  constructor(options: WatchedListOptions<Row>) {
    this.#options = options;
    this.table = new LongTable<Row>({
      ...options,
      ask: (offset) => this.#ask(offset),
    });
    options.place.append(this.table.element);
  }

  /** Shows the list: its rows are asked for from now on. */
  show(): void {
    this.#isShown = true;
    this.#ask(this.#offset);
  }

  /** Hides the list: its rows are no longer asked for. */
  hide(): void {
    this.#isShown = false;
    this.#asked?.[Symbol.dispose]();
    this.#asked = undefined;
  }

  /** Asks for what matches a text, once typing pauses. */
  filter(text: string): void {
    if (text === this.#filter) return;
    this.#filter = text;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.table.reload(), TYPING_MS);
  }

  /** Asks again where it is, as when a parameter has changed. */
  refresh(): void {
    this.#ask(this.#offset);
  }

  #ask(offset: number): void {
    this.#offset = offset;
    this.#asked?.[Symbol.dispose]();
    this.#asked = undefined;
    if (!this.#isShown) return;
    const { client, kind, read, parameters, onMatching } = this.#options;
    const { by, order } = this.table.sorting;
    const query = new URLSearchParams({
      kind,
      sort: by,
      order,
      offset: String(offset),
      limit: String(PAGE_ROWS),
    });
    if (this.#filter !== "") query.set("filter", this.#filter);
    for (const [name, value] of parameters?.() ?? []) query.append(name, value);
    this.#asked = client.ask(query, {
      show: (data) => {
        const part = read(data);
        if (part === undefined) return;
        this.table.show(part);
        onMatching?.(part.matching);
      },
    });
  }
}
