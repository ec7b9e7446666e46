/**
 * Checks that each `${feeder.field}` in the requests of operations refers to
 * something.
 *
 * @module
 */
import { isRecord, type Path, unknownName } from "./check_rule.ts";
import type { DriverIssue } from "../driver.ts";
import type { JsonValue } from "../../codec/mod.ts";
import type { Feeder, Scenario } from "./scenario.ts";

const REFERENCE = /\$\{([\w-]+)\.([\w.-]+)\}/g;
const NAMED_GROUP = /\(\?<([\w$]+)>/g;

/** Returns an issue for each reference to something that does not exist. */
export function referenceIssues(scenario: Partial<Scenario>): DriverIssue[] {
  const { operations = [], feeders = {}, target } = scenario;
  const issues: DriverIssue[] = [];
  const names = Object.keys(feeders);
  if (target !== undefined) names.push("target");
  operations.forEach(({ request }, index) => {
    for (
      const reference of referencesIn(request, ["operations", index, "request"])
    ) {
      const { path, source, field } = reference;
      const problem = `has \${${source}.${field}}`;
      if (!names.includes(source)) {
        issues.push(
          unknownName(
            path,
            `${problem}, which refers to no feeder`,
            source,
            names,
          ),
        );
        continue;
      }
      const feeder = source === "target" ? undefined : feeders[source];
      const issue = feeder === undefined
        ? groupIssue(path, problem, field, target?.readyPattern ?? "")
        : recordIssue(path, problem, field, source, feeder);
      if (issue !== undefined) issues.push(issue);
    }
  });
  return issues;
}

function groupIssue(
  path: Path,
  problem: string,
  field: string,
  pattern: string,
): DriverIssue | undefined {
  const groups = [...pattern.matchAll(NAMED_GROUP)].map(([, name = ""]) =>
    name
  );
  if (groups.includes(field)) return undefined;
  return unknownName(
    path,
    `${problem}, which is not a group of target.readyPattern`,
    field,
    groups,
  );
}

function recordIssue(
  path: Path,
  problem: string,
  field: string,
  source: string,
  { records }: Feeder,
): DriverIssue | undefined {
  const without = records.findIndex((record) => !has(record, field.split(".")));
  if (without < 0) return undefined;
  return unknownName(
    path,
    `${problem}, which feeders.${source}.records[${without}] does not have`,
    field,
    Object.keys(records[without] ?? {}),
  );
}

function has(value: JsonValue, path: readonly string[]): boolean {
  let at: unknown = value;
  for (const part of path) {
    if (Array.isArray(at)) at = at[Number(part)];
    else if (isRecord(at) && Object.hasOwn(at, part)) at = at[part];
    else return false;
  }
  return at !== undefined;
}

interface Reference {
  readonly path: Path;
  readonly source: string;
  readonly field: string;
}

function* referencesIn(value: unknown, path: Path): Generator<Reference> {
  if (typeof value === "string") {
    for (const [, source = "", field = ""] of value.matchAll(REFERENCE)) {
      yield { path, source, field };
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* referencesIn(item, [...path, index]);
    }
  } else if (isRecord(value)) {
    for (const [name, item] of Object.entries(value)) {
      yield* referencesIn(item, [...path, name]);
    }
  }
}
