/**
 * The load of a run, from its first operation to the end of its last one.
 *
 * @module
 */
import {
  type ActorContext,
  ActorSystem,
  type Clock,
  type Timer,
} from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { Distribution } from "../../metrics/internal.ts";
import type { MetricsFeed } from "../../metrics/mod.ts";
import { sum } from "./accounting.ts";
import type { CompiledOperation } from "./compiled_operation.ts";
import { explainBroken, judge } from "./criteria.ts";
import { ClosedModel } from "./closed_model.ts";
import { OpenModel } from "./open_model.ts";
import type { UserModel } from "./user_model.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";
import { type SteadyResults, steadyResults } from "./operation_recorder.ts";
import {
  loadMs,
  type LoadPhase,
  phaseAt,
  type ResolvedPhases,
} from "./phases.ts";
import type { Accounting, LoadProgress, UserResult } from "../result.ts";
import type { Timeline } from "../result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { TimelineRecorder } from "./timeline.ts";
import { UserPool } from "./user_pool.ts";
import { longestMs, steadyMsUntil } from "./verdict.ts";
import { weightedChoice } from "./weighted_choice.ts";

/** How often progress is reported and abort criteria are judged, in ms. */
const PROGRESS_INTERVAL_MS = 1000;
const DEFAULT_ABORT_AFTER_MS = 5000;

/** Options of a {@linkcode LoadGenerator}. */
export interface LoadGeneratorOptions {
  readonly scenario: Scenario;
  readonly phases: ResolvedPhases;
  readonly operations: readonly CompiledOperation[];
  readonly clock: Clock;
  readonly monitor: GeneratorMonitor;
  readonly feed: MetricsFeed | undefined;
  /** Where users live; the load has a system of its own without it. */
  readonly system: ActorSystem | undefined;
  readonly onProgress: ((progress: LoadProgress) => void) | undefined;
  /** When the run started, on the clock. */
  readonly runStartAt: number;
}

/** Generates the load. Disposing closes what users have open. */
export class LoadGenerator implements AsyncDisposable {
  readonly #options: LoadGeneratorOptions;
  readonly #system: ActorSystem;
  readonly #timeline: TimelineRecorder;
  readonly #timers = new Set<Timer>();
  readonly #aborted = Promise.withResolvers<void>();
  readonly lag: Distribution = new Distribution();
  #pool: UserPool | undefined;
  readonly #startAt: number;
  /**
   * When the last operation could have started, in milliseconds of the load.
   */
  #issuedMs: number | undefined;
  #durationMs = 0;
  /** Problems that do not concern the service. */
  readonly warnings: string[] = [];
  /** Which criterion ended the load, in a sentence. */
  abortedBy: string | undefined;

  constructor(options: LoadGeneratorOptions) {
    this.#options = options;
    const { clock, phases } = options;
    this.#system = options.system ?? new ActorSystem({
      clock,
      // The rest of the time is for whoever else has to clean up.
      shutdownMs: phases.cleanupTimeoutMs / 2,
    });
    this.#startAt = clock.now();
    this.#timeline = new TimelineRecorder(longestMs(phases), this.startedMs);
  }

  /** The start of the load, in milliseconds of the run. */
  get startedMs(): number {
    return this.#startAt - this.#options.runStartAt;
  }

  /** Milliseconds from the start to the end of the last operation. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Ends the load now, and interrupts operations under way. */
  abort(): void {
    this.#aborted.resolve();
  }

  /** Runs the load; resolves when it has ended as planned, or was aborted. */
  async run(): Promise<void> {
    const { clock, phases, scenario } = this.#options;
    const { promise, resolve } = Promise.withResolvers<ActorContext<never>>();
    this.#system.spawn<never>((context) => {
      resolve(context);
      return { receive() {} };
    }, { name: "users" });
    const { operations } = this.#options;
    const { model } = scenario.load;
    const pool = this.#pool = new UserPool({
      context: await promise,
      clock,
      model,
      operations,
      timeline: this.#timeline,
    });
    const over = this.#wait(loadMs(phases));
    this.#follow();
    pool.start(this.#model(pool));
    const isAborted = await Promise.race([
      over,
      this.#aborted.promise.then(() => true),
    ]);
    this.#issuedMs = this.#elapsedMs;
    this.#options.monitor.stop();
    const drained = pool.drain();
    if (isAborted !== true) {
      const limit = this.#wait(phases.drainTimeoutMs);
      await Promise.race([drained, limit, this.#aborted.promise]);
    }
    pool.stop();
    this.#durationMs = this.#elapsedMs;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #model(pool: UserPool): UserModel {
    const { clock, phases, operations, scenario, monitor } = this.#options;
    const { load, seed = 1 } = scenario;
    const context = {
      clock,
      startAt: this.#startAt,
      pool,
      phases,
      seed,
      operations,
      choose: weightedChoice(
        scenario.operations.map(({ weight = 1 }) => weight),
      ),
      timeline: this.#timeline,
      lag: this.lag,
      onIdle: (ms: number) => monitor.addIdle(ms),
    };
    return load.model === "open"
      ? new OpenModel(context, load)
      : new ClosedModel(context, load);
  }

  get #elapsedMs(): number {
    return this.#options.clock.now() - this.#startAt;
  }

  #at(delayMs: number, act: () => void): void {
    const timer = this.#options.clock.schedule(delayMs, () => {
      this.#timers.delete(timer);
      act();
    });
    this.#timers.add(timer);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#at(delayMs, resolve));
  }

  /** Watches the generator, and reports progress. */
  #follow(): void {
    const { monitor, phases: { rampUpMs, steadyMs } } = this.#options;
    this.#at(rampUpMs, () => monitor.start());
    this.#at(rampUpMs + steadyMs, () => monitor.stop());
    this.#reportAt(PROGRESS_INTERVAL_MS);
  }

  #reportAt(atMs: number): void {
    // Timers take whole milliseconds: rounded down, it would be too early.
    this.#at(Math.ceil(atMs - this.#elapsedMs), () => {
      this.#options.monitor.sample();
      this.#report();
      this.#judge();
      // A late timer ends all intervals that have passed.
      while (this.#timeline.endMs <= this.#elapsedMs) {
        this.#timeline.endInterval(...this.#now);
      }
      this.#reportAt(Math.max(atMs + PROGRESS_INTERVAL_MS, this.#elapsedMs));
    });
  }

  /** The phase in which the current interval started, and the users now. */
  get #now(): [LoadPhase, number] {
    const { startMs } = this.#timeline;
    return [phaseAt(this.#options.phases, startMs), this.#pool?.size ?? 0];
  }

  #report(): void {
    const { onProgress, phases, feed } = this.#options;
    if (onProgress === undefined) return;
    // An asynchronous one rejects, and nobody else would notice.
    Promise.try(onProgress, {
      phase: phaseAt(phases, this.#elapsedMs),
      elapsedMs: this.#elapsedMs,
      plannedMs: loadMs(phases),
      total: this.total(),
      inFlight: this.#pool?.inFlight ?? 0,
      point: this.#timeline.point(...this.#now),
      metrics: feed?.latest ?? null,
    }).catch((error) => {
      if (this.warnings.length > 0) return;
      this.warnings.push(`onProgress threw: ${reasonOf(error)}`);
    });
  }

  #judge(): void {
    const { scenario: { criteria = [] }, phases } = this.#options;
    const steadyMs = this.#elapsedMs - phases.rampUpMs;
    const due = criteria.filter(({ abort, abortAfterMs }) =>
      abort && steadyMs >= (abortAfterMs ?? DEFAULT_ABORT_AFTER_MS)
    );
    if (due.length === 0 || this.abortedBy !== undefined) return;
    const { all, operations } = this.results();
    const results = judge(due, all, operations);
    const [broken] = explainBroken(results, all, operations);
    if (broken === undefined) return;
    this.abortedBy = `A criterion ended the run: ${broken}`;
    this.abort();
  }

  // Results, so far or in the end.

  /** Returns the counters of all phases together. */
  total(): Accounting {
    return sum(
      this.#options.operations.flatMap(({ recorder }) => [
        recorder.steady,
        recorder.outside,
      ]),
    );
  }

  /** Returns the results of the steady phase. */
  results(): SteadyResults {
    const { operations, scenario, phases } = this.#options;
    return steadyResults(
      operations.map(({ recorder }) => recorder),
      scenario.load.model,
      steadyMsUntil(phases, this.#issuedMs ?? this.#elapsedMs),
    );
  }

  /** Returns what became of the users. */
  users(): UserResult {
    const { load } = this.#options.scenario;
    const planned = load.model === "open" ? load.maxUsers : load.users;
    return this.#pool?.result(planned) ??
      { planned, started: 0, replaced: 0, peak: 0 };
  }

  /** Returns the timeline of the load. */
  timeline(): Timeline {
    return this.#timeline.finish(...this.#now);
  }

  /** Closes what users have open, within the limit of the clean-up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
    const unclosed = this.#pool?.unclosed ?? 0;
    if (unclosed > 0) {
      this.warnings.push(`${unclosed} virtual users did not close in time.`);
    }
    for (const { message, count } of this.#pool?.closeErrors.top() ?? []) {
      this.warnings.push(
        `Virtual users could not be closed (${count} times): ${message}`,
      );
    }
  }
}
