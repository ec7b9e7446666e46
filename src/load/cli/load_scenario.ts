/**
 * Loads the scenario that the command line asks for.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type { DriverMap } from "../driver.ts";
import type { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { parseScenario } from "../scenario/scenario_text.ts";
import { LoadTestError } from "../load_errors.ts";
import { LoadUsageError, type RunArguments } from "./args.ts";
import type { PresetSettings } from "./preset_args.ts";
import { override } from "./override.ts";

/**
 * Reads the scenario, and applies the overrides.
 *
 * @throws {ScenarioError} if the scenario is not valid.
 * @throws {LoadUsageError} if the file cannot be read.
 */
export async function loadScenario(
  { source, overrides, preset }: Pick<
    RunArguments,
    "source" | "overrides" | "preset"
  >,
  drivers: DriverMap,
  presets: PerformanceScenarios,
): Promise<Scenario> {
  const scenario = source.type === "preset"
    ? presetOf(source.name, preset, presets)
    : parseScenario(await readText(source.path), {
      fileName: source.path,
      format: /\.json$/i.test(source.path) ? "json" : "yaml",
      drivers,
    });
  return override(scenario, overrides, drivers);
}

/** Makes a preset; what it does not take is a mistake in the arguments. */
function presetOf(
  name: string,
  settings: PresetSettings,
  presets: PerformanceScenarios,
): Scenario {
  try {
    return presets.make(name, settings);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof LoadTestError)) {
      throw error;
    }
    throw new LoadUsageError(error.message, { cause: error });
  }
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await Deno.readFile(path);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    let reason = reasonOf(cause);
    if (cause instanceof Deno.errors.NotFound) {
      reason = "the file does not exist";
    }
    if (cause instanceof TypeError) reason = "the file is not UTF-8 text";
    throw new LoadUsageError(`Cannot read ${path}: ${reason}`, { cause });
  }
}
