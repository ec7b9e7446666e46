/**
 * The alerts: those that fire first, then those that are over.
 *
 * @module
 */
import type { AlertEvent } from "../feed.ts";

/** Alerts that are shown at most. */
const MAX_SHOWN = 20;

/** The next list, with at most one entry for each rule that fires. */
export function withAlert(
  list: readonly AlertEvent[],
  alert: AlertEvent,
): AlertEvent[] {
  const others = list.filter(({ rule, state, atMs }) =>
    rule !== alert.rule || (state === "resolved" && atMs !== alert.atMs)
  );
  // What comes again after a reconnection may be older than what is known.
  const newer = list.some(({ rule, atMs }) =>
    rule === alert.rule && atMs > alert.atMs
  );
  if (newer) return [...list];
  const rank = ({ state }: AlertEvent) => state === "firing" ? 0 : 1;
  return [alert, ...others]
    .sort((a, b) => rank(a) - rank(b) || b.atMs - a.atMs)
    .slice(0, MAX_SHOWN);
}
