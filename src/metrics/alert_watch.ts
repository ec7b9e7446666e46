/**
 * Where all alerts of a collector are.
 *
 * @module
 */
import { type AlertRule, type AlertState, nextAlert, QUIET } from "./alerts.ts";
import type { AlertEvent } from "./feed.ts";
import { METRIC_READERS } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Looks at snapshots with the eyes of all rules. */
export class AlertWatch {
  readonly #states: Map<AlertRule, AlertState>;
  readonly #onError: (error: unknown) => void;

  /** All quiet; a metric that throws is no value, and told to `onError`. */
  constructor(
    rules: readonly AlertRule[],
    onError: (error: unknown) => void,
  ) {
    this.#states = new Map(rules.map((rule) => [rule, QUIET]));
    this.#onError = onError;
  }

  /** Those that fire, in the order of their rules. */
  get firing(): readonly AlertEvent[] {
    return [...this.#states.values()].flatMap((state) =>
      state.phase === "firing" ? [state.event] : []
    );
  }

  /** What begins or ends with a snapshot, at such a time of the clock. */
  look(snapshot: MetricsSnapshot, nowMs: number): AlertEvent[] {
    const events: AlertEvent[] = [];
    const { atMs } = snapshot;
    for (const [rule, before] of this.#states) {
      const value = this.#read(rule, snapshot);
      const { state, event } = nextAlert(rule, before, { value, nowMs, atMs });
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
