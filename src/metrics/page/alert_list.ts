/**
 * The list of alerts: those that fire first, then those that have resolved.
 *
 * @module
 */
import { alertNumber } from "../alert_number.ts";
import type { AlertEvent } from "../feed.ts";

/** The most alerts that are shown. */
const MAX_SHOWN = 20;

/**
 * Returns the list with an alert, and at most one that fires for each rule. An
 * alert that still fires comes again with its latest value.
 */
export function withAlert(
  list: readonly AlertEvent[],
  alert: AlertEvent,
): AlertEvent[] {
  const others = list.filter(({ name, state, steadyMs }) =>
    name !== alert.name ||
    (state === "resolved" && steadyMs !== alert.steadyMs)
  );
  // An alert that comes again after a reconnect may be older than the list.
  const newer = list.some(({ name, steadyMs }) =>
    name === alert.name && steadyMs > alert.steadyMs
  );
  if (newer) return [...list];
  const rank = ({ state }: AlertEvent) => state === "firing" ? 0 : 1;
  return [alert, ...others]
    .sort((a, b) => rank(a) - rank(b) || b.steadyMs - a.steadyMs)
    .slice(0, MAX_SHOWN);
}

/** Returns what an alert says, with its value if its rule does not say it. */
export function alertText({ message, value, state }: AlertEvent): string {
  const shown = [alertNumber(value), `${value}`];
  if (shown.some((number) => message.includes(number))) return message;
  const number = value.toLocaleString("en", { maximumSignificantDigits: 6 });
  return `${message} (${state === "firing" ? "now" : "it was"} ${number})`;
}
