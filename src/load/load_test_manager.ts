/**
 * Runs load tests.
 *
 * @module
 */
import { type ActorSystem, type Clock } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import type { MetricsFeed } from "../metrics/mod.ts";
import type { DriverMap } from "./driver.ts";
import type { HealthLimits } from "./run/health.ts";
import { LoadRun } from "./run/load_run.ts";
import type { LoadProgress, LoadResult } from "./result.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { ScenarioError } from "./scenario/scenario_error.ts";
import { validateScenario } from "./scenario/validate_scenario.ts";

/** What a {@linkcode LoadTestManager} works with. */
export interface LoadTestManagerOptions {
  /** Code for protocols, by the names that operations use. */
  readonly drivers: DriverMap;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
  /** Watches the generator; its last snapshot is told with the progress. */
  readonly collector?: MetricsFeed;
  /** From where on a run does not count. */
  readonly health?: HealthLimits;
}

/** What the hooks of a run are told. */
export interface HookContext {
  /** What the target has told by the named groups of its `readyPattern`. */
  readonly target: { readonly [name: string]: string };
  /** Aborts when the hook has taken too long, or the run is aborted. */
  readonly signal: AbortSignal;
}

/** Options of one run. */
export interface RunOptions {
  /** Aborts the run, in whichever phase it is; there is a result all the same. */
  readonly signal?: AbortSignal;
  /**
   * Where the virtual users live, to watch them; the run shuts it down.
   * @default {one of its own}
   */
  readonly system?: ActorSystem;
  /** Is told about once a second how the load goes. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Prepares the service, after the target has started. */
  readonly prepare?: (context: HookContext) => void | Promise<void>;
  /** Cleans up, before the target ends; also when all else went wrong. */
  readonly cleanup?: (context: HookContext) => void | Promise<void>;
}

/**
 * Runs scenarios, one run at a time or several at once.
 *
 * A run prepares (the target, the requests, the hook), loads (ramp-up, steady,
 * ramp-down), waits for what is under way, and cleans up. Each part has a hard
 * limit, and however a run goes, there is a result:
 *
 * - its signal, or a criterion that aborts: `aborted`, what was under way is
 *   counted as interrupted;
 * - something that could not be prepared, a target that ended, or a generator
 *   that could not keep up: `invalid`;
 * - a clean-up that throws or hangs: the verdict stands, the error is in the
 *   phase and in the warnings.
 *
 * In the closed model a user whose driver rejects waits before it goes on, a
 * second at most when that happens again and again.
 *
 * @example
 * ```ts
 * import { type Driver, LoadTestManager } from "@troupe/troupe/load";
 *
 * const nothing: Driver = {
 *   validate: () => [],
 *   open: () =>
 *     Promise.resolve({
 *       perform: () => Promise.resolve({ receivedBytes: 1 }),
 *       [Symbol.asyncDispose]: () => Promise.resolve(),
 *     }),
 * };
 * const manager = new LoadTestManager({ drivers: { nothing } });
 * const result = await manager.run({
 *   name: "Nothing at all",
 *   load: { model: "open", arrivalsPerSecond: 100, maxUsers: 10 },
 *   phases: { steadyMs: 200 },
 *   operations: [{ name: "nothing", driver: "nothing", request: {} }],
 *   criteria: [{ metric: "errorRate", is: "at-most", value: 0 }],
 * });
 * console.log(result.verdict, result.steady.latency.p99);
 * ```
 */
export class LoadTestManager {
  readonly #options: LoadTestManagerOptions;

  /** A manager with these drivers. */
  constructor(options: LoadTestManagerOptions) {
    this.#options = options;
  }

  /**
   * Runs a scenario.
   *
   * @throws {ScenarioError} when something is wrong with it; nothing has been
   * started then.
   */
  async run(scenario: Scenario, options: RunOptions = {}): Promise<LoadResult> {
    const { drivers, clock = realClock } = this.#options;
    const { errors } = validateScenario(scenario, drivers);
    if (errors.length > 0) throw new ScenarioError(errors);
    return await new LoadRun(scenario, clock, this.#options, options).run();
  }
}
