/**
 * Checks of the options of load tests, for programs without types.
 *
 * @module
 */
import {
  checkFunction,
  checkInteger,
  checkMethods,
  checkNumber,
  checkObject,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import type { DriverMap } from "./driver.ts";
import type { HealthLimits } from "./run/health.ts";
import type { LoadTestManagerOptions, RunOptions } from "./run_options.ts";

const MANAGER_NAMES: OptionNames<LoadTestManagerOptions> = {
  drivers: true,
  clock: true,
  collector: true,
  health: true,
};

const RUN_NAMES: OptionNames<RunOptions> = {
  signal: true,
  system: true,
  workers: true,
  driversModule: true,
  onProgress: true,
  prepare: true,
  cleanup: true,
};

const HEALTH_NAMES: OptionNames<HealthLimits> = {
  lagP99Ms: true,
  eventLoopDelayP99Ms: true,
  cpuCores: true,
};

/** Checks the options of a `LoadTestManager`. */
export function checkManagerOptions(options: LoadTestManagerOptions): void {
  checkOptionNames("LoadTestManager", options, MANAGER_NAMES);
  const { drivers, clock, collector, health } = options;
  checkDrivers(drivers);
  if (clock !== undefined) {
    checkMethods("clock", clock, ["now", "schedule"], "a Clock");
  }
  if (collector !== undefined) {
    checkObject("collector", collector, "a MetricsCollector");
  }
  if (health !== undefined) checkHealth(health);
}

/** Checks drivers by their names. */
export function checkDrivers(drivers: DriverMap): void {
  checkObject("drivers", drivers, "drivers by name, as of standardDrivers()");
  for (const [name, driver] of Object.entries(drivers)) {
    const methods = ["validate", "open"];
    checkMethods(`drivers.${name}`, driver, methods, "a Driver");
    if (driver.inspect !== undefined) {
      checkFunction(`drivers.${name}.inspect`, driver.inspect);
    }
  }
}

/** Checks the limits of the generator. */
export function checkHealth(health: HealthLimits): void {
  checkOptionNames("health", health, HEALTH_NAMES);
  for (const [name, limit] of Object.entries(health)) {
    if (limit !== undefined) checkNumber(`health.${name}`, limit, { min: 0 });
  }
}

/** The most workers of a run. */
export const MAX_WORKERS = 1024;

/** Checks the address of a module with drivers. */
export function checkDriversModule(module: unknown): void {
  if (module instanceof URL) return;
  if (typeof module === "string" && URL.canParse(module)) return;
  throw new TypeError(
    `Cannot use driversModule: it is ${
      shown(module)
    }, it must be a URL, such as new URL("./drivers.ts", import.meta.url)`,
  );
}

/** Checks the options of a run. */
export function checkRunOptions(options: RunOptions): void {
  checkOptionNames("run()", options, RUN_NAMES);
  const { signal, system, workers, driversModule, ...hooks } = options;
  if (workers !== undefined) {
    checkInteger("workers", workers, { min: 1, max: MAX_WORKERS });
  }
  if (driversModule !== undefined) {
    checkDriversModule(driversModule);
  }
  if (signal !== undefined) {
    checkMethods(
      "signal",
      signal,
      ["addEventListener", "throwIfAborted"],
      "an AbortSignal",
    );
  }
  if (system !== undefined) {
    checkMethods("system", system, ["spawn", "shutdown"], "an ActorSystem");
  }
  for (const [name, hook] of Object.entries(hooks)) {
    if (hook !== undefined) checkFunction(name, hook);
  }
}
