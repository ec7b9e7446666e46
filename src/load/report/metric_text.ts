/**
 * Values of the metrics of criteria, with their units.
 *
 * @module
 */
import { milliseconds, percent, short, withUnit } from "./numbers.ts";

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
  if (metric.endsWith("Rate")) return percent(value, digits);
  return metric === "throughput"
    ? withUnit(short(value, digits), "/s")
    : milliseconds(value, digits);
}
