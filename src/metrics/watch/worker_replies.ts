/**
 * The part of a worker: looks at its own actors while the main thread asks.
 *
 * @module
 */
import { type ActorTable, ActorWatch } from "../../actor/internal.ts";
import type { ActorSystem, Timer } from "../../actor/mod.ts";
import type { Core } from "../../cores/mod.ts";
import { actorsSummary, sumsOf } from "./actor_rows.ts";
import type { WatchQuery } from "./query.ts";
import { viewData } from "./view_data.ts";
import { WORKER_VIEWS, type WorkerViews } from "./worker_protocol.ts";

/** Milliseconds for which a look is good enough for another question. */
const FRESH_MS = 400;
/** Milliseconds after the last question until nothing is kept any more. */
const REST_MS = 15_000;

/** Shows the actors of a worker to the main thread until it is disposed. */
export class WorkerReplies implements Disposable {
  readonly #system: ActorSystem;
  readonly #handling: Disposable;
  #watch: ActorWatch | undefined;
  #table: ActorTable | undefined;
  #looking: Promise<ActorTable> | undefined;
  #rest: Timer | undefined;

  /** Looks at nothing before it is asked. */
  constructor(core: Core, system: ActorSystem) {
    this.#system = system;
    this.#handling = core.handle(
      WORKER_VIEWS,
      (queries) => this.#reply(queries),
    );
  }

  async #reply(queries: readonly WatchQuery[]): Promise<WorkerViews> {
    const { clock } = this.#system;
    this.#rest?.cancel();
    this.#rest = clock.schedule(REST_MS, () => this.#forget());
    this.#rest.unref();
    const actors = await this.#look();
    return {
      summary: actorsSummary(actors, 0),
      sums: sumsOf(actors.sum),
      children: actors.entries.filter(({ depth }) => depth === 0).length,
      data: queries.map((query) => viewData(query, { actors }, 0)),
    };
  }

  async #look(): Promise<ActorTable> {
    const nowMs = this.#system.clock.now();
    if (this.#table !== undefined && nowMs - this.#table.atMs < FRESH_MS) {
      return this.#table;
    }
    const watch = this.#watch ??= new ActorWatch(this.#system);
    this.#looking ??= watch.look().finally(() => this.#looking = undefined);
    return this.#table = await this.#looking;
  }

  #forget(): void {
    this.#rest?.cancel();
    this.#watch?.[Symbol.dispose]();
    this.#watch = this.#table = undefined;
  }

  /** Replies no more. */
  [Symbol.dispose](): void {
    this.#handling[Symbol.dispose]();
    this.#forget();
  }
}
