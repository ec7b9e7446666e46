/**
 * Names, units and labels as the formats of Prometheus require them.
 *
 * @module
 */
import type { Labels } from "./snapshot.ts";

/** All samples of one metric. */
export interface MetricFamily {
  /** Without the `_total` of counters; ends with the unit, if it has one. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary";
  /** A word such as `seconds`, or nothing. */
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** One sample: a number, or a summary. */
export interface MetricSample {
  readonly labels: Labels;
  readonly value: number | SummaryValue;
}

/** The value of a summary. */
export interface SummaryValue {
  readonly count: number;
  readonly sum: number;
  /** Quantiles that are known, such as `["0.5", 12]`. */
  readonly quantiles: readonly (readonly [string, number])[];
}

/** Labels and a value that may be unknown. */
export type Entry = readonly [Labels, number | SummaryValue | null | undefined];

/**
 * Returns the family of the entries that are known; of several with the same
 * labels it has the first.
 */
export function family(
  type: MetricFamily["type"],
  stem: string,
  unit: string,
  help: string,
  entries: readonly Entry[],
): MetricFamily {
  const name = unit === "" || stem.endsWith(`_${unit}`)
    ? stem
    : `${stem}_${unit}`;
  const seen = new Set<string>();
  const samples = entries.flatMap(([labels, value]): MetricSample[] => {
    // A counter must not be negative or `NaN`.
    if (value === null || value === undefined) return [];
    if (type === "counter" && !(Number(value) >= 0)) return [];
    const key = JSON.stringify(Object.entries(labels).sort());
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ labels, value }];
  });
  return { name, type, unit, help, samples };
}

/**
 * Returns the families that have samples, each with a name of its own: a name
 * that is taken gets a number.
 */
export function uniqueNames(families: readonly MetricFamily[]): MetricFamily[] {
  const taken = new Set<string>();
  return families.filter(({ samples }) => samples.length > 0).map((family) => {
    const { name, unit } = family;
    const end = unit === "" ? "" : `_${unit}`;
    const stem = name.slice(0, name.length - end.length);
    let unique = name;
    for (let n = 2; namesIn(unique).some((name) => taken.has(name)); n++) {
      unique = `${stem}_${n}${end}`;
    }
    for (const name of namesIn(unique)) taken.add(name);
    return { ...family, name: unique };
  });
}

/** The names that samples of a family of any type may have. */
function namesIn(name: string): string[] {
  return ["", "_total", "_sum", "_count", "_created"].map((end) => name + end);
}

/** Returns a name without the characters that are not allowed. */
export function metricName(name: string): string {
  const legal = name.replace(/[^\w:]/g, "_");
  return /^[a-zA-Z_:]/.test(legal) ? legal : `_${legal}`;
}

/**
 * Returns labels without the characters that are not allowed. Values whose
 * names become the same are joined, as OpenTelemetry does.
 */
export function legalLabels(labels: Labels): Labels {
  const legal: Record<string, string> = {};
  for (const [name, value] of Object.entries(labels)) {
    let key = name.replace(/\W/g, "_");
    if (!/^[a-zA-Z_]/.test(key)) key = `_${key}`;
    // Names that start with two underscores, and this one, are reserved.
    if (key.startsWith("__") || key === "quantile") {
      key = `label_${key.replace(/^_+/, "")}`;
    }
    legal[key] = Object.hasOwn(legal, key) ? `${legal[key]};${value}` : value;
  }
  return legal;
}

const UNITS: ReadonlyMap<string, string> = new Map([
  ["s", "seconds"],
  ["ms", "milliseconds"],
  ["us", "microseconds"],
  ["ns", "nanoseconds"],
  ["min", "minutes"],
  ["h", "hours"],
  ["By", "bytes"],
  ["%", "percent"],
  ["1", ""],
]);

/** Returns the word for a unit of UCUM; what is in braces is not a unit. */
export function unitWord(unit: string): string {
  const bare = unit.replace(/\{[^}]*\}/g, "");
  const word = UNITS.get(bare) ?? bare.replace(/\W+/g, "_");
  return word.replace(/^_+|_+$/g, "");
}
