/**
 * The state of an alert, and how it changes with each snapshot.
 *
 * @module
 */
import { type AlertRule, isBeyond, isClear } from "./alert_rule.ts";
import { alertNumber } from "./alert_number.ts";
import type { AlertEvent } from "./feed.ts";

/** The state of an alert. */
export type AlertState =
  | { readonly phase: "quiet" }
  /** The value is beyond the threshold, but not yet for long enough. */
  | { readonly phase: "pending"; readonly sinceMs: number }
  | { readonly phase: "firing"; readonly event: AlertEvent };

/** The state in which every alert starts. */
export const QUIET: AlertState = { phase: "quiet" };

/** What a snapshot says of an alert's value. */
export interface AlertReading {
  /** The value; `null` where it is unknown. */
  readonly value: number | null;
  /** The time by a clock that never goes back. */
  readonly nowMs: number;
  /** Milliseconds since 1970, for the event. */
  readonly atMs: number;
  /** The same by a clock that never goes back. */
  readonly steadyMs: number;
}

/** Returns the next state of an alert, and the event to report, if any. */
export function transition(
  rule: AlertRule,
  state: AlertState,
  { value, nowMs, atMs, steadyMs }: AlertReading,
): { readonly state: AlertState; readonly event?: AlertEvent } {
  if (value === null || !Number.isFinite(value)) return { state };
  const event = (state: AlertEvent["state"]): AlertEvent => ({
    name: rule.name,
    state,
    atMs,
    steadyMs,
    value,
    message: rule.message ?? messageOf(rule, state, value),
  });
  if (state.phase === "firing") {
    if (!isClear(rule, value)) {
      // It fires since then, with the value of now.
      const { atMs, steadyMs } = state.event;
      return {
        state: { ...state, event: { ...event("firing"), atMs, steadyMs } },
      };
    }
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

function messageOf(
  rule: AlertRule,
  state: AlertEvent["state"],
  value: number,
): string {
  const { name, above, below } = rule;
  const number = alertNumber(value, above ?? below);
  if (state === "resolved") return `${name} is back to normal: it is ${number}`;
  const side = above === undefined ? `below ${below}` : `above ${above}`;
  return `${name} is ${number}, ${side}`;
}
