/**
 * The sessions of a run, for the page beside it.
 *
 * @module
 */
import type { WatchedConnections } from "../../metrics/mod.ts";
import type { Driver, DriverMap } from "../driver.ts";
import { placedSteps } from "../scenario/placed_steps.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * Returns what has the sessions of the users of this thread; `undefined` if no
 * driver of the scenario has any, so that the page does not show a list that
 * stays empty.
 */
export function runConnections(
  scenario: Scenario,
  drivers: DriverMap,
): WatchedConnections[] | undefined {
  const steps = [
    ...placedSteps(scenario.operations),
  ].map(({ step }) => step);
  const used = new Set(steps.map(({ driver }) => drivers[driver]));
  const shown = [...used].filter(hasSessions);
  return shown.length === 0 ? undefined : shown;
}

function hasSessions(
  driver: Driver | undefined,
): driver is Driver & WatchedConnections {
  return driver?.inspect !== undefined;
}
