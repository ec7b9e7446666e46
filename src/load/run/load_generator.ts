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
import { Distribution, stateOf } from "../../metrics/internal.ts";
import type { MetricsFeed } from "../../metrics/mod.ts";
import { sum } from "./accounting.ts";
import { type CompiledOperation, recordersOf } from "./compiled_operation.ts";
import { type Abort, abortingCriterion } from "./criteria.ts";
import { ClosedModel } from "./closed_model.ts";
import { OpenModel } from "./open_model.ts";
import type { UserModel } from "./user_model.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";
import type { Load, LoadDetails, LoadNow } from "./load.ts";
import { LoadTimelines } from "./load_timelines.ts";
import { detailsOf, type Recorded, runErrors } from "./operation_details.ts";
import { recorderState } from "./operation_recorder.ts";
import { type LoadFigures, loadFigures } from "./load_figures.ts";
import { loadMs, type ResolvedPhases } from "./phases.ts";
import type { Accounting } from "../operation_result.ts";
import type { LoadProgress } from "../result.ts";
import type { UserResult } from "../result_details.ts";
import { mostUsers } from "../scenario/load_level.ts";
import { rowsOf, stepsIn } from "../scenario/placed_steps.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { progressOf, reportProgress } from "./progress.ts";
import { type Share, shareOf } from "./share.ts";
import { UserPool } from "./user_pool.ts";
import { weightedChoice } from "./weighted_choice.ts";
import { intervalState, type LoadPart } from "./workers/load_part.ts";

/** How often progress is reported and abort criteria are judged, in ms. */
const PROGRESS_INTERVAL_MS = 1000;

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
  /** How much of the load it is. */
  readonly share: Share;
}

/** Generates the load, or a share of it, on this thread. */
export class LoadGenerator implements Load {
  readonly #options: LoadGeneratorOptions;
  readonly #system: ActorSystem;
  readonly #timelines: LoadTimelines;
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
  #isOver = false;
  /** Problems that do not concern the service. */
  readonly warnings: string[] = [];
  /** The criterion that ended the load. */
  abortedBy: Abort | undefined;

  constructor(options: LoadGeneratorOptions) {
    this.#options = options;
    const { clock, phases } = options;
    this.#system = options.system ?? new ActorSystem({
      clock,
      // The rest of the time is for whoever else has to clean up.
      shutdownMs: phases.cleanupTimeoutMs / 2,
    });
    this.#startAt = clock.now();
    this.#timelines = new LoadTimelines({
      phases,
      model: options.scenario.load.model,
      startedMs: this.startedMs,
      monitor: options.monitor,
      recorders: recordersOf(options.operations),
      isShare: options.share.count > 1,
    });
  }

  /** The start of the load, in milliseconds of the run. */
  get startedMs(): number {
    return this.#startAt - this.#options.runStartAt;
  }

  /** Milliseconds from the start to the end of the last operation. */
  get durationMs(): number {
    return this.#durationMs;
  }

  abort(): void {
    this.#aborted.resolve();
    if (this.#isOver) this.#pool?.interruptTeardowns();
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
      timeline: this.#timelines.run,
      share: this.#options.share,
      phases,
      startAt: this.#startAt,
    });
    const over = this.#wait(loadMs(phases));
    this.#follow();
    const userModel = this.#model(pool);
    pool.start(userModel);
    const isAborted = await Promise.race([
      over,
      this.#aborted.promise.then(() => true),
    ]);
    // The generator may have stalled over the end: its timers fire in any order.
    if (isAborted !== true) userModel.catchUp();
    this.#issuedMs = this.#elapsedMs;
    this.#options.monitor.stop();
    const drained = pool.drain();
    if (isAborted !== true) {
      const limit = this.#wait(phases.drainTimeoutMs);
      await Promise.race([drained, limit, this.#aborted.promise]);
    }
    this.#isOver = true;
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
      share: this.#options.share,
      operations,
      choose: weightedChoice(
        scenario.operations.map(({ weight = 1 }) => weight),
      ),
      timeline: this.#timelines.run,
      lag: this.lag,
      intervalLag: this.#timelines.generator.lag,
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
      this.#timelines.endUntil(this.#elapsedMs, this.#pool?.size ?? 0);
      this.#reportAt(Math.max(atMs + PROGRESS_INTERVAL_MS, this.#elapsedMs));
    });
  }

  #report(): void {
    const { onProgress, scenario, phases, feed } = this.#options;
    if (onProgress === undefined) return;
    const progress = progressOf({
      scenario,
      phases,
      feed,
      load: this,
      elapsedMs: this.#elapsedMs,
      inFlight: this.#pool?.inFlight ?? 0,
      point: this.#timelines.current(this.#pool?.size ?? 0),
    });
    reportProgress(onProgress, progress, this.warnings);
  }

  #judge(): void {
    const { scenario: { criteria = [] }, phases } = this.#options;
    if (this.abortedBy !== undefined) return;
    this.abortedBy = abortingCriterion(
      criteria,
      phases,
      this.#elapsedMs,
      () => this.results(),
    );
    if (this.abortedBy !== undefined) this.abort();
  }

  // Results, so far or in the end.

  /** Returns the load as it is now, or as it has ended. */
  now(): LoadNow {
    return {
      recorders: recordersOf(this.#options.operations),
      users: this.#pool?.size ?? 0,
      inFlight: this.#pool?.inFlight ?? 0,
    };
  }

  /** Returns the counters of all phases together. */
  total(): Accounting {
    return sum(
      // Steps are a part of their flows.
      this.#options.operations.flatMap(({ recorder }) => [
        recorder.steady,
        recorder.outside,
      ]),
    );
  }

  /** Returns what has been measured, in the steady phase and in each stage. */
  results(): LoadFigures {
    const { operations, scenario, phases } = this.#options;
    return loadFigures({
      recorders: recordersOf(operations),
      model: scenario.load.model,
      rows: rowsOf(scenario.operations),
      stages: phases.stages,
      startedMs: this.startedMs,
      issuedMs: this.#issuedMs ?? this.#elapsedMs,
    });
  }

  /** Returns what became of the users. */
  users(): UserResult {
    const { scenario: { load }, share } = this.#options;
    const planned = shareOf(mostUsers(load), share);
    return this.#pool?.result(planned) ??
      { planned, started: 0, replaced: 0, peak: 0 };
  }

  /** Ends the current intervals, and returns everything over time. */
  details(): LoadDetails {
    const { operations, scenario } = this.#options;
    this.#timelines.finish(this.#pool?.size ?? 0);
    const recorded: Recorded = {
      recorders: recordersOf(operations),
      model: scenario.load.model,
      steps: stepsIn(scenario),
    };
    return {
      timeline: this.#timelines.run.timeline,
      details: detailsOf(recorded, this.#timelines.charts),
      errors: runErrors(recorded, this.startedMs),
      points: this.#timelines.points,
    };
  }

  /** Returns all that another thread needs to merge this share of the load. */
  part(isOver: boolean): LoadPart {
    const { operations, monitor } = this.#options;
    const users = this.#pool?.size ?? 0;
    if (isOver) this.#timelines.finish(users);
    return {
      operations: recordersOf(operations).map(recorderState),
      lag: stateOf(this.lag),
      eventLoopDelay: stateOf(monitor.eventLoopDelay),
      idleMs: monitor.idleMs,
      intervals: this.#timelines.takeEnded(),
      current: intervalState(this.#timelines.run, users),
      users: this.users(),
      inFlight: this.#pool?.inFlight ?? 0,
      elapsedMs: this.#elapsedMs,
      issuedMs: this.#issuedMs ?? this.#elapsedMs,
      durationMs: this.#durationMs,
      warnings: [...this.warnings],
    };
  }

  /** Closes what users have open, within the limit of the clean-up. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.shutdown();
    const unclosed = this.#pool?.unclosed ?? 0;
    if (unclosed > 0) {
      this.warnings.push(`${unclosed} virtual users did not close in time.`);
    }
    for (const { message, count } of this.#pool?.teardownErrors.top() ?? []) {
      this.warnings.push(
        `The teardown of virtual users failed (${count} times): ${message}`,
      );
    }
    for (const { message, count } of this.#pool?.closeErrors.top() ?? []) {
      this.warnings.push(
        `Virtual users could not be closed (${count} times): ${message}`,
      );
    }
  }
}
