/**
 * The manager that runs load tests.
 *
 * @module
 */
import { realClock } from "../actor/mod.ts";
import { checkManagerOptions, checkRunOptions } from "./check_options.ts";
import type { LoadResult } from "./result.ts";
import { planWorkers } from "./run/workers/workers_plan.ts";
import { ScenarioRun } from "./run/scenario_run.ts";
import type { LoadTestManagerOptions, RunOptions } from "./run_options.ts";
import type { Scenario } from "./scenario/scenario.ts";
import { ScenarioError } from "./scenario/scenario_error.ts";
import { validateScenario } from "./scenario/validate_scenario.ts";

/**
 * Runs scenarios, one at a time or several at once.
 *
 * A run prepares (target, requests, hook), generates load (ramp-up, steady,
 * ramp-down), waits for operations under way, and cleans up. Each phase has a
 * hard time limit, and every run has a result, whatever happens:
 *
 * - its signal, or a criterion that aborts: `aborted`; operations under way
 *   count as interrupted;
 * - something that could not be prepared, a target that exited, or a generator
 *   that could not keep up: `invalid`;
 * - a clean-up that throws or hangs: the verdict stands, and the error is in
 *   the phase and in the warnings.
 *
 * In the closed model a user whose driver rejects waits before it goes on,
 * longer with each rejection in a row, up to a second.
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

  /**
   * Creates a manager with these drivers.
   *
   * @throws {TypeError} if an option is not known or of the wrong type.
   * @throws {RangeError} if a limit is a negative number.
   */
  constructor(options: LoadTestManagerOptions) {
    checkManagerOptions(options);
    this.#options = options;
  }

  /**
   * Runs a scenario, and resolves to its result.
   *
   * @param options May be left out; each option has its default.
   * @throws {ScenarioError} if the scenario is not valid; nothing was started.
   * @throws {TypeError} if an option is not known or of the wrong type.
   * @throws {RangeError} if `workers` is out of its range.
   * @throws {LoadTestError} if workers could not have the same drivers.
   */
  async run(scenario: Scenario, options: RunOptions = {}): Promise<LoadResult> {
    checkRunOptions(options);
    const { drivers, clock = realClock } = this.#options;
    const { scenario: valid, errors } = validateScenario(scenario, drivers);
    if (valid === undefined) throw new ScenarioError(errors);
    const workers = planWorkers(valid, this.#options, options);
    return await new ScenarioRun(
      valid,
      clock,
      this.#options,
      options,
      workers,
    ).run();
  }
}
