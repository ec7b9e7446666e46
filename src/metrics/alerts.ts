/**
 * When a value is an alert, and when it is one no longer: pure decisions.
 *
 * @module
 */
import type { AlertEvent } from "./feed.ts";
import { METRIC_READERS, type MetricPath } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** What every rule of an alert says. */
export interface AlertRuleBase {
  /** The name of the alert; no other rule has it. */
  readonly name: string;
  /**
   * The value: where it stands in a snapshot, or how to find it there. `null`,
   * and what is not finite, is no value.
   */
  readonly metric: MetricPath | ((snapshot: MetricsSnapshot) => number | null);
  /**
   * Milliseconds for which the value must be beyond the threshold at every
   * look, before the alert fires.
   * @default {0}
   */
  readonly forMs?: number;
  /**
   * The alert resolves at this value: at or below it for `above`, at or above
   * it for `below`. The farther from the threshold, the less a value that
   * wavers around the threshold fires again.
   * @default {the threshold}
   */
  readonly clearAt?: number;
  /**
   * A sentence for those who are told.
   * @default {one with the name, the value and the threshold}
   */
  readonly message?: string;
}

/**
 * A rule of an alert. It fires once when its value has been beyond the
 * threshold for long enough, and resolves once when the value is back at
 * `clearAt`. A look that finds no value changes nothing: it neither fires nor
 * resolves, and does not interrupt the time for which the value was beyond.
 */
export type AlertRule =
  & AlertRuleBase
  & (
    | { readonly above: number; readonly below?: never }
    | { readonly below: number; readonly above?: never }
  );

/** Where an alert is. */
export type AlertState =
  | { readonly phase: "quiet" }
  /** The value is beyond the threshold, but not for long enough. */
  | { readonly phase: "pending"; readonly sinceMs: number }
  | { readonly phase: "firing"; readonly event: AlertEvent };

/** Where every alert begins. */
export const QUIET: AlertState = { phase: "quiet" };

/** What is known at one look. */
export interface AlertLook {
  /** What it is; `null` where it is unknown. */
  readonly value: number | null;
  /** The time on a clock that never goes back. */
  readonly nowMs: number;
  /** The time since 1970, for the event. */
  readonly atMs: number;
}

/** The next state of an alert, and what there is to tell. */
export function nextAlert(
  rule: AlertRule,
  state: AlertState,
  { value, nowMs, atMs }: AlertLook,
): { readonly state: AlertState; readonly event?: AlertEvent } {
  if (value === null || !Number.isFinite(value)) return { state };
  const event = (state: AlertEvent["state"]): AlertEvent => ({
    rule: rule.name,
    state,
    atMs,
    value,
    message: rule.message ?? messageOf(rule, state, value),
  });
  if (state.phase === "firing") {
    if (!isClear(rule, value)) return { state };
    return { state: QUIET, event: event("resolved") };
  }
  if (!isBeyond(rule, value)) return { state: QUIET };
  const sinceMs = state.phase === "pending" ? state.sinceMs : nowMs;
  if (nowMs - sinceMs < (rule.forMs ?? 0)) {
    return { state: { phase: "pending", sinceMs } };
  }
  const firing = event("firing");
  return { state: { phase: "firing", event: firing }, event: firing };
}

function isBeyond({ above, below }: AlertRule, value: number): boolean {
  return above === undefined ? value < below : value > above;
}

function isClear({ above, below, clearAt }: AlertRule, value: number): boolean {
  return above === undefined
    ? value >= (clearAt ?? below)
    : value <= (clearAt ?? above);
}

function messageOf(
  rule: AlertRule,
  state: AlertEvent["state"],
  value: number,
): string {
  const { name, above, below } = rule;
  if (state === "resolved") return `${name} is right again: it is ${value}`;
  const side = above === undefined ? `below ${below}` : `above ${above}`;
  return `${name} is ${value}, ${side}`;
}

/**
 * Lets pass rules that make sense.
 *
 * @throws {TypeError} when a name is empty or twice there, a metric is none,
 * or not exactly one of `above` and `below` is given.
 * @throws {RangeError} when a number is none or on the wrong side.
 */
export function checkAlertRules(rules: readonly AlertRule[]): void {
  const names = new Set<string>();
  for (const rule of rules) {
    const { name, forMs = 0, above, below } = rule;
    const threshold = above ?? below;
    if (typeof name !== "string" || name === "" || names.has(name)) {
      throw new TypeError(
        `Cannot use the alert ${
          JSON.stringify(name)
        }: its name must be a word that no other has`,
      );
    }
    names.add(name);
    const fail = (what: string): string =>
      `Cannot use the alert ${name}: ${what}`;
    if ((above === undefined) === (below === undefined)) {
      throw new TypeError(fail("it needs either above or below"));
    }
    if (typeof rule.metric !== "function" && !METRIC_READERS.has(rule.metric)) {
      throw new TypeError(
        fail(
          `metric is ${
            JSON.stringify(rule.metric)
          }, it must be a function or one of ${
            [...METRIC_READERS.keys()].join(", ")
          }`,
        ),
      );
    }
    const { clearAt = threshold } = rule;
    for (const [key, value] of Object.entries({ above, below, clearAt })) {
      if (value === undefined || Number.isFinite(value)) continue;
      throw new RangeError(fail(`${key} is ${value}, it must be a number`));
    }
    if (!(forMs >= 0 && forMs < Infinity)) {
      throw new RangeError(fail(`forMs is ${forMs}, it must be 0 or more`));
    }
    if (clearAt !== undefined && isBeyond(rule, clearAt)) {
      throw new RangeError(
        fail(`clearAt is ${clearAt}, beyond its threshold ${threshold}`),
      );
    }
  }
}
