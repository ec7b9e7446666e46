/**
 * The view of terminals.
 *
 * @module
 */
import type { TerminalRow, TerminalsSummary } from "../watch/protocol.ts";
import { byId, inputById, setText } from "./elements.ts";
import type { View } from "./view.ts";
import type { WatchClient } from "./watch_client.ts";
import { TERMINAL_COLUMNS } from "./watch_columns.ts";
import { terminalsText } from "./watch_texts.ts";
import { WatchedList } from "./watched_list.ts";

/** The view of terminals. */
export class TerminalsView implements View {
  readonly #terminals: WatchedList<TerminalRow>;

  /** Takes over its part of the page. */
  constructor(client: WatchClient) {
    this.#terminals = new WatchedList<TerminalRow>({
      client,
      place: byId("terminals-table"),
      name: "Terminals",
      kind: "terminals",
      columns: TERMINAL_COLUMNS,
      sorting: { by: "id", order: "ascending" },
      keyOf: ({ id }) => id,
      read: (data) => data.type === "terminals" ? data : undefined,
    });
    const filter = inputById("terminals-filter");
    filter.addEventListener("input", () => {
      this.#terminals.filter(filter.value);
    });
  }

  /** Shows what all terminals come to. */
  summarize(summary: TerminalsSummary): void {
    setText(byId("terminals-summary"), terminalsText(summary));
  }

  show(): void {
    this.#terminals.show();
  }

  hide(): void {
    this.#terminals.hide();
  }
}
