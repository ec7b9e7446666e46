/**
 * The metrics of the workers of a program: each tells its own to the main
 * thread, which keeps the latest of each.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { CoreTopic } from "../cores/internal.ts";
import type { Core, Cores } from "../cores/mod.ts";
import {
  sumOfThreads,
  type ThreadMetrics,
  threadMetrics,
  totalsOf,
  type WorkerMetrics,
} from "./worker_metrics.ts";

/** What a worker says at each of its snapshots. */
interface Told {
  /** Which life of the worker it is of. */
  readonly incarnation: number;
  readonly metrics: ThreadMetrics;
}

const METRICS: CoreTopic<Told> = new CoreTopic("troupe.metrics");

/**
 * Tells the main thread what this worker has measured, if anybody there wants to
 * know. It is an ask, as nobody may be there yet, or any longer.
 */
export async function tellMetrics(
  core: Core,
  snapshot: ThreadMetrics,
): Promise<void> {
  const { incarnation } = core;
  try {
    await core.ask(METRICS, { incarnation, metrics: threadMetrics(snapshot) });
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
  }
}

/** The latest metrics of each worker. */
export class CoresMetrics implements Disposable {
  readonly #cores: Cores;
  readonly #handling: Disposable;
  readonly #latest = new Map<number, Told>();
  /** What workers had counted when they were ended. */
  readonly #ended = new Map<number, ThreadMetrics>();

  /** Takes what workers say from now on. */
  constructor(cores: Cores) {
    this.#cores = cores;
    this.#handling = cores.handle(METRICS, (told, from) => {
      this.#endOthers(from, told.incarnation);
      this.#latest.set(from, told);
    });
  }

  /**
   * Returns the metrics of each worker that has told any, over all its lives:
   * counts go on where they were, and the rest is that of the life of now.
   */
  read(): WorkerMetrics[] {
    return this.#cores.workers.flatMap(({ index, phase, incarnation }) => {
      const lives = phase !== "lost" && phase !== "stuck" &&
        phase !== "stopped";
      this.#endOthers(index, lives ? incarnation : undefined);
      const parts = [this.#ended.get(index), this.#latest.get(index)?.metrics]
        .filter((part) => part !== undefined);
      if (parts.length === 0) return [];
      return [{ worker: String(index), ...sumOfThreads(parts) }];
    });
  }

  /** Stops to take what workers say. */
  [Symbol.dispose](): void {
    this.#handling[Symbol.dispose]();
  }

  /** Keeps only the counts of a life that is not this one. */
  #endOthers(index: number, incarnation: number | undefined): void {
    const told = this.#latest.get(index);
    if (told === undefined || told.incarnation === incarnation) return;
    this.#latest.delete(index);
    const before = this.#ended.get(index);
    const totals = totalsOf(told.metrics);
    this.#ended.set(
      index,
      before === undefined ? totals : sumOfThreads([before, totals]),
    );
  }
}
