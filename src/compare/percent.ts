/**
 * Formats shares for people.
 *
 * @module
 */

/** Formats a share with two significant digits: `1.2 %` for 0.0123. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
