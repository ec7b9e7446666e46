/**
 * How figures become the rows that are printed.
 *
 * @module
 */

import { iqr, median } from "./statistics.ts";

/** The units that a figure can have, and which direction is the better one. */
export const UNITS = {
  ns: "lower",
  us: "lower",
  ms: "lower",
  bytes: "lower",
  "MB/s": "higher",
  "ops/s": "higher",
} as const;

/** A unit of {@linkcode UNITS}; MB is 1,000,000 bytes. */
export type Unit = keyof typeof UNITS;

/** One line of the result; see `harness.ts` for the numbers. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly unit: Unit;
  readonly rounds: number;
  readonly spread: number;
}

/** What the rows of a comparison are called. */
export interface RowNaming {
  /** `layer/what`, such as `actor/tell`. */
  readonly name: string;
  /**
   * The names of several peers. The row `name` is then against the fastest of
   * them in that run, and each peer has its own row, `name-peer`.
   */
  readonly peers?: readonly string[];
}

/** The names of an entry's rows, in the order in which they are printed. */
export function rowNames(entry: RowNaming): string[] {
  const peers = entry.peers ?? [];
  return [entry.name, ...peers.map((peer) => `${entry.name}-${peer}`)];
}

/** Turns two contestants' figures, one a round each, into a row. */
export function toRow(
  name: string,
  unit: Unit,
  ours: readonly number[],
  baseline: readonly number[],
): Row {
  const ratios = ours.map((figure, round) => {
    const other = baseline[round] ?? NaN;
    return UNITS[unit] === "lower" ? figure / other : other / figure;
  });
  return {
    name,
    ours: median(ours),
    baseline: median(baseline),
    ratio: median(ratios),
    unit,
    rounds: ours.length,
    spread: iqr(ratios),
  };
}

/** All rows of an entry from the figures of ours and of each baseline. */
export function toRows(
  entry: RowNaming,
  unit: Unit,
  ours: readonly number[],
  baselines: readonly (readonly number[])[],
): Row[] {
  const byPeer = baselines.map((figures, index) =>
    toRow(`${entry.name}-${entry.peers?.[index]}`, unit, ours, figures)
  );
  // The fastest by its median over the run, not round by round: a minimum of
  // several noisy figures would be a peer that does not exist.
  const sign = UNITS[unit] === "lower" ? 1 : -1;
  const [fastest] = byPeer.toSorted((a, b) => sign * (a.baseline - b.baseline));
  if (fastest === undefined) {
    throw new TypeError(`Cannot compare ${entry.name}: it has no baseline`);
  }
  const headline = { ...fastest, name: entry.name };
  return entry.peers === undefined ? [headline] : [headline, ...byPeer];
}
