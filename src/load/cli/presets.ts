/**
 * Presets on the command line: scenarios without a file.
 *
 * @module
 */
import type { PerformanceScenarios } from "../presets/performance_scenarios.ts";
import { counted, duration, short } from "../report/numbers.ts";
import { endOf, planStages } from "../run/stage_plan.ts";
import { mostArrivals, mostUsers } from "../scenario/load_level.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Returns the size of a load, such as `200 users, closed model, 15.0 s`. */
export function sizeText(scenario: Scenario): string {
  const { load } = scenario;
  const size = load.model === "open"
    ? `${short(mostArrivals(load))} arrivals per second`
    : counted(mostUsers(load), "user");
  const { stages } = load;
  const most = stages === undefined ? "" : "at most ";
  const parts = stages === undefined ? [] : [counted(stages.length, "stage")];
  const length = duration(endOf(planStages(scenario)));
  return [`${most}${size}`, `${load.model} model`, ...parts, length].join(", ");
}

/** Lists the presets, with the size of each. */
export function listPresets(scenarios: PerformanceScenarios): string {
  const names = scenarios.list();
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const scenario = scenarios.make(name);
    const { description = "" } = scenario;
    return `  ${name.padEnd(width)}  ${description}\n  ${"".padEnd(width)}  ${
      sizeText(scenario)
    }`;
  });
  return [
    "Presets, each of which starts a service of its own on this host:",
    "",
    ...lines,
    "",
    "They need --allow-run. --target runs those of a store against your own, which",
    "has what @troupe/troupe/load/store exports. --users, --think-time, --rate and",
    "--duration say how much; --set changes anything, such as --set seed=2, and",
    "--print prints a preset as YAML, from which you can make a scenario of your",
    "own.",
  ].join("\n");
}
