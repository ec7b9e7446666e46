/**
 * Whether two runs can be compared: pure decisions without I/O.
 *
 * @module
 */
import { bytes, count } from "../report/numbers.ts";
import type { LoadResult } from "../result.ts";
import type { RunOrigin } from "../result_details.ts";
import type { Scenario } from "../scenario/scenario.ts";

/**
 * The fields of a scenario that say what is done and how much of it. Others,
 * such as criteria and the command of the target, may differ.
 */
const MEASURED: readonly (keyof Scenario)[] = [
  "load",
  "phases",
  "operations",
  "defaults",
  "setup",
  "feeders",
];
/** Limits of time that change nothing as long as they are kept. */
const LIMITS: ReadonlySet<string> = new Set([
  "phases.prepareTimeoutMs",
  "phases.cleanupTimeoutMs",
  "phases.drainTimeoutMs",
]);
/** The most differences that an error names. */
const MAX_NAMED = 10;

/** A field of two scenarios that is not the same. */
export interface FieldDifference {
  /** The path of the field, such as `load.users`. */
  readonly path: string;
  /** Its values as JSON; `undefined` if there is none. */
  readonly before: string | undefined;
  readonly now: string | undefined;
}

/** Returns the fields in which two scenarios do not measure the same. */
export function differencesOf(
  before: Scenario,
  now: Scenario,
): FieldDifference[] {
  const found: FieldDifference[] = [];
  for (const field of MEASURED) {
    compare(field, before[field], now[field], found);
  }
  return found.filter(({ path }) => !LIMITS.has(path));
}

function compare(
  path: string,
  before: unknown,
  now: unknown,
  found: FieldDifference[],
): void {
  if (isObject(before) && isObject(now)) {
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    for (const name of names) {
      const inner = Array.isArray(now) ? `${path}[${name}]` : `${path}.${name}`;
      compare(inner, before[name], now[name], found);
    }
    return;
  }
  const [first, second] = [JSON.stringify(before), JSON.stringify(now)];
  if (first !== second) found.push({ path, before: first, now: second });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** Says which fields differ, and how. */
export function differencesText(
  differences: readonly FieldDifference[],
): string {
  const lines = differences.slice(0, MAX_NAMED).map(({ path, before, now }) =>
    `  ${path} was ${shortened(before)}, and is ${shortened(now)}`
  );
  const more = differences.length - lines.length;
  return [...lines, ...more > 0 ? [`  and ${more} more`] : []].join("\n");
}

function shortened(json: string | undefined): string {
  if (json === undefined) return "left out";
  return json.length > 60 ? `${json.slice(0, 59)}…` : json;
}

const ORIGIN: readonly (readonly [keyof RunOrigin, string])[] = [
  ["cpu", "processor"],
  ["cores", "number of cores"],
  ["memoryBytes", "memory"],
  ["system", "system"],
  ["kernel", "kernel"],
  ["deno", "version of Deno"],
  ["troupe", "version of Troupe"],
  ["threads", "number of threads"],
  ["target", "command of the target"],
];

/** Returns what besides the service may be the cause of a difference. */
export function comparisonWarnings(
  before: LoadResult,
  now: LoadResult,
): string[] {
  const warnings: string[] = [];
  if (before.verdict === "aborted") {
    warnings.push("The run before was aborted: its figures are of a part.");
  }
  const differing = ORIGIN.filter(([field]) =>
    before.origin[field] !== now.origin[field]
  ).map(([field, name]) =>
    `${name}: ${originText(field, before)} before, ${
      originText(field, now)
    } now`
  );
  if (differing.length > 0) {
    warnings.push(
      `The two runs did not take place in the same way, which may be all of the difference (${
        differing.join("; ")
      }).`,
    );
  }
  if ((before.scenario.seed ?? 1) !== (now.scenario.seed ?? 1)) {
    warnings.push("The two runs had different seeds.");
  }
  return warnings;
}

function originText(field: keyof RunOrigin, { origin }: LoadResult): string {
  const value = origin[field];
  if (value === null || value === undefined) return "not known";
  if (typeof value === "string") return value;
  return field === "memoryBytes" ? bytes(value) : count(value);
}
