/**
 * Scenarios that are there without a file.
 *
 * @module
 */
import type { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import { counted, duration, short } from "../report/numbers.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** How large a load is, such as `200 users, closed model, 15.0 s`. */
export function sizeText({ load, phases }: Scenario): string {
  const { rampUpMs = 0, steadyMs, rampDownMs = 0 } = phases;
  const size = load.model === "open"
    ? `${short(load.arrivalsPerSecond)} arrivals a second`
    : counted(load.users, "user");
  const length = duration(rampUpMs + steadyMs + rampDownMs);
  return `${size}, ${load.model} model, ${length}`;
}

/** The ready scenarios, with what each is. */
export function listReady(scenarios: PerformanceScenarios): string {
  const names = scenarios.list();
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const scenario = scenarios.make(name);
    return `  ${name.padEnd(width)}  ${sizeText(scenario)}`;
  });
  return [
    "Ready scenarios, each with a service of its own on this host:",
    "",
    ...lines,
    "",
    "--set changes one, such as --set load.users=50, and --print prints it as",
    "YAML, to be made into one of your own.",
  ].join("\n");
}
