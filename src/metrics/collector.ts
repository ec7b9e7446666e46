/**
 * The collector: takes snapshots at an interval, keeps them, and passes them
 * to its listeners.
 *
 * @module
 */
import {
  type ActorSystem,
  type Clock,
  realClock,
  type Timer,
  TroupeError,
} from "../actor/mod.ts";
import { checkFunction, checkNumber } from "../checks/internal.ts";
import type { Core, Cores } from "../cores/mod.ts";
import { readActors } from "./actor_source.ts";
import { AlertWatch } from "./alert_watch.ts";
import { CgroupSource } from "./cgroup_source.ts";
import {
  type MetricsCollectorOptions,
  resolveCollectorOptions,
} from "./collector_options.ts";
import { CoresMetrics, tellMetrics } from "./cores_metrics.ts";
import { ErrorReporter } from "./error_reporter.ts";
import { EventLoopDelay } from "./event_loop_delay.ts";
import type { AlertEvent, MetricsEvent, MetricsFeed } from "./feed.ts";
import { HistoryRing } from "./history_ring.ts";
import { HostSource } from "./host_source.ts";
import { Instruments } from "./instruments.ts";
import { ProcessSource } from "./process_source.ts";
import type { ActorMetrics, MetricsSnapshot } from "./snapshot.ts";
import { SqliteHistory } from "./sqlite_history.ts";
import {
  threadMetrics,
  withThreads,
  type WorkerMetrics,
} from "./worker_metrics.ts";
import { WorkerReplies } from "./watch/worker_replies.ts";

/** One subscription; the same function may have several. */
interface Subscription {
  readonly listener: (event: MetricsEvent) => void;
}

/**
 * Collects snapshots of this process, the machine, a system of actors and the
 * application's own instruments. It never prompts for a permission: what is
 * not granted is `null`. It does not keep the process alive.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { MetricsCollector } from "@troupe/troupe/metrics";
 *
 * await using system = new ActorSystem();
 * await using collector = new MetricsCollector({
 *   system,
 *   alerts: [{
 *     name: "memory",
 *     metric: "process.rssBytes",
 *     above: 2_000_000_000,
 *     clearAt: 1_800_000_000,
 *     forMs: 30_000,
 *   }],
 * });
 * collector.instruments.counter("orders").add();
 * collector.start();
 * console.assert(collector.latest?.sequence === 1);
 * ```
 */
export class MetricsCollector implements MetricsFeed, AsyncDisposable {
  /** Instruments of the application; they are part of each snapshot. */
  readonly instruments: Instruments;
  /** The system whose actors are counted, and shown on the page. */
  readonly system: ActorSystem | undefined;
  /** The workers whose actors are shown beside them. */
  readonly cores: Cores | undefined;
  readonly #core: Core | undefined;
  /** In a worker, what shows its actors to the main thread. */
  readonly #replies: WorkerReplies | undefined;
  readonly #cores: CoresMetrics | undefined;
  readonly #clock: Clock;
  readonly #timeOfDay: () => number;
  readonly #intervalMs: number;
  readonly #maxActorGroups: number;
  readonly #errors: ErrorReporter;
  readonly #process = new ProcessSource();
  readonly #host = new HostSource();
  readonly #cgroup = new CgroupSource();
  readonly #alerts: AlertWatch;
  readonly #ring: HistoryRing;
  readonly #file: SqliteHistory | undefined;
  readonly #subscriptions = new Set<Subscription>();
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#close();
  #phase: "ready" | "started" | "closed" = "ready";
  #eventLoop: EventLoopDelay | undefined;
  #timer: Timer | undefined;
  #sequence = 0;
  /** What makes a time since 1970 of a time of the clock. */
  readonly #steadyOffsetMs: number;
  #latest: MetricsSnapshot | undefined;
  #workers: readonly WorkerMetrics[] | undefined;

  /**
   * Creates a collector without snapshots of its own; call `start` or
   * `collect` next.
   *
   * @param options May be left out; each option has its default.
   * @throws {RangeError} if a number is out of its range.
   * @throws {TypeError} if an option is not known or has the wrong type, or a
   * rule of an alert makes no sense.
   * @throws {MetricsHistoryError} if the history cannot be opened or read.
   */
  constructor(options: MetricsCollectorOptions = {}) {
    const resolved = resolveCollectorOptions(options);
    const { retentionMs, maxSnapshots, maxActorGroups, intervalMs } = resolved;
    const { alerts, instruments } = resolved;
    const { system, historyPath, signal, core, cores } = options;
    const limits = { retentionMs, maxSnapshots };
    this.system = system;
    this.cores = cores;
    this.#core = core;
    this.#cores = cores && new CoresMetrics(cores);
    this.#clock = options.clock ?? system?.clock ?? realClock;
    this.instruments = new Instruments({ ...instruments, clock: this.#clock });
    this.#timeOfDay = options.timeOfDay ?? Date.now;
    this.#intervalMs = intervalMs;
    this.#maxActorGroups = maxActorGroups;
    this.#errors = new ErrorReporter(
      options.onError ??
        ((error) => console.error("The metrics collector has failed:", error)),
    );
    this.#alerts = new AlertWatch(alerts, this.instruments, this.#errors);
    this.#ring = new HistoryRing(limits);
    if (historyPath !== undefined) {
      this.#file = new SqliteHistory(historyPath, limits);
      this.#restore(this.#file);
    }
    // It goes on after the last snapshot of an earlier run, whose time of day
    // may have been ahead.
    const lastMs = this.#ring.latest?.steadyMs ?? -Infinity;
    const startMs = Math.max(this.#timeNow(), lastMs + 1);
    this.#steadyOffsetMs = startMs - this.#clock.now();
    this.#signal = signal;
    if (core !== undefined && system !== undefined) {
      this.#replies = new WorkerReplies(core, system);
    }
    if (signal?.aborted) this.#close();
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  #restore(file: SqliteHistory): void {
    try {
      for (const snapshot of file.read(this.#timeNow())) {
        this.#ring.push(snapshot);
        this.#sequence = snapshot.sequence;
      }
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }

  /** The last snapshot of this collector; `undefined` before the first. */
  get latest(): MetricsSnapshot | undefined {
    return this.#latest;
  }

  /** The snapshots that are kept, oldest first, with those of earlier runs. */
  get history(): readonly MetricsSnapshot[] {
    return this.#ring.toArray();
  }

  /** The alerts that fire now, each with its latest value. */
  get firing(): readonly AlertEvent[] {
    return this.#alerts.firing;
  }

  /**
   * What each thread measures for itself, at the last snapshot; `undefined`
   * without the option `cores`.
   */
  get workers(): readonly WorkerMetrics[] | undefined {
    return this.#workers;
  }

  /**
   * Calls a listener with each event from now on, until the result is
   * disposed. What it throws, or rejects with if it is async, is passed to
   * `onError`, and it is called for the next event all the same.
   *
   * @throws {TypeError} if the listener is not a function.
   */
  subscribe(listener: (event: MetricsEvent) => void): Disposable {
    checkFunction("listener", listener);
    const subscription = { listener };
    this.#subscriptions.add(subscription);
    return {
      [Symbol.dispose]: () => {
        this.#subscriptions.delete(subscription);
      },
    };
  }

  /**
   * Collects now, and then once an interval. From now on the event loop is
   * measured and garbage collections are counted. A second call does nothing.
   *
   * @throws {TroupeError} if the collector is closed.
   */
  start(): void {
    this.#assertOpen("start");
    if (this.#phase === "started") return;
    this.#phase = "started";
    this.#process.start(this.#clock);
    this.#eventLoop = new EventLoopDelay(this.#clock);
    this.collect();
    this.#plan(this.#clock.now());
  }

  #plan(lastMs: number): void {
    // A listener may have closed it.
    if (this.#phase !== "started") return;
    const now = this.#clock.now();
    // An interval that was missed is not made up for.
    const dueMs = Math.max(lastMs + this.#intervalMs, now);
    this.#timer = this.#clock.schedule(dueMs - now, () => {
      // Nothing may be thrown from a timer: it would end the process.
      this.#errors.attempt(() => void this.collect());
      this.#plan(dueMs);
    });
    this.#timer.unref();
  }

  /**
   * Takes a snapshot now, keeps it and passes it to the listeners. If the
   * collector was not started, the event loop and garbage collections are
   * `null` in it.
   *
   * @throws {TroupeError} if the collector is closed.
   */
  collect(): MetricsSnapshot {
    this.#assertOpen("collect");
    const nowMs = this.#clock.now();
    const own: MetricsSnapshot = {
      sequence: ++this.#sequence,
      atMs: this.#timeNow(),
      steadyMs: Math.round(nowMs + this.#steadyOffsetMs),
      process: this.#process.read(nowMs),
      eventLoop: this.#eventLoop?.read() ?? null,
      host: this.#host.read(),
      cgroup: this.#cgroup.read(),
      actors: this.#readActors(),
      instruments: this.instruments.samples(),
    };
    const snapshot = this.#withWorkers(own);
    this.#latest = snapshot;
    this.#ring.push(snapshot);
    this.#errors.attempt(() => this.#file?.push(snapshot));
    const alerts = this.#alerts.update(snapshot, nowMs);
    this.#errors.attempt(() => this.#core && tellMetrics(this.#core, snapshot));
    this.#publish({ type: "snapshot", snapshot });
    for (const alert of alerts) this.#publish({ type: "alert", alert });
    return snapshot;
  }

  /** Adds up what the workers have told; the process is that of all threads. */
  #withWorkers(own: MetricsSnapshot): MetricsSnapshot {
    if (this.#cores === undefined) return own;
    const main = { worker: "main", ...threadMetrics(own) };
    this.#workers = [main, ...this.#cores.read()];
    return withThreads(own, this.#workers);
  }

  #readActors(): ActorMetrics | null {
    const { system } = this;
    if (system === undefined) return null;
    return this.#errors.read(
      "system",
      () => readActors(system, this.#maxActorGroups),
      null,
    );
  }

  /** Milliseconds since 1970, whatever `timeOfDay` does. */
  #timeNow(): number {
    const read = (): number => {
      const atMs: unknown = this.#timeOfDay();
      checkNumber("the result of timeOfDay", atMs, { finite: true });
      return atMs;
    };
    return this.#errors.read("timeOfDay", read, Date.now());
  }

  #publish(event: MetricsEvent): void {
    for (const { listener } of [...this.#subscriptions]) {
      this.#errors.attempt(() => listener(event));
    }
  }

  #assertOpen(action: string): void {
    if (this.#phase !== "closed") return;
    throw new TroupeError(
      `Cannot ${action}: the collector is closed, create another one`,
    );
  }

  #close(): void {
    if (this.#phase === "closed") return;
    // What a worker has counted since the last snapshot is not lost.
    if (this.#core !== undefined && this.#phase === "started") {
      this.#errors.attempt(() => void this.collect());
    }
    this.#phase = "closed";
    this.#replies?.[Symbol.dispose]();
    this.#cores?.[Symbol.dispose]();
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#timer?.cancel();
    this.#eventLoop?.[Symbol.dispose]();
    this.#process[Symbol.dispose]();
    this.#errors.attempt(() => this.#file?.[Symbol.dispose]());
  }

  /** Closes the collector, and writes what waits to the history. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    return Promise.resolve();
  }
}
