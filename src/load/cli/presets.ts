/**
 * Presets on the command line: scenarios without a file.
 *
 * @module
 */
import type { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import { counted, duration, short } from "../report/numbers.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Returns the size of a load, such as `200 users, closed model, 15.0 s`. */
export function sizeText({ load, phases }: Scenario): string {
  const { rampUpMs = 0, steadyMs, rampDownMs = 0 } = phases;
  const size = load.model === "open"
    ? `${short(load.arrivalsPerSecond)} arrivals per second`
    : counted(load.users, "user");
  const length = duration(rampUpMs + steadyMs + rampDownMs);
  return `${size}, ${load.model} model, ${length}`;
}

/** Lists the presets, with the size of each. */
export function listPresets(scenarios: PerformanceScenarios): string {
  const names = scenarios.list();
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const scenario = scenarios.make(name);
    return `  ${name.padEnd(width)}  ${sizeText(scenario)}`;
  });
  return [
    "Presets, each of which starts a service of its own on this host:",
    "",
    ...lines,
    "",
    "--set changes a preset, such as --set load.users=50, and --print prints it",
    "as YAML, from which you can make a scenario of your own.",
  ].join("\n");
}
