/**
 * All alerts of a collector, and their states.
 *
 * @module
 */
import type { AlertRule } from "./alert_rule.ts";
import { type AlertState, QUIET, transition } from "./alert_state.ts";
import type { AlertEvent } from "./feed.ts";
import { METRIC_READERS } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Applies all rules to each snapshot. */
export class AlertWatch {
  readonly #states: Map<AlertRule, AlertState>;
  readonly #onError: (error: unknown) => void;

  /**
   * Creates a watch whose alerts are quiet. A metric that throws is reported
   * to `onError` and counts as unknown.
   */
  constructor(
    rules: readonly AlertRule[],
    onError: (error: unknown) => void,
  ) {
    this.#states = new Map(rules.map((rule) => [rule, QUIET]));
    this.#onError = onError;
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

  #read({ metric }: AlertRule, snapshot: MetricsSnapshot): number | null {
    try {
      return typeof metric === "function"
        ? metric(snapshot)
        : METRIC_READERS.get(metric)?.(snapshot) ?? null;
    } catch (error) {
      this.#onError(error);
      return null;
    }
  }
}
