/**
 * One run of a scenario: all of its phases, whatever becomes of each.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import { reasonOf } from "../../checks/internal.ts";
import { Distribution } from "../../metrics/internal.ts";
import { LoadTestError } from "../load_errors.ts";
import {
  type CompiledOperation,
  compileOperations,
} from "./compiled_operation.ts";
import { closeRun, settle } from "./close_run.ts";
import { judgeAll, reasonsOf } from "./criteria.ts";
import { generatorHealth, workPerOperationMs } from "./generator_health.ts";
import { GeneratorMonitor } from "./generator_monitor.ts";
import { type HealthVerdict, judgeHealth } from "./health.ts";
import { type Load, noDetails } from "./load.ts";
import { LoadGenerator } from "./load_generator.ts";
import { exposeRun } from "./expose_run.ts";
import { ALL } from "./share.ts";
import { WorkersLoad } from "./workers/workers_load.ts";
import type { WorkersPlan } from "./workers/workers_plan.ts";
import type { LoadTestManagerOptions, RunOptions } from "../run_options.ts";
import { phaseText, type ResolvedPhases, resolvePhases } from "./phases.ts";
import type { LoadResult, PhaseName } from "../result.ts";
import type { PhaseResult } from "../result_details.ts";
import { OnceSteps } from "./once_steps.ts";
import { originOf } from "./origin.ts";
import { protocolsOf } from "./protocols.ts";
import { mostUsers } from "../scenario/load_level.ts";
import { rowsOf } from "../scenario/placed_steps.ts";
import { maskOf } from "../scenario/environment.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { scenarioWithoutSecrets } from "../scenario/secrets.ts";
import { type RunningTarget, startTarget } from "./target.ts";
import { loadPhases, verdictOf } from "./verdict.ts";
import { COORDINATED_OMISSION, droppedWarning } from "./run_warnings.ts";
import { withTimeout } from "./with_timeout.ts";
import { OperationRecorder } from "./operation_recorder.ts";
import { type LoadFigures, loadFigures } from "./load_figures.ts";

/** Runs a scenario once. */
export class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #phases: ResolvedPhases;
  readonly #clock: Clock;
  readonly #manager: LoadTestManagerOptions;
  readonly #options: RunOptions;
  readonly #workersPlan: WorkersPlan | undefined;
  readonly #startedAt = new Date();
  readonly #startAt: number;
  readonly #done: PhaseResult[] = [];
  readonly #invalid: string[] = [];
  readonly #warnings: string[] = [];
  #aborted: string | undefined;
  #starting: Promise<RunningTarget> | undefined;
  #target: RunningTarget | undefined;
  /** What performs setup and teardown, once there is a target. */
  #once: OnceSteps | undefined;
  #load: Load | undefined;
  /** The load if workers generate it, from when they are started. */
  #workers: WorkersLoad | undefined;

  constructor(
    scenario: Scenario,
    clock: Clock,
    manager: LoadTestManagerOptions,
    options: RunOptions,
    workers: WorkersPlan | undefined,
  ) {
    this.#scenario = scenario;
    this.#phases = resolvePhases(scenario);
    this.#clock = clock;
    this.#manager = manager;
    this.#options = options;
    this.#workersPlan = workers;
    this.#startAt = clock.now();
    exposeRun(manager.collector, scenario, () => ({
      load: this.#load,
      done: this.#done,
      phases: this.#phases,
      elapsedMs: this.#elapsedMs,
    }));
  }

  /** Runs it. Never rejects: whatever goes wrong is in the result. */
  async run(): Promise<LoadResult> {
    using monitor = new GeneratorMonitor(this.#clock);
    const operations = await this.#prepare(monitor);
    if (operations !== undefined) {
      try {
        await this.#drive(operations, monitor);
      } catch (error) {
        // Such as that of a system that is shut down already.
        this.#invalid.push(`The load could not be driven: ${reasonOf(error)}`);
      }
    }
    await this.#cleanUp();
    return this.#result(monitor);
  }

  // The phases.

  async #prepare(
    monitor: GeneratorMonitor,
  ): Promise<CompiledOperation[] | undefined> {
    const { prepareTimeoutMs } = this.#phases;
    const { signal, prepare } = this.#options;
    try {
      return await this.#phase(
        "prepare",
        prepareTimeoutMs,
        signal,
        async (signal) => {
          const { target } = this.#scenario;
          if (target !== undefined) {
            const clock = this.#clock;
            this.#starting = startTarget(target, { signal, clock });
            this.#target = await this.#starting;
          }
          const once = this.#once = new OnceSteps({
            scenario: this.#scenario,
            drivers: this.#manager.drivers,
            outputs: this.#outputs,
            clock: this.#clock,
          });
          await once.setUp(signal);
          const operations = compileOperations(
            this.#scenario,
            this.#manager.drivers,
            this.#outputs,
            ALL,
            once.captured,
          );
          if (this.#workersPlan !== undefined) {
            const load = this.#startWorkers(this.#workersPlan, monitor);
            this.#load = this.#workers = load;
            await load.ready();
          }
          await prepare?.({ target: this.#outputs, signal });
          return operations;
        },
      );
    } catch (error) {
      if (signal?.aborted) this.#abortedIn("prepare");
      else {
        this.#invalid.push(`The run could not be prepared: ${reasonOf(error)}`);
      }
      return undefined;
    }
  }

  async #drive(
    operations: CompiledOperation[],
    monitor: GeneratorMonitor,
  ): Promise<void> {
    const { signal, onProgress, system } = this.#options;
    const load = this.#load = this.#workers ?? new LoadGenerator({
      scenario: this.#scenario,
      phases: this.#phases,
      operations,
      clock: this.#clock,
      monitor,
      feed: this.#manager.collector,
      system,
      onProgress,
      runStartAt: this.#startAt,
      share: ALL,
    });
    let isOver = false;
    const onAbort = () => load.abort();
    this.#target?.exited.then((error) => {
      if (isOver) return;
      this.#invalid.push(error.message);
      load.abort();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) load.abort();
    await load.run();
    isOver = true;
    this.#invalid.push(...this.#workers?.lost ?? []);
    signal?.removeEventListener("abort", onAbort);
    const { startedMs, durationMs } = load;
    this.#done.push(...loadPhases(this.#phases, startedMs, durationMs));
    if (signal?.aborted) this.#abortedIn(this.#done.at(-1)?.name ?? "prepare");
    else this.#aborted = load.abortedBy?.reason;
  }

  /** Starts the workers; they wait until the load starts. */
  #startWorkers(
    { count, driversModule }: WorkersPlan,
    monitor: GeneratorMonitor,
  ): WorkersLoad {
    const { criteria: _, ...scenario } = this.#scenario;
    return new WorkersLoad({
      scenario: this.#scenario,
      phases: this.#phases,
      workers: count,
      data: {
        scenario,
        outputs: this.#outputs,
        captured: this.#once?.captured ?? new Map(),
        driversModule,
      },
      clock: this.#clock,
      monitor,
      feed: this.#manager.collector,
      system: this.#options.system,
      onProgress: this.#options.onProgress,
      runStartAt: this.#startAt,
    });
  }

  async #cleanUp(): Promise<void> {
    const { cleanupTimeoutMs } = this.#phases;
    const { signal, cleanup } = this.#options;
    const wasAborted = signal?.aborted === true;
    let closing: Promise<void> | undefined;
    const cleanUp = async (signal: AbortSignal): Promise<void> => {
      closing = closeRun(this.#load, this.#once, signal, this.#warnings);
      await closing;
      // Nothing of a run happens after its result.
      if (!signal.aborted) {
        await cleanup?.({ target: this.#outputs, signal });
      }
    };
    const startAt = this.#clock.now();
    try {
      await this.#phase(
        "cleanup",
        cleanupTimeoutMs,
        // A run that was aborted before is cleaned up all the same.
        wasAborted ? undefined : signal,
        cleanUp,
        async () => {
          const spentMs = this.#clock.now() - startAt;
          await settle(closing, cleanupTimeoutMs - spentMs, this.#clock);
          // The target has a limit of its own, and must not outlive the run.
          await this.#endTarget();
        },
      );
    } catch (error) {
      this.#warnings.push(
        `The run could not be cleaned up: ${reasonOf(error)}`,
      );
    }
    this.#warnings.push(...this.#load?.warnings ?? []);
    if (signal?.aborted && !wasAborted) this.#abortedIn("cleanup");
  }

  async #phase<T>(
    name: "prepare" | "cleanup",
    timeoutMs: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
    last?: () => Promise<void>,
  ): Promise<T> {
    const startedMs = this.#elapsedMs;
    let error: string | null = null;
    try {
      const clock = this.#clock;
      const timeoutError = () =>
        new LoadTestError(`${WORK[name]} took longer than ${timeoutMs} ms`);
      return await withTimeout(
        { clock, timeoutMs, timeoutError, signal },
        work,
      );
    } catch (cause) {
      error = reasonOf(cause);
      throw cause;
    } finally {
      await last?.();
      const durationMs = this.#elapsedMs - startedMs;
      this.#done.push({ name, startedMs, durationMs, error });
    }
  }

  /** Ends the target, also one whose start was given up. */
  async #endTarget(): Promise<void> {
    const target = await this.#starting?.catch(() => undefined);
    await target?.[Symbol.asyncDispose]();
  }

  get #outputs(): { readonly [name: string]: string } {
    return this.#target?.outputs ?? {};
  }

  get #elapsedMs(): number {
    return this.#clock.now() - this.#startAt;
  }

  #abortedIn(phase: PhaseName): void {
    this.#aborted = `The run was aborted during ${phaseText(phase)}: ${
      reasonOf(this.#options.signal?.reason)
    }`;
  }

  // The result.

  #result(monitor: GeneratorMonitor): LoadResult {
    const { model } = this.#scenario.load;
    const load = this.#load;
    const results = load?.results() ?? this.#noResults();
    const { all, operations, stages } = results;
    const criteria = judgeAll(this.#scenario, results);
    const { abortedBy } = load ?? {};
    // A signal may have come first, or while the run was cleaned up.
    const isByCriterion = this.#aborted === abortedBy?.reason;
    const lag = load?.lag ?? new Distribution();
    const workMs = workPerOperationMs(monitor, all);
    const health = this.#health(monitor, lag, workMs, all.serviceTime.p50);
    const { verdict, reasons } = verdictOf({
      aborted: this.#aborted,
      invalid: [...this.#invalid, ...health.reasons],
      broken: reasonsOf(criteria),
    });
    const { dropped, planned } = all.accounting;
    const mask = maskOf(this.#scenario);
    const { points, timeline, details, errors } = load?.details() ??
      noDetails(this.#phases);
    return {
      scenario: scenarioWithoutSecrets(this.#scenario, mask),
      model,
      verdict,
      reasons: reasons.map(mask),
      warnings: [
        ...model === "closed" ? [COORDINATED_OMISSION] : [],
        ...dropped > 0 ? [droppedWarning(dropped, planned)] : [],
        ...health.warnings,
        ...this.#warnings,
      ].map(mask),
      startedAt: this.#startedAt.toISOString(),
      durationMs: this.#elapsedMs,
      phases: this.#done.map((phase) => ({
        ...phase,
        error: phase.error === null ? null : mask(phase.error),
      })),
      total: load?.total() ?? all.accounting,
      steady: all,
      operations,
      stages,
      protocols: protocolsOf(this.#scenario, this.#manager.drivers),
      users: load?.users() ?? this.#noUsers(),
      workers: this.#workers?.workers() ?? [],
      abortedBy: isByCriterion ? abortedBy?.result ?? null : null,
      criteria,
      generator: generatorHealth(monitor, lag, workMs, health, points),
      timeline,
      errors,
      details,
      origin: originOf(this.#scenario, this.#workersPlan?.count ?? 1, mask),
    };
  }

  #health(
    monitor: GeneratorMonitor,
    lag: Distribution,
    workPerOperationMs: number | null,
    serviceTimeP50Ms: number | null,
  ): HealthVerdict {
    // What was late before the load says nothing about the plan.
    if (this.#load === undefined) return { reasons: [], warnings: [] };
    const { load } = this.#scenario;
    return judgeHealth({
      threads: this.#workersPlan?.count ?? 1,
      hasSchedule: load.model === "open" || load.thinkTime !== undefined,
      isOpen: load.model === "open",
      lag: lag.summary(),
      eventLoopDelay: monitor.eventLoopDelay.summary(),
      cpuCores: monitor.cpuCores,
      workPerOperationMs,
      serviceTimeP50Ms,
    }, this.#manager.health);
  }

  #noResults(): LoadFigures {
    const { operations, load: { model } } = this.#scenario;
    const { stages } = this.#phases;
    const rows = rowsOf(operations);
    const recorders = rows.map(({ name }) => new OperationRecorder(name));
    const facts = { recorders, model, rows, stages };
    return loadFigures({ ...facts, startedMs: 0, issuedMs: 0 });
  }

  #noUsers(): LoadResult["users"] {
    const planned = mostUsers(this.#scenario.load);
    return { planned, started: 0, replaced: 0, peak: 0 };
  }
}

/** What the phases around the load do, for errors. */
const WORK = { prepare: "the preparation", cleanup: "the clean-up" } as const;
