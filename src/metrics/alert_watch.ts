/**
 * All alerts of a collector, and their states.
 *
 * @module
 */
import { kindOf } from "../checks/internal.ts";
import type { AlertRule } from "./alert_rule.ts";
import { type AlertState, QUIET, transition } from "./alert_state.ts";
import type { ErrorReporter } from "./error_reporter.ts";
import type { AlertEvent } from "./feed.ts";
import { METRIC_READERS } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Applies all rules to each snapshot. */
export class AlertWatch {
  readonly #states: Map<AlertRule, AlertState>;
  readonly #errors: ErrorReporter;

  /**
   * Creates a watch whose alerts are quiet. A metric that throws is reported,
   * and counts as unknown.
   */
  constructor(rules: readonly AlertRule[], errors: ErrorReporter) {
    this.#states = new Map(rules.map((rule) => [rule, QUIET]));
    this.#errors = errors;
  }

  /** The alerts that fire, in the order of their rules. */
  get firing(): readonly AlertEvent[] {
    return [...this.#states.values()].flatMap((state) =>
      state.phase === "firing" ? [state.event] : []
    );
  }

  /** Returns the alerts that fire or resolve with a snapshot. */
  update(snapshot: MetricsSnapshot, nowMs: number): AlertEvent[] {
    const events: AlertEvent[] = [];
    const { atMs } = snapshot;
    for (const [rule, before] of this.#states) {
      const value = this.#read(rule, snapshot);
      const { state, event } = transition(rule, before, { value, nowMs, atMs });
      this.#states.set(rule, state);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #read({ name, metric }: AlertRule, snapshot: MetricsSnapshot): number | null {
    let value: unknown = null;
    this.#errors.attempt(() => {
      value = typeof metric === "function"
        ? metric(snapshot)
        : METRIC_READERS.get(metric)?.(snapshot);
      // An async function has a promise, whose rejection is reported too.
      return value;
    });
    if (typeof value === "number") return value;
    if (value !== null && value !== undefined) {
      this.#errors.report(
        new TypeError(
          `Cannot use the metric of the alert "${name}": its result is ${
            kindOf(value)
          }, it must be a number or null`,
        ),
      );
    }
    return null;
  }
}
