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
import { LoadUsageError, type RunArguments } from "./args.ts";
import { override } from "./override.ts";

/**
 * Reads the scenario, and applies the overrides.
 *
 * @throws {ScenarioError} if the scenario is not valid.
 * @throws {LoadUsageError} if the file cannot be read.
 */
export async function loadScenario(
  { source, overrides }: Pick<RunArguments, "source" | "overrides">,
  drivers: DriverMap,
  presets: PerformanceScenarios,
): Promise<Scenario> {
  const scenario = source.type === "preset"
    ? presets.make(source.name)
    : parseScenario(await readText(source.path), {
      fileName: source.path,
      format: /\.json$/i.test(source.path) ? "json" : "yaml",
      drivers,
    });
  return override(scenario, overrides, drivers);
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
