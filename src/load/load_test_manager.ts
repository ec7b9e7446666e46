/**
 * Runs load tests.
 *
 * @module
 */
import { realClock } from "../actor/mod.ts";
import type { LoadResult } from "./result.ts";
import { ScenarioRun } from "./run/scenario_run.ts";
import type { LoadTestManagerOptions, RunOptions } from "./run_options.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { ScenarioError } from "./scenario/scenario_error.ts";
import { validateScenario } from "./scenario/validate_scenario.ts";

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
 *   criteria: [{ metric: "errorRate", is: "at_most", value: 0 }],
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
    return await new ScenarioRun(scenario, clock, this.#options, options).run();
  }
}
