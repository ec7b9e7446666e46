/**
 * The names of what is shown.
 *
 * @module
 */
import { WATCH_SORTS } from "../watch/protocol.ts";
import { type ListName, LISTS } from "./columns.ts";

/** The name of a view: that of a list, or of the load test. */
export type ViewName = ListName | "load";

/** All views, in the order in which keys choose them. */
export const VIEWS: readonly ViewName[] = [
  ...Object.keys(LISTS) as ListName[],
  "load",
];

/** Returns the columns by which a view can be sorted; the first is the default. */
export function sortsOf(view: ViewName): readonly string[] {
  return view === "instruments" || view === "load" ? [] : WATCH_SORTS[view];
}
