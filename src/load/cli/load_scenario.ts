/**
 * The scenario that the command line asks for.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import type { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { parseScenario } from "../scenario/scenario_text.ts";
import { LoadUsageError, type RunArguments } from "./args.ts";
import { override } from "./override.ts";

/**
 * Reads the scenario, and changes it.
 *
 * @throws {ScenarioError} when something is wrong with it.
 * @throws {LoadUsageError} when the file cannot be read.
 */
export async function loadScenario(
  { source, overrides }: Pick<RunArguments, "source" | "overrides">,
  drivers: DriverMap,
  scenarios: PerformanceScenarios,
): Promise<Scenario> {
  const scenario = source.type === "ready"
    ? scenarios.make(source.name)
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
    let why = cause instanceof Error ? cause.message : String(cause);
    if (cause instanceof Deno.errors.NotFound) why = "there is no such file";
    if (cause instanceof TypeError) why = "it is no text in UTF-8";
    throw new LoadUsageError(`Cannot read ${path}: ${why}`, { cause });
  }
}
