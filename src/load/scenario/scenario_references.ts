/**
 * Checks that each `${…}` in the requests of operations refers to something.
 *
 * @module
 */
import type { JsonObject } from "../../codec/mod.ts";
import type { DriverIssue } from "../driver.ts";
import { LoadTestError } from "../load_errors.ts";
import { isRecord } from "./check_rule.ts";
import type { Path } from "./rule.ts";
import { recordsOf } from "./feeder_records.ts";
import { allSteps } from "./placed_steps.ts";
import { partsOf, type Reference } from "./reference.ts";
import type { Feeder, Scenario } from "./scenario.ts";
import { BUILT_IN, type Known, sourceOf } from "./sources.ts";

const NAMED_GROUP = /\(\?<([\w$]+)>/g;

/** Returns the names of the groups of a pattern. */
export function groupsOf(pattern: string): string[] {
  return [...pattern.matchAll(NAMED_GROUP)].map(([, name = ""]) => name);
}

/**
 * Returns what the requests of a scenario can refer to. Of a feeder whose file
 * cannot be read any field may be one of its records.
 */
export function knownIn(
  { feeders = {}, target, env = [] }: Partial<Scenario>,
): Known {
  return {
    feeders: new Map(
      Object.entries(feeders).map(([name, feeder]) => [
        name,
        readable(feeder),
      ]),
    ),
    groups: target && groupsOf(target.readyPattern),
    env,
    captured: [],
  };
}

function readable(feeder: Feeder): readonly JsonObject[] {
  try {
    return recordsOf(feeder);
  } catch (error) {
    if (error instanceof LoadTestError) return [];
    throw error;
  }
}

/** Returns an issue for each feeder without records, or with a wrong name. */
export function feederIssues(
  { feeders = {} }: Partial<Scenario>,
): DriverIssue[] {
  return Object.entries(feeders).flatMap(([name, feeder]) => {
    const path = ["feeders", name];
    if (BUILT_IN.includes(name)) {
      return [{
        path,
        message: `is the name of a built-in value, choose another`,
      }];
    }
    if (feeder.records === undefined && feeder.file === undefined) {
      return [{
        path: [...path, "records"],
        message: "is missing, it must be a list, or file the name of one",
      }];
    }
    return fileIssue([...path, "file"], () => recordsOf(feeder));
  });
}

function fileIssue(
  path: Path,
  read: () => readonly JsonObject[],
): DriverIssue[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof LoadTestError) {
      return [{ path, message: error.message }];
    }
    throw error;
  }
}

/** Returns an issue for each reference to something that does not exist. */
export function referenceIssues(scenario: Partial<Scenario>): DriverIssue[] {
  const { defaults = {} } = scenario;
  const known = knownIn(scenario);
  const issues: DriverIssue[] = [];
  const check = (value: unknown, at: Path, known: Known) => {
    for (const { path, reference } of referencesIn(value, at)) {
      const source = sourceOf(reference, known);
      if ("message" in source) issues.push({ path, ...source });
    }
  };
  check(defaults, ["defaults"], known);
  for (const { step, path, captured } of allSteps(scenario)) {
    check(step.request, [...path, "request"], { ...known, captured });
  }
  return issues;
}

interface Place {
  readonly path: Path;
  readonly reference: Reference;
}

function* referencesIn(value: unknown, path: Path): Generator<Place> {
  if (typeof value === "string") {
    for (const part of partsOf(value)) {
      if (typeof part !== "string") yield { path, reference: part };
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
