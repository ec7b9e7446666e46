/**
 * The heart of the side-by-side comparisons: what a comparison is, how its
 * rounds run, and how figures become rows. No command line here, no output.
 *
 * Only ratios measured in one interleaved run mean anything on a shared
 * machine, so each round measures every contestant once, and the order turns
 * from round to round (A B, B A, A B …): a machine that slows down, warms up or
 * carries one contestant's garbage into the next weighs on all of them alike.
 * The first rounds warm the just-in-time compiler up and are not counted.
 *
 * - `ratio` is the median of the rounds' own ratios: ours / baseline where
 *   lower is better (a time, bytes), baseline / ours where higher is (a rate).
 *   Smaller is always better for us, and 1 is a draw.
 * - `spread` is the interquartile range of those ratios.
 * - `ours` and `baseline` are medians over the rounds, so their quotient is
 *   near `ratio` but need not equal it.
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

/** Measures one contestant for one round; its figure is finite and above 0. */
export type Measure = () => number | Promise<number>;

/** The contestants of a comparison, ready to be measured again and again. */
export interface Contest extends AsyncDisposable {
  /** Our own code. */
  readonly ours: Measure;
  /** What it is compared with, by peer name; the name is free if there is one. */
  readonly baselines: Readonly<Record<string, Measure>>;
}

/** What a module under `bench/ratios/<layer>/` exports. */
export interface Comparison {
  /** The unit of every contestant's figure. */
  readonly unit: Unit;
  /**
   * Rounds that count.
   *
   * @default {15}
   */
  readonly rounds?: number;
  /** Starts processes, connects, fills caches: all that is not to be timed. */
  setup(): Promise<Contest>;
}

/** A comparison's place in the list: its rows are known without loading it. */
export interface Entry {
  /** `layer/what`, such as `actor/tell`. */
  readonly name: string;
  /**
   * The names of several peers. The row `name` is then against the fastest of
   * them in that run, and each peer has its own row, `name-peer`.
   */
  readonly peers?: readonly string[];
  /** Imports the module, so that a prefix loads only what it runs. */
  load(): Promise<Comparison>;
}

/** One line of the result; see the module's description for the numbers. */
export interface Row {
  readonly name: string;
  readonly ours: number;
  readonly baseline: number;
  readonly ratio: number;
  readonly unit: Unit;
  readonly rounds: number;
  readonly spread: number;
}

/** How {@linkcode compare} runs; each value overrides the comparison's own. */
export interface CompareOptions {
  /** Rounds that count, 1 or more. */
  readonly rounds?: number | undefined;
  /** Told after each round, warm-up included. */
  readonly onRound?: (done: number, total: number) => void;
}

/** Rounds that count, unless the comparison or the caller says otherwise. */
export const DEFAULT_ROUNDS = 15;

/** Rounds that do not count: two, one of each order. */
export const WARM_UP_ROUNDS = 2;

/** The names of an entry's rows, in the order in which they are printed. */
export function rowNames(entry: Pick<Entry, "name" | "peers">): string[] {
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
  entry: Pick<Entry, "name" | "peers">,
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

/**
 * Measures every contestant once a round, in turning order.
 *
 * @returns For each contestant, its figures, one a counted round.
 * @throws {RangeError} If a figure is not a finite number above 0.
 */
export async function runRounds(
  contestants: readonly Measure[],
  rounds: number,
  onRound?: (done: number, total: number) => void,
): Promise<number[][]> {
  const figures = contestants.map((): number[] => []);
  const forward = contestants.map((measure, index) => ({ measure, index }));
  const total = WARM_UP_ROUNDS + rounds;
  for (let round = 0; round < total; round++) {
    const order = round % 2 === 0 ? forward : forward.toReversed();
    for (const { measure, index } of order) {
      const figure = await measure();
      if (!(Number.isFinite(figure) && figure > 0)) {
        throw new RangeError(
          `Cannot compare: the figure of contestant ${index} is ${figure}`,
        );
      }
      if (round >= WARM_UP_ROUNDS) figures[index]?.push(figure);
    }
    onRound?.(round + 1, total);
  }
  return figures;
}

/** Loads a comparison, runs its rounds, and hands back its rows. */
export async function compare(
  entry: Entry,
  options: CompareOptions = {},
): Promise<Row[]> {
  const comparison = await entry.load();
  await using contest = await comparison.setup();
  const found = Object.keys(contest.baselines);
  const listed = entry.peers ?? found.slice(0, 1);
  if (found.length === 0 || listed.join() !== found.join()) {
    throw new TypeError(
      `Cannot compare ${entry.name}: the list names the baselines ` +
        `"${listed.join()}", the module "${found.join()}"`,
    );
  }
  const [ours = [], ...baselines] = await runRounds(
    [contest.ours, ...Object.values(contest.baselines)],
    options.rounds ?? comparison.rounds ?? DEFAULT_ROUNDS,
    options.onRound,
  );
  return toRows(entry, comparison.unit, ours, baselines);
}
