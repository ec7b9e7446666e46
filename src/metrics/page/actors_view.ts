/**
 * The view of actors: a tree or a list, one actor, and dead letters.
 *
 * @module
 */
import type {
  ActorRow,
  ActorsSummary,
  DeadLetterRow,
} from "../watch/protocol.ts";
import { ActorDetails } from "./actor_details.ts";
import { byId, inputById, selectById, setText } from "./elements.ts";
import { countText } from "../watch/format.ts";
import type { View } from "./view.ts";
import type { WatchClient } from "./watch_client.ts";
import { actorColumns, DEAD_LETTER_COLUMNS } from "./watch_columns.ts";
import { actorsText } from "./watch_texts.ts";
import { WatchedList } from "./watched_list.ts";

/** The most actors that may be open, as the server allows. */
const MAX_OPEN = 200;

/** The view of actors. */
export class ActorsView implements View {
  readonly #actors: WatchedList<ActorRow>;
  readonly #deadLetters: WatchedList<DeadLetterRow>;
  readonly #details: ActorDetails;
  readonly #tree = byId("actors-tree");
  readonly #all = byId("actors-all");
  readonly #filter = inputById("actors-filter");
  readonly #state = selectById("actors-state");
  #open = new Set<string>();
  #isAllOpen = false;

  /** Takes over its part of the page. */
  constructor(client: WatchClient) {
    this.#details = new ActorDetails(client, byId("actor"));
    const isTree = (): boolean => this.#isTree;
    const tree = { by: "tree", order: "ascending" } as const;
    this.#actors = new WatchedList<ActorRow>({
      client,
      place: byId("actors-table"),
      name: "Actors",
      kind: "actors",
      columns: actorColumns(isTree),
      sorting: tree,
      keyOf: ({ path }) => path,
      read: (data) => data.type === "actors" ? data : undefined,
      parameters: () => this.#parameters(),
      onMatching: (matching) => {
        setText(byId("actors-matching"), `${countText(matching)} shown`);
        // Another column was chosen: it is a list now.
        this.#showMode();
      },
      opening: (row) =>
        !isTree() || row.children === 0
          ? "leaf"
          : this.#isAllOpen || this.#open.has(row.path)
          ? "open"
          : "closed",
      toggle: (row) => this.#toggle(row),
      depth: ({ depth }) => isTree() ? depth : 0,
      choose: ({ path }) => this.#details.open(path),
    });
    this.#deadLetters = new WatchedList<DeadLetterRow>({
      client,
      place: byId("dead-letters-table"),
      name: "Dead letters",
      kind: "dead_letters",
      columns: DEAD_LETTER_COLUMNS,
      sorting: { by: "count", order: "descending" },
      keyOf: ({ path, reason }) => `${reason} ${path}`,
      read: (data) => data.type === "dead_letters" ? data : undefined,
      onMatching: (matching) => byId("dead-letters").hidden = matching === 0,
    });
    this.#tree.addEventListener("click", () => {
      const { table } = this.#actors;
      table.sort(this.#isTree ? { ...tree, by: "path" } : tree);
      this.#showMode();
    });
    this.#all.addEventListener("click", () => {
      this.#isAllOpen = !this.#isAllOpen;
      this.#open.clear();
      this.#actors.table.reload();
      this.#showMode();
    });
    this.#filter.addEventListener("input", () => {
      this.#actors.filter(this.#filter.value);
    });
    this.#state.addEventListener("change", () => this.#actors.table.reload());
  }

  /** Shows what all actors come to. */
  summarize(summary: ActorsSummary): void {
    setText(byId("actors-summary"), actorsText(summary));
  }

  show(): void {
    this.#actors.show();
    this.#deadLetters.show();
    this.#details.show();
  }

  hide(): void {
    this.#actors.hide();
    this.#deadLetters.hide();
    this.#details.hide();
  }

  /** A filter makes a list of the tree. */
  get #isTree(): boolean {
    return this.#actors.table.sorting.by === "tree" &&
      this.#filter.value === "";
  }

  #parameters(): [string, string][] {
    const parameters: [string, string][] = [];
    const { value } = this.#state;
    if (value !== "") parameters.push(["state", value]);
    if (!this.#isTree) return parameters;
    if (this.#isAllOpen) parameters.push(["open", "*"]);
    else for (const path of this.#open) parameters.push(["open", path]);
    return parameters;
  }

  #toggle({ path }: ActorRow): void {
    if (this.#isAllOpen) {
      // From all that are open, one cannot be left out: start from none.
      this.#isAllOpen = false;
      this.#open.clear();
    } else if (!this.#open.delete(path)) {
      this.#open.add(path);
      const [oldest] = this.#open;
      if (this.#open.size > MAX_OPEN && oldest !== undefined) {
        this.#open.delete(oldest);
      }
    }
    this.#actors.refresh();
    this.#showMode();
  }

  #showMode(): void {
    this.#tree.ariaPressed = String(this.#isTree);
    this.#all.ariaPressed = String(this.#isAllOpen);
    this.#all.hidden = !this.#isTree;
  }
}
