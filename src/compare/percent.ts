/**
 * Shares for people.
 *
 * @module
 */

/** A share with the two digits that count: `1.2 %` for 0.0123. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
