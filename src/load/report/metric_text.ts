/**
 * Metrics of criteria and their values, with units.
 *
 * @module
 */
import { metricOf, unitOf } from "../scenario/metric_rules.ts";
import type { Criterion } from "../scenario/scenario.ts";
import { count, milliseconds, percent, short, withUnit } from "./numbers.ts";

/**
 * Returns what a criterion is about, such as `latency.p99 of send` or
 * `checkRate of "found" of kind=reading`.
 */
export function subjectText(
  { metric, operation, stage, tags, check }: Criterion,
): string {
  const named = Object.entries(tags ?? {})
    .map(([name, value]) => `${name}=${value}`).join(", ");
  const parts = [
    metric,
    ...check === undefined ? [] : [JSON.stringify(check)],
    ...operation === undefined ? [] : [operation],
    ...named === "" ? [] : [named],
  ];
  const where = stage === undefined ? "" : ` in ${stage}`;
  return parts.join(" of ") + where;
}

/** Formats the limit of a criterion, such as `50 ms` or `1 %`. */
export function limitText(metric: string, value: number): string {
  return metricText(metric, value, 15);
}

/**
 * Formats what was measured for a criterion. Rounding never makes it look equal
 * to the limit if it is not.
 */
export function measuredText(
  metric: string,
  value: number,
  limit: number,
): string {
  const digits = [3, 4, 6, 9].find((digits) =>
    metricText(metric, value, digits) !== metricText(metric, limit, digits)
  );
  return metricText(metric, value, value === limit ? 3 : digits ?? 15);
}

function metricText(metric: string, value: number, digits: number): string {
  const known = metricOf(metric);
  const unit = known === undefined ? "ms" : unitOf(known);
  switch (unit) {
    case "rate":
      return percent(value, digits);
    case "count":
      return Number.isInteger(value) ? count(value) : short(value, digits);
    case "per_second":
      return withUnit(short(value, digits), "/s");
    case "ms":
      return milliseconds(value, digits);
    default:
      return unit satisfies never;
  }
}
