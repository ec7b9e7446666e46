/**
 * Whether a run needs workers, and what these need: decided before anything is
 * started.
 *
 * @module
 */
import { realClock } from "../../../actor/mod.ts";
import { isStandardDriver } from "../../drivers/drivers.ts";
import { LoadTestError } from "../../load_errors.ts";
import type { LoadTestManagerOptions, RunOptions } from "../../run_options.ts";
import { mostUsers } from "../../scenario/load_level.ts";
import { userSteps } from "../../scenario/placed_steps.ts";
import type { Scenario } from "../../scenario/scenario.ts";

/** The workers of a run. */
export interface WorkersPlan {
  readonly count: number;
  /** The module whose default export are the drivers. */
  readonly driversModule: string;
}

const STANDARD = new URL(
  "../../drivers/standard_drivers_module.ts",
  import.meta.url,
);

/**
 * Returns the workers of a run; `undefined` if its own thread is enough.
 *
 * @throws {LoadTestError} if workers could not have the same drivers or clock.
 */
export function planWorkers(
  scenario: Scenario,
  { drivers, clock = realClock }: LoadTestManagerOptions,
  { workers = 1, driversModule }: RunOptions,
): WorkersPlan | undefined {
  // A worker without users would do nothing.
  const count = Math.min(workers, mostUsers(scenario.load));
  if (count === 1) return undefined;
  if (clock !== realClock) {
    throw new LoadTestError(
      `Cannot use ${workers} workers: the clock of the manager is not realClock, and other threads cannot have it`,
    );
  }
  if (driversModule !== undefined) {
    return { count, driversModule: `${driversModule}` };
  }
  for (const { step: { driver: name } } of userSteps(scenario)) {
    const driver = drivers[name];
    if (driver !== undefined && isStandardDriver(name, driver)) continue;
    throw new LoadTestError(
      `Cannot use ${workers} workers: the driver ${
        JSON.stringify(name)
      } is an object with functions, which cannot be sent to other threads; export the drivers as the default of a module, and give its URL as driversModule`,
    );
  }
  return { count, driversModule: STANDARD.href };
}
