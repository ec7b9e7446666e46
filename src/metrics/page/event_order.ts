/**
 * The order of events that one tab of a browser passes on to the others.
 *
 * @module
 */

/** An event that a tab has received, and the one that it received before. */
export interface PassedEvent {
  readonly after: string;
  readonly id: string;
}

/**
 * Returns whether an event follows the last one that a tab has, was seen
 * already, or comes after others that were missed. An id is the name of a
 * stream and a number, such as `0a1b2c3d-12`, or `0` before the first event;
 * a tab does not see all numbers, for it does not listen to all events.
 */
export function orderOf(
  last: string,
  { after, id }: PassedEvent,
): "next" | "seen" | "missed" {
  if (last === after) return "next";
  if (isAtLeast(last, id)) return "seen";
  return isAtLeast(last, after) ? "next" : "missed";
}

function isAtLeast(one: string, other: string): boolean {
  const [name, number] = one.split("-");
  const [otherName, otherNumber] = other.split("-");
  return name === otherName && Number(number) >= Number(otherNumber);
}
