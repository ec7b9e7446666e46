/**
 * The heart of the side-by-side comparisons: what a comparison is, how its
 * rounds run, and how figures become rows. No command line here, no output.
 *
 * Only ratios measured in one interleaved run mean anything on a shared
 * machine, so each round measures every contestant once, and the order turns
 * from round to round (A B, B A, A B …): a machine that slows down, warms up or
 * carries one contestant's garbage into the next weighs on all of them alike.
 *
 * After every few rounds all is set up anew: new processes, sockets and buffers
 * (a sitting). Which pages of memory a buffer gets moves the echo of 1 MB by a
 * quarter for as long as the buffer lives, so rounds with the same one would
 * agree with each other and not with the next run. The first rounds of each
 * sitting warm the just-in-time compilers up and are not counted.
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

import { type Row, type RowNaming, toRows, type Unit } from "./rows.ts";

/** Measures for one round; the figure is finite and above 0. */
export type Measure = () => number | Promise<number>;

/** One side of a comparison, ready to be measured again and again. */
export interface Contestant extends AsyncDisposable {
  /** Its figure for this round, such as the mean time of a batch. */
  readonly measure: Measure;
}

/**
 * Starts a process, connects, fills a cache: does all that is not to be timed.
 * Each contestant has its own, so that none lives in what another one warmed.
 */
export type Start = () => Contestant | Promise<Contestant>;

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
  /** Our own code. */
  readonly ours: Start;
  /** What it is compared with, by peer name; the name is free if there is one. */
  readonly baselines: Readonly<Record<string, Start>>;
}

/** A comparison's place in the list: its rows are known without loading it. */
export interface Entry extends RowNaming {
  /** Imports the module, so that a prefix loads only what it runs. */
  load(): Promise<Comparison>;
}

/** How {@linkcode compare} runs; each value overrides the comparison's own. */
export interface CompareOptions {
  /** Rounds that count, 1 or more. */
  readonly rounds?: number | undefined;
  /** Told after each round, warm-up included. */
  readonly onRound?: (done: number, total: number) => void;
}

/** How {@linkcode runRounds} runs. */
export interface RoundsOptions {
  /**
   * Whether the last contestant begins.
   *
   * @default {false}
   */
  readonly isReversed?: boolean;
  /** Told after each round, warm-up included. */
  readonly onRound?: () => void;
}

/** A comparison that this machine cannot make; the message says why. */
export class Skipped extends Error {
  override readonly name = "Skipped";
}

/** Rounds that count, unless the comparison or the caller says otherwise. */
export const DEFAULT_ROUNDS = 15;

/** Rounds that count before everything is set up anew. */
export const ROUNDS_PER_SITTING = 3;

/** Rounds of each sitting that do not count: two, one of each order. */
export const WARM_UP_ROUNDS = 2;

/**
 * Measures every contestant once a round, in turning order.
 *
 * @returns For each contestant, its figures, one a counted round.
 * @throws {RangeError} If a figure is not a finite number above 0.
 */
export async function runRounds(
  contestants: readonly Measure[],
  rounds: number,
  options: RoundsOptions = {},
): Promise<number[][]> {
  const figures = contestants.map((): number[] => []);
  const order = contestants.map((measure, index) => ({ measure, index }));
  if (options.isReversed) order.reverse();
  for (let round = 0; round < WARM_UP_ROUNDS + rounds; round++) {
    for (const { measure, index } of order) {
      const figure = await measure();
      if (!(Number.isFinite(figure) && figure > 0)) {
        throw new RangeError(
          `Cannot compare: the figure of contestant ${index} is ${figure}`,
        );
      }
      if (round >= WARM_UP_ROUNDS) figures[index]?.push(figure);
    }
    order.reverse();
    options.onRound?.();
  }
  return figures;
}

/** Makes a contestant of its measure and of what has to end after it. */
export function contestant(
  measure: Measure,
  resources?: AsyncDisposable,
): Contestant {
  return {
    measure,
    async [Symbol.asyncDispose]() {
      await resources?.[Symbol.asyncDispose]();
    },
  };
}

/** Loads a comparison, runs its rounds, and hands back its rows. */
export async function compare(
  entry: Entry,
  options: CompareOptions = {},
): Promise<Row[]> {
  const comparison = await entry.load();
  checkPeers(entry, comparison);
  const starts = [comparison.ours, ...Object.values(comparison.baselines)];
  const rounds = options.rounds ?? comparison.rounds ?? DEFAULT_ROUNDS;
  const sittings = Math.ceil(rounds / ROUNDS_PER_SITTING);
  const total = rounds + sittings * WARM_UP_ROUNDS;
  let done = 0;
  const onRound = () => options.onRound?.(++done, total);

  const figures = starts.map((): number[] => []);
  for (let sitting = 0; sitting < sittings; sitting++) {
    const isReversed = sitting % 2 === 1;
    const left = rounds - sitting * ROUNDS_PER_SITTING;
    await using stack = new AsyncDisposableStack();
    const measures = await startAll(starts, isReversed, stack);
    const now = await runRounds(measures, Math.min(ROUNDS_PER_SITTING, left), {
      isReversed,
      onRound,
    });
    figures.forEach((all, index) => all.push(...now[index] ?? []));
  }
  const [ours = [], ...baselines] = figures;
  return toRows(entry, comparison.unit, ours, baselines);
}

/** Starts in turning order too: the first to allocate gets other pages. */
async function startAll(
  starts: readonly Start[],
  isReversed: boolean,
  stack: AsyncDisposableStack,
): Promise<Measure[]> {
  const measures: Measure[] = [];
  for (const start of isReversed ? starts.toReversed() : starts) {
    measures.push(stack.use(await start()).measure);
  }
  return isReversed ? measures.toReversed() : measures;
}

function checkPeers(entry: Entry, comparison: Comparison): void {
  const found = Object.keys(comparison.baselines);
  const listed = entry.peers ?? found.slice(0, 1);
  if (found.length === 0 || listed.join() !== found.join()) {
    throw new TypeError(
      `Cannot compare ${entry.name}: the list names the baselines ` +
        `"${listed.join()}", the module "${found.join()}"`,
    );
  }
}
