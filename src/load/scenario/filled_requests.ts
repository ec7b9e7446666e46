/**
 * Checks of requests with the first records filled in, before a run.
 *
 * @module
 */
import type { JsonObject } from "../../codec/mod.ts";
import type { Driver, DriverIssue } from "../driver.ts";
import type { Scenario } from "./scenario.ts";
import { compileRequest } from "./substitution.ts";

/** A group of a pattern by its name. */
const NAMED_GROUP = /\(\?<([\w$]+)>/g;

/**
 * Returns what a driver refuses of a request once the first records of feeders
 * are filled in. What the target will print is not known yet, and stays as it
 * is written.
 */
export function filledIssues(
  request: JsonObject,
  driver: Driver,
  { feeders = {}, target }: Partial<Scenario>,
): readonly DriverIssue[] {
  const records = new Map<string, JsonObject>();
  for (const [name, { records: [record] }] of Object.entries(feeders)) {
    if (record !== undefined) records.set(name, record);
  }
  if (target !== undefined) {
    const groups = [...target.readyPattern.matchAll(NAMED_GROUP)];
    records.set(
      "target",
      Object.fromEntries(
        groups.map(([, name = ""]) => [name, `\${target.${name}}`]),
      ),
    );
  }
  const template = compileRequest(request, [...records.keys()]);
  return template.feeders.length === 0
    ? []
    : driver.validate(template.fill(records));
}
