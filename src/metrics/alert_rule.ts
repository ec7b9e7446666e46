/**
 * The rules of alerts, and which of them make sense.
 *
 * @module
 */
import {
  checkArray,
  checkNumber,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkString,
  kindOf,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import {
  checkInstrumentMetric,
  type InstrumentMetric,
} from "./instrument_metric.ts";
import { METRIC_READERS, type MetricPath } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** The part of an {@linkcode AlertRule} that does not depend on its side. */
export interface AlertRuleBase {
  /** The name of the alert, which no other rule has. */
  readonly name: string;
  /**
   * The value to watch: its path in a snapshot, an instrument of the
   * application, or a function of the snapshot. A result that is `null` or not
   * finite is no value.
   */
  readonly metric:
    | MetricPath
    | InstrumentMetric
    | ((snapshot: MetricsSnapshot) => number | null);
  /**
   * Milliseconds for which every snapshot must have the value beyond the
   * threshold before the alert fires, 0 or more.
   * @default {0}
   */
  readonly forMs?: number;
  /**
   * The value at which the alert resolves: at or below it for `above`, at or
   * above it for `below`. The farther it is from the threshold, the less often
   * a value that wavers around the threshold fires again.
   * @default {the threshold}
   */
  readonly clearAt?: number;
  /**
   * A sentence for whoever reads the alert.
   * @default {one with the name, the value and the threshold}
   */
  readonly message?: string;
}

/**
 * A rule that says when an alert fires and resolves. It fires once its value
 * has been beyond the threshold for long enough, and resolves once the value
 * is back at `clearAt`. A snapshot without the value changes nothing: the
 * alert neither fires nor resolves, and the time for which the value was
 * beyond the threshold goes on.
 */
export type AlertRule =
  & AlertRuleBase
  & (
    | { readonly above: number; readonly below?: never }
    | { readonly below: number; readonly above?: never }
  );

/** Returns whether a value is beyond the threshold. */
export function isBeyond({ above, below }: AlertRule, value: number): boolean {
  return above === undefined ? value < below : value > above;
}

/** Returns whether an alert that fires resolves at a value. */
export function isClear(
  { above, below, clearAt }: AlertRule,
  value: number,
): boolean {
  return above === undefined
    ? value >= (clearAt ?? below)
    : value <= (clearAt ?? above);
}

const NAMES: OptionNames<AlertRule> = {
  name: true,
  metric: true,
  above: true,
  below: true,
  clearAt: true,
  forMs: true,
  message: true,
};

/**
 * Checks the rules of a collector.
 *
 * @throws {TypeError} if a name is empty or not unique, an option is not known,
 * a metric is neither a path, an instrument nor a function, or not exactly one
 * of `above` and `below` is given.
 * @throws {RangeError} if a number is not finite or on the wrong side.
 */
export function checkAlertRules(rules: readonly AlertRule[]): void {
  checkArray("alerts", rules, "an array of rules");
  const names = new Set<string>();
  for (const rule of rules) {
    checkObject("a rule of alerts", rule, "an object with a name");
    const { name } = rule;
    if (typeof name !== "string" || name === "" || names.has(name)) {
      throw new TypeError(
        `Cannot use the alert ${
          shown(name)
        }: its name must be a text that no other alert has`,
      );
    }
    names.add(name);
    checkOptionNames(`the alert "${name}"`, rule, NAMES);
    checkMetric(rule);
    checkLimits(rule);
  }
}

function checkMetric({ name, metric, message }: AlertRule): void {
  const option = `metric of the alert "${name}"`;
  if (typeof metric === "string") {
    checkOneOf(option, metric, [...METRIC_READERS.keys()]);
  } else if (typeof metric === "object" && metric !== null) {
    checkInstrumentMetric(option, metric);
  } else if (typeof metric !== "function") {
    throw new TypeError(
      `Cannot use ${option}: it is ${
        kindOf(metric)
      }, it must be a path, an instrument or a function`,
    );
  }
  if (message !== undefined) {
    checkString(`message of the alert "${name}"`, message);
  }
}

function checkLimits(rule: AlertRule): void {
  const { name, forMs = 0, above, below } = rule;
  const option = (key: string): string => `${key} of the alert "${name}"`;
  if ((above === undefined) === (below === undefined)) {
    throw new TypeError(
      `Cannot use the alert "${name}": it must have either above or below`,
    );
  }
  checkNumber(option("forMs"), forMs, { min: 0, finite: true });
  const threshold = above ?? below;
  const { clearAt = threshold } = rule;
  for (const [key, value] of Object.entries({ above, below, clearAt })) {
    if (value !== undefined) checkNumber(option(key), value, { finite: true });
  }
  if (clearAt !== undefined && isBeyond(rule, clearAt)) {
    throw new RangeError(
      `Cannot use ${
        option("clearAt")
      }: it is ${clearAt}, beyond the threshold ${threshold}`,
    );
  }
}
