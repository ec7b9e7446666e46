/**
 * Numbers of things, as the page and the view on a terminal write them.
 *
 * @module
 */

/** Returns a number with its thousands apart. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Returns a number of things, such as `1 actor`. */
export function counted(value: number, thing: string): string {
  return `${count(value)} ${thing}${value === 1 ? "" : "s"}`;
}
