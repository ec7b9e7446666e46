/**
 * The view of connections: sessions, their streams, and who waits for whom.
 *
 * @module
 */
import type {
  SessionRow,
  SessionsSummary,
  StreamRow,
} from "../watch/protocol.ts";
import { byId, inputById, setText } from "./elements.ts";
import type { View } from "./view.ts";
import type { WatchClient } from "./watch_client.ts";
import { SESSION_COLUMNS, STREAM_COLUMNS } from "./watch_columns.ts";
import { sessionsText } from "./watch_texts.ts";
import { WatchedList } from "./watched_list.ts";

/** The view of connections. */
export class ConnectionsView implements View {
  readonly #sessions: WatchedList<SessionRow>;
  readonly #streams: WatchedList<StreamRow>;
  readonly #only = byId("streams-all");
  /** The session whose streams are shown; all without one. */
  #session: SessionRow | undefined;

  /** Takes over its part of the page. */
  constructor(client: WatchClient) {
    this.#sessions = new WatchedList<SessionRow>({
      client,
      place: byId("sessions-table"),
      name: "Sessions",
      kind: "sessions",
      columns: SESSION_COLUMNS,
      sorting: { by: "waiting", order: "descending" },
      keyOf: ({ id }) => String(id),
      read: (data) => data.type === "sessions" ? data : undefined,
      choose: (row) => this.#choose(row),
    });
    this.#streams = new WatchedList<StreamRow>({
      client,
      place: byId("streams-table"),
      name: "Streams",
      kind: "streams",
      columns: STREAM_COLUMNS,
      sorting: { by: "waits", order: "descending" },
      keyOf: ({ session, stream }) => `${session}/${stream}`,
      read: (data) => data.type === "streams" ? data : undefined,
      parameters: () =>
        this.#session === undefined
          ? []
          : [["session", String(this.#session.id)]],
    });
    const filter = inputById("connections-filter");
    filter.addEventListener("input", () => {
      this.#sessions.filter(filter.value);
      this.#streams.filter(filter.value);
    });
    this.#only.addEventListener("click", () => this.#choose(undefined));
  }

  /** Shows what all sessions come to. */
  summarize(summary: SessionsSummary): void {
    setText(byId("connections-summary"), sessionsText(summary));
  }

  show(): void {
    this.#sessions.show();
    this.#streams.show();
  }

  hide(): void {
    this.#sessions.hide();
    this.#streams.hide();
  }

  #choose(session: SessionRow | undefined): void {
    this.#session = session;
    this.#only.hidden = session === undefined;
    setText(
      byId("streams-title"),
      session === undefined
        ? "Streams"
        : `Streams of ${session.remote} #${session.id}`,
    );
    this.#streams.table.reload();
  }
}
