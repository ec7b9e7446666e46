/**
 * The load of a run that several workers generate, each its share.
 *
 * @module
 */
import { ActorSystem } from "../../../actor/mod.ts";
import type { Clock, Timer } from "../../../actor/mod.ts";
import { reasonOf } from "../../../checks/internal.ts";
import { type Cores, cores } from "../../../cores/mod.ts";
import type { Distribution, MetricsFeed } from "../../../metrics/mod.ts";
import type { Accounting } from "../../operation_result.ts";
import type { LoadProgress } from "../../result.ts";
import type { UserResult, WorkerResult } from "../../result_details.ts";
import { mostUsers } from "../../scenario/load_level.ts";
import { rowsOf, stepsIn } from "../../scenario/placed_steps.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { sum } from "../accounting.ts";
import { type Abort, abortingCriterion } from "../criteria.ts";
import type { GeneratorMonitor } from "../generator_monitor.ts";
import type { Load, LoadDetails, LoadNow } from "../load.ts";
import {
  detailsOf,
  MAX_CHART_POINTS,
  MAX_CHARTED,
  type Recorded,
  runErrors,
} from "../operation_details.ts";
import { type LoadFigures, loadFigures } from "../load_figures.ts";
import type { ResolvedPhases } from "../phases.ts";
import { progressOf, reportProgress } from "../progress.ts";
import { MAX_POINTS } from "../timeline.ts";
import {
  interruptedPart,
  type LoadPart,
  mergeDistributions,
  mergeRecorders,
  mergeUsers,
} from "./load_part.ts";
import {
  ABORT_SHARE,
  type LoadWorkerData,
  RUN_SHARE,
  SHARE_PROGRESS,
} from "./load_topics.ts";
import { MergedTimeline } from "./merged_timeline.ts";

/** How often progress is reported and abort criteria are judged, in ms. */
const PROGRESS_INTERVAL_MS = 1000;

const WORKER = new URL("./load_worker.ts", import.meta.url);

/** Options of a {@linkcode WorkersLoad}. */
export interface WorkersLoadOptions {
  readonly scenario: Scenario;
  readonly phases: ResolvedPhases;
  readonly workers: number;
  readonly data: LoadWorkerData;
  readonly clock: Clock;
  readonly monitor: GeneratorMonitor;
  readonly feed: MetricsFeed | undefined;
  /** Where the workers are supervised; the load has one of its own without. */
  readonly system: ActorSystem | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  /** When the run started, on the clock. */
  readonly runStartAt: number;
}

/** Has workers generate the load, and merges what they measure. */
export class WorkersLoad implements Load {
  readonly #options: WorkersLoadOptions;
  readonly #system: ActorSystem;
  readonly #cores: Promise<Cores>;
  readonly #parts: (LoadPart | undefined)[];
  readonly #timers = new Set<Timer>();
  readonly #ownWarnings: string[] = [];
  #timeline: MergedTimeline | undefined;
  /** Those of the first operations. */
  #charts: readonly MergedTimeline[] = [];
  #startAt = 0;
  #isAborted = false;
  #isOver = false;
  /** Why the run is invalid, in sentences. */
  readonly lost: string[] = [];
  abortedBy: Abort | undefined;

  /** Starts the workers, which do nothing yet. */
  constructor(options: WorkersLoadOptions) {
    const { workers, phases, data } = options;
    this.#options = options;
    this.#parts = Array.from({ length: workers });
    const shutdownMs = phases.cleanupTimeoutMs / 2;
    this.#system = options.system ?? new ActorSystem({ shutdownMs });
    if (options.system === undefined) {
      // A worker that is lost is a reason of the result.
      this.#system.events.subscribe(() => {}, { handlesFailures: true });
    }
    this.#cores = cores(this.#system, WORKER, {
      count: workers,
      data,
      // They share no port.
      spread: "first_worker",
      startMs: phases.prepareTimeoutMs,
      shutdownMs,
      handlers: [
        SHARE_PROGRESS.handledBy((part, index) => this.#onPart(index, part)),
      ],
    });
    this.#cores.catch(() => {});
  }

  /** Resolves when all workers can start; rejects if one cannot. */
  async ready(): Promise<void> {
    await this.#cores;
  }

  async run(): Promise<void> {
    const { clock, phases, monitor } = this.#options;
    const workersReady = await this.#cores;
    this.#startAt = clock.now();
    this.#timeline = this.#newTimeline();
    this.#charts = this.#rows.slice(0, MAX_CHARTED).map(() =>
      this.#newTimeline(MAX_CHART_POINTS)
    );
    const { rampUpMs, steadyMs } = phases;
    this.#at(rampUpMs, () => monitor.start());
    this.#at(rampUpMs + steadyMs, () => monitor.stop());
    this.#at(PROGRESS_INTERVAL_MS, this.#follow);
    const shares = this.#parts.map(async (_, index) => {
      try {
        const part = await workersReady.ask(index, RUN_SHARE, undefined, {
          timeoutMs: Infinity,
        });
        this.#onPart(index, part);
      } catch (error) {
        this.#lose(index, error);
      }
    });
    if (this.#isAborted) this.abort();
    await Promise.all(shares);
    this.#isOver = true;
    monitor.stop();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    monitor.eventLoopDelay = mergeDistributions(
      this.#known.map(({ eventLoopDelay }) => eventLoopDelay),
    );
    for (const { idleMs } of this.#known) monitor.addIdle(idleMs);
  }

  abort(): void {
    this.#isAborted = true;
    this.#cores.then((workers) => {
      for (let index = 0; index < workers.count; index++) {
        workers.tell(index, ABORT_SHARE, undefined);
      }
    }, () => {});
  }

  #onPart(index: number, part: LoadPart): void {
    if (this.#isOver) return;
    this.#parts[index] = part;
    const { run, charts } = part.intervals;
    for (const interval of run) this.#timeline?.add(interval);
    charts.forEach((chart, index) => {
      for (const interval of chart) this.#charts[index]?.add(interval);
    });
  }

  /** A smaller load would measure something else: the others end as well. */
  #lose(index: number, error: unknown): void {
    const part = this.#parts[index];
    if (part !== undefined) {
      const intervals = { run: [], charts: [] };
      this.#parts[index] = interruptedPart({ ...part, intervals });
      this.#timeline?.add(part.current);
    }
    this.lost.push(
      `Worker ${index} of ${this.#parts.length} was lost, and with it its share of the load: ${
        reasonOf(error)
      }`,
    );
    this.abort();
  }

  #at(delayMs: number, act: () => void): void {
    const timer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  readonly #follow = (): void => {
    this.#options.monitor.sample();
    this.#report();
    this.#judge();
    this.#at(PROGRESS_INTERVAL_MS, this.#follow);
  };

  #report(): void {
    const { onProgress, scenario, phases, feed } = this.#options;
    const parts = this.#known;
    const timeline = this.#timeline;
    if (onProgress === undefined || timeline === undefined) return;
    const progress = progressOf({
      scenario,
      phases,
      feed,
      load: this,
      elapsedMs: this.#elapsedMs,
      inFlight: parts.reduce((all, { inFlight }) => all + inFlight, 0),
      point: timeline.current(parts.map(({ current }) => current)),
    });
    reportProgress(onProgress, progress, this.#ownWarnings);
  }

  #judge(): void {
    const { scenario, phases } = this.#options;
    if (this.abortedBy !== undefined || this.#known.length === 0) return;
    this.abortedBy = abortingCriterion(
      scenario.criteria ?? [],
      phases,
      this.#elapsedMs,
      () => this.results(),
    );
    if (this.abortedBy !== undefined) this.abort();
  }

  get #known(): LoadPart[] {
    return this.#parts.filter((part) => part !== undefined);
  }

  get #elapsedMs(): number {
    return this.#options.clock.now() - this.#startAt;
  }

  // Results, so far or in the end.

  now(): LoadNow {
    const parts = this.#known;
    const sum = (of: (part: LoadPart) => number) =>
      parts.reduce((total, part) => total + of(part), 0);
    return {
      recorders: mergeRecorders(this.#rows, parts),
      users: sum(({ current }) => current.users),
      inFlight: sum(({ inFlight }) => inFlight),
    };
  }

  get startedMs(): number {
    return this.#startAt - this.#options.runStartAt;
  }

  get durationMs(): number {
    return Math.max(0, ...this.#known.map((part) => endMs(part)));
  }

  get lag(): Distribution {
    return mergeDistributions(this.#known.map(({ lag }) => lag));
  }

  get warnings(): readonly string[] {
    const others = this.#parts.flatMap((part, index) =>
      (part?.warnings ?? []).map((warning) => `Worker ${index}: ${warning}`)
    );
    return [...this.#ownWarnings, ...others];
  }

  total(): Accounting {
    return sum(this.#known.flatMap((part) => this.#totalsOf(part)));
  }

  results(): LoadFigures {
    const { scenario, phases } = this.#options;
    const parts = this.#known;
    return loadFigures({
      recorders: mergeRecorders(this.#rows, parts),
      model: scenario.load.model,
      rows: rowsOf(scenario.operations),
      stages: phases.stages,
      startedMs: this.startedMs,
      issuedMs: Math.max(0, ...parts.map(({ issuedMs }) => issuedMs)),
    });
  }

  users(): UserResult {
    const { load } = this.#options.scenario;
    const planned = mostUsers(load);
    return { ...mergeUsers(this.#known.map(({ users }) => users)), planned };
  }

  /** Returns what each worker has done. */
  workers(): WorkerResult[] {
    return this.#parts.map((part, index) => ({
      index,
      users: part?.users.planned ?? 0,
      total: sum(part === undefined ? [] : this.#totalsOf(part)),
      lagP99Ms: part === undefined
        ? null
        : mergeDistributions([part.lag]).quantile(0.99),
      eventLoopDelayP99Ms: part === undefined
        ? null
        : mergeDistributions([part.eventLoopDelay]).quantile(0.99),
    }));
  }

  details(): LoadDetails {
    const { scenario } = this.#options;
    this.#timeline ??= this.#newTimeline();
    const timeline = this.#timeline.finish();
    const recorded: Recorded = {
      recorders: mergeRecorders(this.#rows, this.#known),
      model: scenario.load.model,
      steps: stepsIn(scenario),
    };
    const charts = this.#charts.map((chart) => chart.finish());
    return {
      timeline,
      details: detailsOf(recorded, charts),
      errors: runErrors(recorded, this.startedMs),
      points: this.#timeline.generatorPoints,
    };
  }

  #newTimeline(maxPoints = MAX_POINTS): MergedTimeline {
    const { phases, workers, scenario: { load: { model } } } = this.#options;
    const offsetMs = this.startedMs;
    return new MergedTimeline({ phases, model, offsetMs, maxPoints }, workers);
  }

  /** The names of operations and steps, in the order of the scenario. */
  get #rows(): string[] {
    return rowsOf(this.#options.scenario.operations).map(({ name }) => name);
  }

  /** Returns the counters of all operations and phases of a worker. */
  #totalsOf({ operations }: LoadPart): Accounting[] {
    const rows = rowsOf(this.#options.scenario.operations);
    return operations.flatMap(({ steady, outside }, index) =>
      // Steps are a part of their flows.
      rows[index]?.isStep ? [] : [steady, outside]
    );
  }

  /** Ends all workers of the load, in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    const workers = await this.#cores.catch(() => undefined);
    await workers?.close();
    await this.#system.shutdown();
  }
}

function endMs({ durationMs, elapsedMs }: LoadPart): number {
  return durationMs > 0 ? durationMs : elapsedMs;
}
