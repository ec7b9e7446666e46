/**
 * What a reader of a result should know, in sentences.
 *
 * @module
 */

/** What the closed model cannot show; the term is Gil Tene's. */
export const COORDINATED_OMISSION =
  "The closed model hides stalls: users who wait for the service send nothing, so a stall shows in only a few of the times (coordinated omission). Use the open model to see stalls.";

/** Returns that operations were dropped, and what to do. */
export function droppedWarning(dropped: number, planned: number): string {
  return `${dropped} of ${planned} planned operations were dropped because all users were busy: raise maxUsers if the service can take more.`;
}
