/**
 * The value of an alert that watches an instrument.
 *
 * @module
 */
import {
  checkBoolean,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import type {
  DistributionSummary,
  InstrumentSample,
  Labels,
} from "./snapshot.ts";

/**
 * An instrument of the application as one number: that of a set of labels, or
 * the sum over several.
 */
export interface InstrumentMetric {
  /** The name of the instrument. */
  readonly instrument: string;
  /**
   * The labels that a series must have; it may have others too. Of several
   * series, the values of counters and gauges are added up.
   * @default {none: all series of the instrument}
   */
  readonly labels?: Labels;
  /**
   * The number that counts of the window of a histogram. Of several series,
   * `count` and `sum` are added up, `mean` is that of all values, `min` is the
   * least, and a percentile is that of the worst series. Counters and gauges
   * have one number, so for them it is an error that the collector reports.
   * @default {"p99"}
   */
  readonly field?: keyof DistributionSummary;
  /**
   * Whether the value is how much a counter, or the number of a histogram's
   * values, has grown per second since the snapshot before. For a gauge it is an
   * error that the collector reports.
   * @default {false}
   */
  readonly perSecond?: boolean;
}

const NAMES: OptionNames<InstrumentMetric> = {
  instrument: true,
  labels: true,
  field: true,
  perSecond: true,
};

const FIELDS: readonly (keyof DistributionSummary)[] = [
  "count",
  "sum",
  "min",
  "mean",
  "p50",
  "p90",
  "p95",
  "p99",
  "p999",
  "max",
];

/**
 * Checks the metric of an alert.
 *
 * @throws {TypeError} if it makes no sense.
 */
export function checkInstrumentMetric(
  option: string,
  metric: InstrumentMetric,
): void {
  checkOptionNames(option, metric, NAMES);
  const { instrument, labels, field, perSecond } = metric;
  checkString(`instrument of ${option}`, instrument);
  if (labels !== undefined) {
    checkObject(
      `labels of ${option}`,
      labels,
      'an object such as { shop: "a" }',
    );
    for (const [name, value] of Object.entries(labels)) {
      checkString(`label ${name} of ${option}`, value);
    }
  }
  if (perSecond !== undefined) {
    checkBoolean(`perSecond of ${option}`, perSecond);
  }
  if (field === undefined) return;
  checkOneOf(`field of ${option}`, field, FIELDS);
  if (perSecond) {
    throw new TypeError(
      `Cannot use ${option}: it has field and perSecond, it must have one of them`,
    );
  }
}

/** Returns the number of an instrument; `null` if it has no such series. */
export function readInstrument(
  { instrument, labels = {}, field = "p99", perSecond }: InstrumentMetric,
  samples: readonly InstrumentSample[],
): number | null {
  const wanted = Object.entries(labels);
  const found = samples.filter((sample) =>
    sample.name === instrument &&
    wanted.every(([name, value]) => sample.labels[name] === value)
  );
  if (found.length === 0) return null;
  const values = found.flatMap((sample) => {
    if (sample.type !== "histogram") return sample.value;
    return perSecond ? sample.count : [];
  });
  if (values.length > 0) return sum(values);
  return merged(
    field,
    found.flatMap((sample) =>
      sample.type === "histogram" ? sample.summary : []
    ),
  );
}

function merged(
  field: keyof DistributionSummary,
  summaries: readonly DistributionSummary[],
): number | null {
  const all = (key: keyof DistributionSummary): number[] =>
    summaries.flatMap((summary) => summary[key] ?? []);
  const values = all(field);
  if (values.length === 0) return null;
  switch (field) {
    case "count":
    case "sum":
      return sum(values);
    case "mean":
      return sum(all("sum")) / sum(all("count"));
    case "min":
      return Math.min(...values);
    default:
      return Math.max(...values);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How much a count grows per second. */
export class GrowthRate {
  #before: { readonly count: number; readonly atMs: number } | undefined;

  /** Returns the rate since the last call; `null` while it is unknown. */
  next(count: number | null, atMs: number): number | null {
    if (count === null) return null;
    const before = this.#before;
    if (before !== undefined && atMs <= before.atMs) return null;
    this.#before = { count, atMs };
    if (before === undefined || count < before.count) return null;
    return (count - before.count) / (atMs - before.atMs) * 1000;
  }
}
