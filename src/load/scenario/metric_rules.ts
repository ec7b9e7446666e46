/**
 * The metrics of criteria: pure decisions without I/O.
 *
 * @module
 */
import { closestName } from "../../checks/internal.ts";
import { show, unknownNameProblem } from "./problems.ts";
import type { Unit } from "./quantity.ts";
import type { Problem } from "./rule.ts";

/** What is counted, and has a rate as well. */
const COUNTED = ["error", "drop", "timeout"] as const;
/** What has the statistics of a distribution. */
const TIMES = [
  "latency",
  "serviceTime",
  "connectTime",
  "tlsTime",
  "firstByteTime",
  "restTime",
] as const;
/** Times of a result, by their name. */
export type TimesName = (typeof TIMES)[number];
const STATISTICS = ["min", "mean", "max"] as const;
/** The classes of status codes. */
export const STATUS_CLASSES: readonly string[] = [
  "1xx",
  "2xx",
  "3xx",
  "4xx",
  "5xx",
];

/** A metric, as its name says. */
export type Metric =
  | { readonly kind: "throughput" | "check_rate" }
  | {
    readonly kind: "rate" | "count";
    readonly of: (typeof COUNTED)[number];
  }
  | {
    readonly kind: "status_rate" | "status_count";
    /** Such as `5xx`. */
    readonly of: string;
  }
  | {
    readonly kind: "statistic";
    readonly times: TimesName;
    readonly of: (typeof STATISTICS)[number];
  }
  | {
    readonly kind: "percentile";
    readonly times: TimesName;
    /** Above 0 and at most 1. */
    readonly fraction: number;
  };

/** What a value of a metric is counted in. */
export type MetricUnit = Exclude<Unit, "bytes">;

const NAMED: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ["throughput", { kind: "throughput" }],
  ["checkRate", { kind: "check_rate" }],
  ...COUNTED.flatMap((of): [string, Metric][] => [
    [`${of}Rate`, { kind: "rate", of }],
    [`${of}Count`, { kind: "count", of }],
  ]),
  ...STATUS_CLASSES.flatMap((of): [string, Metric][] => [
    [`statusRate.${of}`, { kind: "status_rate", of }],
    [`statusCount.${of}`, { kind: "status_count", of }],
  ]),
  ...TIMES.flatMap((times) =>
    STATISTICS.map((of): [string, Metric] => [
      `${times}.${of}`,
      { kind: "statistic", times, of },
    ])
  ),
]);

/** Percentiles that are suggested; there is any other as well. */
const SUGGESTED = ["p50", "p90", "p95", "p99", "p99.9"];
const NAMES: readonly string[] = [
  ...NAMED.keys(),
  ...TIMES.flatMap((times) => SUGGESTED.map((name) => `${times}.${name}`)),
];

/** What other tools call the same. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["checks", "checkRate"],
  ["errors", "errorCount"],
  ["failureRate", "errorRate"],
  ["failRate", "errorRate"],
  ["drops", "dropCount"],
  ["timeouts", "timeoutCount"],
  ["rps", "throughput"],
  ["requestsPerSecond", "throughput"],
  ["median", "latency.p50"],
  ["latency.median", "latency.p50"],
  ["serviceTime.median", "serviceTime.p50"],
  ["latency.avg", "latency.mean"],
  ["serviceTime.avg", "serviceTime.mean"],
]);

const PERCENTILE = /^(\w+)\.p(\d+(?:\.\d+)?)$/;
const LONE_PERCENTILE = /^p\d+(\.\d+)?$/;
const STATUS = /^status(?:Rate|Count)(?:\.(.*))?$/;
/** What HDR histograms and other tools call the 99.9th. */
const P999 = "999";

function percentileOf(
  name: string,
): { readonly times: TimesName; readonly percent: string } | undefined {
  const [, before, percent = ""] = PERCENTILE.exec(name) ?? [];
  const times = TIMES.find((one) => one === before);
  return times && { times, percent };
}

/** Returns the metric of a name; `undefined` if there is none. */
export function metricOf(name: string): Metric | undefined {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  const { times, percent } = percentileOf(name) ?? {};
  if (times === undefined) return undefined;
  const value = percent === P999 ? 99.9 : Number(percent);
  return value > 0 && value <= 100
    ? { kind: "percentile", times, fraction: value / 100 }
    : undefined;
}

/** Returns what is wrong with the name of a metric, if there is none. */
export function metricProblem(name: string): Problem | undefined {
  if (metricOf(name) !== undefined) return undefined;
  const problem = `is ${show(name)}`;
  const meant = (suggestion: string): Problem => ({
    message: `${problem}, did you mean "${suggestion}"?`,
    suggestion,
  });
  const { times, percent = "" } = percentileOf(name) ?? {};
  if (times !== undefined) {
    // Such as p9999, after the manner of p999.
    return /^9{4,}$/.test(percent)
      ? meant(`${times}.p99.${percent.slice(2)}`)
      : {
        message:
          `${problem}, a percentile must be above 0 and at most 100, such as ${times}.p99`,
      };
  }
  if (LONE_PERCENTILE.test(name) && metricOf(`latency.${name}`)) {
    return meant(`latency.${name}`);
  }
  const [, before = "", percentile = ""] = PERCENTILE.exec(name) ?? [];
  const closest = before === "" ? undefined : closestName(before, TIMES);
  const spelled = `${closest}.p${percentile}`;
  if (metricOf(spelled) !== undefined) return meant(spelled);
  const status = STATUS.exec(name);
  if (status !== null) {
    const statusClass = `${status[1] ?? ""}`.slice(0, 1) + "xx";
    const [kind] = name.split(".");
    return STATUS_CLASSES.includes(statusClass)
      ? meant(`${kind}.${statusClass}`)
      : {
        message: `${problem}, choose one of ${
          STATUS_CLASSES.map((one) => `${kind}.${one}`).join(", ")
        }`,
      };
  }
  const other = ELSEWHERE.get(name);
  if (other !== undefined) return meant(other);
  const unknown = unknownNameProblem(problem, name, NAMES);
  if (unknown.suggestion !== undefined || name.includes(".")) return unknown;
  return {
    message:
      `${problem}, choose one of latency.p99 or any other percentile, latency.mean, serviceTime.p99, throughput, errorRate, dropRate, timeoutRate, checkRate, statusRate.5xx, or a count such as errorCount`,
  };
}

/** Returns the unit of the values of a metric. */
export function unitOf(metric: Metric): MetricUnit {
  switch (metric.kind) {
    case "throughput":
      return "per_second";
    case "check_rate":
    case "rate":
    case "status_rate":
      return "rate";
    case "count":
    case "status_count":
      return "count";
    case "statistic":
    case "percentile":
      return "ms";
    default:
      return metric satisfies never;
  }
}
