/**
 * The actors of the workers of a program, as far as somebody looks at them: each
 * worker is asked for what the views show, and no more.
 *
 * @module
 */
import { type Clock, TroupeError } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { CoreRequestError } from "../../cores/internal.ts";
import type { CoreInfo, Cores } from "../../cores/mod.ts";
import type { WatchData, WatchedState, WatchKind } from "./protocol.ts";
import { keyOf, type WatchQuery } from "./query.ts";
import {
  queryForWorker,
  WORKER_VIEWS,
  type WorkerNow,
  type WorkerViews,
} from "./worker_protocol.ts";

/** Milliseconds that a look waits for workers. */
const WAIT_MS = 500;
/** Milliseconds after which a worker that has not replied is asked again. */
const REPLY_MS = 10_000;

const STATES: Readonly<Record<CoreInfo["phase"], WatchedState>> = {
  starting: "starting",
  running: "running",
  stopping: "stopping",
  lost: "waiting",
  stuck: "stopping",
  stopped: "stopped",
};

/** What is known of one worker. */
interface Known {
  readonly incarnation: number;
  views: Omit<WorkerViews, "data"> | undefined;
  /** The data of views, by their questions. */
  data: Map<string, WatchData>;
  failure: string | null;
  isAsked: boolean;
}

/** Whether a kind of view shows actors. */
export function showsActors(kind: WatchKind): boolean {
  return kind === "overview" || kind === "actors" || kind === "actor" ||
    kind === "dead_letters";
}

/** Looks at the actors of workers. */
export class WorkerLooks {
  readonly #cores: Cores;
  readonly #clock: Clock;
  readonly #known = new Map<number, Known>();
  /** The questions that the last look was for. */
  #seen = new Set<string>();

  /** Creates one that asks nothing yet. */
  constructor(cores: Cores, clock: Clock) {
    this.#cores = cores;
    this.#clock = clock;
  }

  /** Whether the workers were asked such a question at the last look. */
  hasSeen(query: WatchQuery): boolean {
    return !showsActors(query.kind) || this.#seen.has(keyOf(query));
  }

  /**
   * Asks the workers questions, those of the views alone or one more. One that
   * does not reply in time holds nothing up: it is shown as it was.
   */
  async look(
    queries: readonly WatchQuery[],
    isOneMore: boolean = false,
  ): Promise<void> {
    const wanted = queries.filter(({ kind }) => showsActors(kind));
    if (wanted.length === 0) return;
    const keys = wanted.map(keyOf);
    this.#seen = isOneMore ? this.#seen.union(new Set(keys)) : new Set(keys);
    const asked = this.#cores.workers.map((worker) =>
      this.#ask(worker, wanted, isOneMore)
    );
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.schedule(WAIT_MS, resolve);
    await Promise.race([Promise.all(asked), late]);
    timer.cancel();
  }

  async #ask(
    { index, phase, incarnation }: CoreInfo,
    queries: readonly WatchQuery[],
    isOneMore: boolean,
  ): Promise<void> {
    let known = this.#known.get(index);
    if (known === undefined || known.incarnation !== incarnation) {
      known = {
        incarnation,
        views: undefined,
        data: new Map(),
        failure: null,
        isAsked: false,
      };
      this.#known.set(index, known);
    }
    // Whoever has not replied yet is not asked more and more.
    if (phase !== "running" || known.isAsked) return;
    known.isAsked = true;
    const own = queries.flatMap((query) => {
      const translated = queryForWorker(query, index);
      return translated === undefined
        ? []
        : [{ key: keyOf(query), query: translated }];
    });
    try {
      const { data, ...views } = await this.#cores.ask(
        index,
        WORKER_VIEWS,
        own.map(({ query }) => query),
        { timeoutMs: REPLY_MS },
      );
      known.views = views;
      known.failure = null;
      const replies = own.flatMap(({ key }, at) => {
        const reply = data[at];
        return reply === undefined ? [] : [[key, reply] as const];
      });
      known.data = new Map([...isOneMore ? known.data : [], ...replies]);
    } catch (error) {
      if (!(error instanceof TroupeError)) throw error;
      known.failure = error instanceof CoreRequestError
        ? "it shows none: it needs a MetricsCollector with its core and system"
        : reasonOf(error);
    } finally {
      known.isAsked = false;
    }
  }

  /** Returns the workers as they are now, with their data of a view. */
  workersFor(query: WatchQuery): WorkerNow[] {
    const key = keyOf(query);
    return this.#cores.workers.map(({ index, phase, incarnation }) => {
      const known = this.#known.get(index);
      const isNow = known?.incarnation === incarnation && phase === "running";
      return {
        index,
        state: STATES[phase],
        restarts: Math.max(0, incarnation - 1),
        failure: isNow
          ? known.failure ?? (known.isAsked ? "it has not replied yet" : null)
          : null,
        views: isNow ? known.views : undefined,
        data: isNow ? known.data.get(key) : undefined,
      };
    });
  }

  /** Nobody looks any more. */
  rest(): void {
    this.#known.clear();
    this.#seen.clear();
  }
}
