/**
 * How the operations of a scenario are performed, for its report.
 *
 * @module
 */
import type { DriverMap } from "../driver.ts";
import { placedSteps, requestOf } from "../scenario/placed_steps.ts";
import type { Scenario } from "../scenario/scenario.ts";

/** Returns how operations are performed; those of the same way together. */
export function protocolsOf(
  scenario: Scenario,
  drivers: DriverMap,
): readonly string[] {
  const names = new Map<string, string[]>();
  for (const { step, row } of placedSteps(scenario.operations)) {
    const request = requestOf(step, scenario);
    const way = drivers[step.driver]?.describe?.(request);
    if (way !== undefined) names.set(way, [...names.get(way) ?? [], row]);
  }
  return [...names].map(([way, names]) => `${names.join(", ")}: ${way}`);
}
