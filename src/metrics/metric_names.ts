/**
 * Names, units and labels as the formats of Prometheus require them.
 *
 * @module
 */
import { baseUnitOf } from "./base_unit.ts";
import type { HistogramBuckets, Labels } from "./snapshot.ts";

/** All samples of one metric. */
export interface MetricFamily {
  /** Without the `_total` of counters; ends with the unit, if it has one. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "summary" | "histogram";
  /** A word such as `seconds`, or nothing. */
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** One sample: a number, or a distribution. */
export interface MetricSample {
  readonly labels: Labels;
  readonly value: number | DistributionValue;
}

/** The value of a histogram, and of a summary, which has no buckets. */
export interface DistributionValue {
  readonly count: number;
  readonly sum: number;
  readonly buckets?: HistogramBuckets;
}

/** Labels and a value that may be unknown. */
export type Entry = readonly [
  Labels,
  number | DistributionValue | null | undefined,
];

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
  const name = withUnit(stem, unit);
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
 * that is taken gets a number. A family without samples keeps its name too, so
 * that no name depends on what is known at the moment.
 */
export function uniqueNames(families: readonly MetricFamily[]): MetricFamily[] {
  const taken = new Set<string>();
  const named = families.map((family) => {
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
  return named.filter(({ samples }) => samples.length > 0);
}

const ENDS = ["", "_total", "_sum", "_count", "_bucket", "_created"] as const;

/** Returns a name, followed by those that samples of its family may have. */
export function namesIn(name: string): string[] {
  return ENDS.map((end) => name + end);
}

/** Returns the name of an instrument with its base unit at the end. */
export function instrumentName(name: string, unit: string): string {
  const { word, aliases } = baseUnitOf(unit);
  let stem = metricName(name.replace(/[._]total$/, ""));
  const alias = word === ""
    ? undefined
    : aliases.find((alias) => stem.endsWith(`_${alias}`));
  // `wait_ms` in `ms` is `wait_seconds`.
  if (alias !== undefined) stem = stem.slice(0, -alias.length - 1);
  return withUnit(stem, word);
}

/** Returns a name that ends with the word of its unit, if it has one. */
export function withUnit(stem: string, unit: string): string {
  return unit === "" || stem.endsWith(`_${unit}`) ? stem : `${stem}_${unit}`;
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
    // Names that start with two underscores, and these, are reserved.
    if (key.startsWith("__") || key === "quantile" || key === "le") {
      key = `label_${key.replace(/^_+/, "")}`;
    }
    legal[key] = Object.hasOwn(legal, key) ? `${legal[key]};${value}` : value;
  }
  return legal;
}
