/**
 * What somebody sees of a change, decided by what he may see and wants to see
 * of the record before it and after it.
 *
 * @module
 */
import type { Change } from "../engine/engine.ts";
import type { Verdict } from "./change_view.ts";
import type { ChangeAction } from "./seen_change.ts";

/** What is seen of a change, and which record is shown with it. */
export interface VisibleChange {
  readonly action: ChangeAction;
  /** The record after the change or before it, or its id alone. */
  readonly shows: "after" | "before" | "id";
}

/**
 * Returns what is seen of a change: `undefined` if that is nothing. A record
 * that comes to be visible is created for whoever sees it, and one that ceases
 * to be is deleted; of that he sees no more than the id, as the rest may not be
 * for him.
 */
export function visibleChange(
  kind: Change["kind"],
  { before, after }: Verdict,
): VisibleChange | undefined {
  switch (kind) {
    case "create":
      return after ? { action: "create", shows: "after" } : undefined;
    case "delete":
      return before ? { action: "delete", shows: "before" } : undefined;
    default:
      if (after) {
        return { action: before ? "update" : "create", shows: "after" };
      }
      return before ? { action: "delete", shows: "id" } : undefined;
  }
}
