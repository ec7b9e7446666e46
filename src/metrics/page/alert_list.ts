/**
 * The list of alerts: those that fire first, then those that have resolved.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";

/** The most alerts that are shown. */
const MAX_SHOWN = 20;

/** Returns the list with an alert, and at most one that fires for each rule. */
export function withAlert(
  list: readonly AlertEvent[],
  alert: AlertEvent,
): AlertEvent[] {
  const others = list.filter(({ rule, state, atMs }) =>
    rule !== alert.rule || (state === "resolved" && atMs !== alert.atMs)
  );
  // An alert that comes again after a reconnect may be older than the list.
  const newer = list.some(({ rule, atMs }) =>
    rule === alert.rule && atMs > alert.atMs
  );
  if (newer) return [...list];
  const rank = ({ state }: AlertEvent) => state === "firing" ? 0 : 1;
  return [alert, ...others]
    .sort((a, b) => rank(a) - rank(b) || b.atMs - a.atMs)
    .slice(0, MAX_SHOWN);
}
