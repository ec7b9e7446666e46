/**
 * The views that somebody looks at: while there is one, what they show is looked
 * at once a second, and they are published when they have changed.
 *
 * @module
 */
import { type Clock, realClock, type Timer } from "../../actor/mod.ts";
import type { Cores } from "../../cores/mod.ts";
import type { SseStream } from "../../web/internal.ts";
import { type Found, Looks, type WatchedSources } from "./looks.ts";
import { queryForMain, withWorkers } from "./merged_views.ts";
import type {
  WatchData,
  WatchEvent,
  WatchKind,
  WatchReply,
} from "./protocol.ts";
import { keyOf, type WatchQuery } from "./query.ts";
import { PARTS, viewData } from "./view_data.ts";
import { WorkerLooks } from "./worker_looks.ts";

/** Milliseconds after which a client asks again. */
const RENEW_MS = 5000;
/** Milliseconds after which a view ends that nobody has asked for again. */
const LEASE_MS = 3 * RENEW_MS;
/** Milliseconds from one look to the next. */
const INTERVAL_MS = 1000;
/** Actors that are looked at in a second: some two hundredths of a core. */
const ACTORS_PER_SECOND = 20_000;
/** The most views at once. */
const MAX_VIEWS = 32;

interface View {
  readonly id: string;
  readonly query: WatchQuery;
  /** When it ends; milliseconds, by the clock. */
  endsAtMs: number;
  /** What was sent last. */
  sent: string;
}

/** Watches for the clients of one page. */
export class Watching implements Disposable {
  readonly #looks: Looks;
  /** The actors of workers; there are none without the option `cores`. */
  readonly #workers: WorkerLooks | undefined;
  readonly #events: SseStream;
  readonly #clock: Clock;
  /** Tells its views from those of an earlier process. */
  readonly #name = crypto.randomUUID().slice(0, 8);
  readonly #views = new Map<string, View>();
  #lastId = 0;
  #found: Found = {};
  #looking: Promise<void> | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  /** Creates one that looks at nothing yet. */
  constructor(
    sources: WatchedSources,
    events: SseStream,
    cores?: Cores,
  ) {
    this.#looks = new Looks(sources);
    this.#events = events;
    this.#clock = sources.system?.clock ?? realClock;
    // The rows of workers stand among those of the program.
    if (cores !== undefined && sources.system !== undefined) {
      this.#workers = new WorkerLooks(cores, this.#clock);
    }
  }

  /** Whether the program offers what a view shows. */
  offers(kind: WatchKind): boolean {
    return kind === "overview" ||
      PARTS[kind].every((part) => this.#looks.offers(part));
  }

  /**
   * Returns a view as it is now, and keeps it live; `undefined` if there are too
   * many, or the page was closed.
   */
  async ask(query: WatchQuery): Promise<WatchReply | undefined> {
    if (this.#isClosed) return undefined;
    const now = this.#clock.now();
    this.#endViews(now);
    const key = keyOf(query);
    let view = this.#views.get(key);
    if (view === undefined) {
      if (this.#views.size >= MAX_VIEWS) return undefined;
      const id = `${this.#name}-${++this.#lastId}`;
      view = { id, query, endsAtMs: 0, sent: "" };
      this.#views.set(key, view);
    }
    view.endsAtMs = now + LEASE_MS;
    // Its entries change while it goes on.
    await this.#looking;
    const isFound = PARTS[query.kind].every((part) =>
      !this.#looks.offers(part) || this.#found[part] !== undefined
    );
    if (!isFound) await this.#look();
    else if (this.#workers?.hasSeen(query) === false) {
      await this.#workers.look([query], true);
    }
    const data = this.#dataOf(query);
    if (view.sent === "") view.sent = JSON.stringify(data);
    return { view: view.id, renewMs: RENEW_MS, data };
  }

  /** Ends all views, of every client, for good. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#endViews(Infinity);
  }

  get #intervalMs(): number {
    const actors = this.#found.actors?.entries.length ?? 0;
    return Math.max(INTERVAL_MS, actors * 1000 / ACTORS_PER_SECOND);
  }

  /** Looks at what the views need, one look at a time. */
  #look(): Promise<void> {
    return this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookOnce(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const parts = this.#views.values().flatMap(({ query }) =>
      PARTS[query.kind]
    );
    const queries = [...this.#views.values()].map(({ query }) => query);
    const [found] = await Promise.all([
      this.#looks.at(new Set(parts)),
      this.#workers?.look(queries),
    ]);
    // All views have ended meanwhile.
    if (this.#views.size === 0) return this.#rest();
    this.#found = found;
    this.#timer = this.#clock.schedule(this.#intervalMs, () => {
      this.#endViews(this.#clock.now());
      if (this.#views.size > 0) void this.#look().then(() => this.#publish());
    });
    this.#timer.unref();
  }

  #dataOf(query: WatchQuery): WatchData {
    if (this.#workers === undefined) {
      return viewData(query, this.#found, this.#intervalMs);
    }
    const own = queryForMain(query);
    const data = viewData(own, this.#found, this.#intervalMs);
    return withWorkers(data, query, this.#workers.workersFor(query));
  }

  #rest(): void {
    this.#looks.rest();
    this.#workers?.rest();
  }

  #publish(): void {
    for (const view of this.#views.values()) {
      const data = this.#dataOf(view.query);
      const text = JSON.stringify(data);
      if (text === view.sent) continue;
      view.sent = text;
      const event: WatchEvent = { view: view.id, data };
      this.#events.publishLatest(view.id, "watch", JSON.stringify(event));
    }
  }

  /** Ends the views that nobody has asked for in time. */
  #endViews(nowMs: number): void {
    for (const [key, { id, endsAtMs }] of this.#views) {
      if (endsAtMs > nowMs) continue;
      this.#views.delete(key);
      this.#events.forgetLatest(id);
    }
    if (this.#views.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#found = {};
    if (this.#looking === undefined) this.#rest();
  }
}
