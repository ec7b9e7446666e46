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
import {
  FaultWatch,
  type InstrumentFault,
  instrumentFault,
} from "./instrument_fault.ts";
import { GrowthRate, readInstrument } from "./instrument_metric.ts";
import { type Instruments, instrumentTypes } from "./instruments.ts";
import { InstrumentError } from "./metrics_errors.ts";
import { METRIC_READERS } from "./metric_path.ts";
import type { MetricsSnapshot } from "./snapshot.ts";

/** Applies all rules to each snapshot. */
export class AlertWatch {
  readonly #states: Map<AlertRule, AlertState>;
  /** Those of the rules that want the growth per second. */
  readonly #rates = new Map<AlertRule, GrowthRate>();
  /** Those of the rules that watch an instrument. */
  readonly #faults = new Map<AlertRule, FaultWatch>();
  readonly #instruments: Instruments;
  readonly #errors: ErrorReporter;

  /**
   * Creates a watch whose alerts are quiet. A metric that throws is reported,
   * and counts as unknown; so is an instrument that is not there, or not of a
   * type that has such a number.
   */
  constructor(
    rules: readonly AlertRule[],
    instruments: Instruments,
    errors: ErrorReporter,
  ) {
    this.#instruments = instruments;
    this.#states = new Map(rules.map((rule) => [rule, QUIET]));
    this.#errors = errors;
    for (const rule of rules) {
      const { metric } = rule;
      if (typeof metric !== "object") continue;
      this.#faults.set(rule, new FaultWatch());
      if (metric.perSecond) this.#rates.set(rule, new GrowthRate());
    }
  }

  /** The alerts that fire with their latest values, in the order of rules. */
  get firing(): readonly AlertEvent[] {
    return [...this.#states.values()].flatMap((state) =>
      state.phase === "firing" ? [state.event] : []
    );
  }

  /** Returns the alerts that fire or resolve with a snapshot. */
  update(snapshot: MetricsSnapshot, nowMs: number): AlertEvent[] {
    const events: AlertEvent[] = [];
    const { atMs, steadyMs } = snapshot;
    for (const [rule, before] of this.#states) {
      const value = this.#read(rule, snapshot, nowMs);
      const reading = { value, nowMs, atMs, steadyMs };
      const { state, event } = transition(rule, before, reading);
      this.#states.set(rule, state);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #read(
    rule: AlertRule,
    snapshot: MetricsSnapshot,
    nowMs: number,
  ): number | null {
    let value: unknown = null;
    this.#errors.attempt(() => {
      value = this.#valueOf(rule, snapshot, nowMs);
      // An async function has a promise, whose rejection is reported too.
      return value;
    });
    if (typeof value === "number") return value;
    if (value !== null && value !== undefined) {
      this.#errors.report(
        new TypeError(
          `Cannot use the metric of the alert "${rule.name}": its result is ${
            kindOf(value)
          }, it must be a number or null`,
        ),
      );
    }
    return null;
  }

  #valueOf(rule: AlertRule, snapshot: MetricsSnapshot, nowMs: number): unknown {
    const { metric } = rule;
    if (typeof metric === "function") return metric(snapshot);
    if (typeof metric === "string") {
      return METRIC_READERS.get(metric)?.(snapshot);
    }
    const types = instrumentTypes(this.#instruments);
    const fault = instrumentFault(metric, types, snapshot.instruments);
    this.#reportFault(rule, fault, nowMs);
    // What it has is not what the rule is about.
    if (fault?.mayPass === false) return null;
    const value = readInstrument(metric, snapshot.instruments);
    const rate = this.#rates.get(rule);
    return rate === undefined ? value : rate.next(value, snapshot.steadyMs);
  }

  #reportFault(
    rule: AlertRule,
    fault: InstrumentFault | undefined,
    nowMs: number,
  ): void {
    const text = this.#faults.get(rule)?.next(fault, nowMs);
    if (text === undefined) return;
    this.#errors.report(
      new InstrumentError(`Cannot watch the alert "${rule.name}": ${text}`),
    );
  }
}
