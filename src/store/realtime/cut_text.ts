/**
 * Why a subscriber was cut, for people.
 *
 * @module
 */
import type { CutReason } from "./subscriber.ts";

const TEXTS: Readonly<Record<CutReason, string>> = {
  too_slow: "Changes lost, as they were read too slowly",
  changes_lost: "Changes lost, as the change log no longer reaches back so far",
  identity_changed: "What may be seen has changed",
  failed: "What may be seen could not be found out",
  closed: "The store is closed",
};

/** Returns why a subscriber was cut, and from where on it can go on. */
export function cutText(reason: CutReason, cursor: string): string {
  return `${TEXTS[reason]}: start again from cursor ${cursor}`;
}
