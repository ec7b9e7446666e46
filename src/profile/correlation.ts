/**
 * Finds metrics of several components that change together, such as the
 * latency of users and a queue behind it.
 *
 * @module
 */
import {
  checkInteger,
  checkNumber,
  checkOptionNames,
  type OptionNames,
} from "../checks/internal.ts";
import { checkSeries } from "./argument_checks.ts";
import { holm, normalCdf, normalQuantile } from "../stats/internal.ts";

/** A metric of one component over time. */
export interface MetricSeries {
  /** Name of the series, such as `orders.mailboxMessages`. */
  readonly name: string;
  /**
   * Values with their times in milliseconds, on a clock that all series share.
   */
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** Options of {@linkcode correlate}. */
export interface CorrelateOptions {
  /**
   * Milliseconds of a step, above 0: values in the same step are averaged.
   * @default {1000}
   */
  readonly stepMs?: number;
  /**
   * Steps by which one series may lag behind the other: a whole number, at
   * least 0.
   * @default {3}
   */
  readonly maxLagSteps?: number;
  /**
   * Probability of one or more findings where nothing is related, between 0
   * and 1.
   * @default {0.01}
   */
  readonly alpha?: number;
}

const NAMES: OptionNames<CorrelateOptions> = {
  stepMs: true,
  maxLagSteps: true,
  alpha: true,
};

/** Two series that change together. */
export interface Correlation {
  /** Name of the series that changes first; either one if there is no lag. */
  readonly leads: string;
  /** Name of the series that follows. */
  readonly follows: string;
  /** Milliseconds by which it follows. */
  readonly lagMs: number;
  /** Spearman's rank correlation of the changes, from -1 to 1. */
  readonly rho: number;
  /**
   * Lower bound of `rho`. The intervals of all pairs and lags that were compared
   * hold together with a probability of 1 − `alpha` (Bonferroni), so the choice of
   * the strongest does not make them too narrow.
   */
  readonly low: number;
  /** Upper bound of `rho`. */
  readonly high: number;
  /** Probability of such a correlation by chance, after Holm's correction. */
  readonly pValue: number;
  /** Number of changes that were compared. */
  readonly changes: number;
}

/** With fewer changes, the approximation of the p-value is poor. */
export const LEAST_CHANGES = 10;

/**
 * Finds series that change together, the strongest correlation first. The
 * changes from step to step are compared, not the values, so two series that
 * merely grow do not count as related; and their ranks are, so no outlier
 * decides. A correlation does not say which series is the cause; the lag is a
 * hint.
 *
 * @example
 * ```ts
 * import { correlate } from "@troupe/troupe/profile";
 *
 * const waves = (shift: number) =>
 *   Array.from({ length: 60 }, (_, step) => ({
 *     atMs: step * 1000,
 *     value: Math.sin((step - shift) / 2),
 *   }));
 * const [found] = correlate([
 *   { name: "queue", points: waves(0) },
 *   { name: "latency", points: waves(1) },
 * ]);
 * console.assert(found?.leads === "queue" && found.lagMs === 1000);
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if the series are not an array of series, an option is not
 * a number, or it is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function correlate(
  series: readonly MetricSeries[],
  options: CorrelateOptions = {},
): Correlation[] {
  checkSeries(series);
  checkOptionNames("correlate()", options, NAMES);
  const { stepMs = 1000, maxLagSteps = 3, alpha = 0.01 } = options;
  checkNumber("stepMs", stepMs, { above: 0, finite: true });
  checkInteger("maxLagSteps", maxLagSteps, { min: 0 });
  checkNumber("alpha", alpha, { above: 0, below: 1 });
  const changes = series.map(({ name, points }) => ({
    name,
    changes: changesOf(points, stepMs),
  }));
  const found: Omit<Correlation, "low" | "high">[] = [];
  changes.forEach((a, index) => {
    for (const b of changes.slice(index + 1)) {
      for (let lag = -maxLagSteps; lag <= maxLagSteps; lag++) {
        const [leads, follows] = lag < 0 ? [b, a] : [a, b];
        const steps = Math.abs(lag);
        const pairs = pairUp(leads.changes, follows.changes, steps);
        const rho = pairs.length < LEAST_CHANGES ? null : spearman(pairs);
        if (rho === null) continue;
        found.push({
          leads: leads.name,
          follows: follows.name,
          lagMs: steps * stepMs,
          rho,
          pValue: pValueOf(rho, pairs.length),
          changes: pairs.length,
        });
      }
    }
  });
  const corrected = holm(found.map(({ pValue }) => pValue));
  return strongestOfPairs(
    found.map((each, index) => ({
      ...each,
      ...intervalOf(each.rho, each.changes, alpha / found.length),
      pValue: corrected[index] ?? 1,
    })).filter(({ pValue }) => pValue <= alpha),
  );
}

/** Returns how many changes from step to step some points have. */
export function stepsOf(
  points: MetricSeries["points"],
  stepMs: number,
): number {
  return changesOf(points, stepMs).size;
}

/**
 * Returns changes of the mean between steps, by the number of the later one.
 */
function changesOf(
  points: MetricSeries["points"],
  stepMs: number,
): ReadonlyMap<number, number> {
  const steps = Map.groupBy(
    points.filter(({ value }) => Number.isFinite(value)),
    ({ atMs }) => Math.floor(atMs / stepMs),
  );
  const means = new Map([...steps].map(([step, inStep]) => [
    step,
    inStep.reduce((sum, { value }) => sum + value, 0) / inStep.length,
  ]));
  const changes = new Map<number, number>();
  for (const [step, mean] of means) {
    const before = means.get(step - 1);
    if (before !== undefined) changes.set(step, mean - before);
  }
  return changes;
}

function pairUp(
  leads: ReadonlyMap<number, number>,
  follows: ReadonlyMap<number, number>,
  lagSteps: number,
): [number, number][] {
  return [...leads].flatMap(([step, x]): [number, number][] => {
    const y = follows.get(step + lagSteps);
    return y === undefined ? [] : [[x, y]];
  });
}

/** Spearman's correlation; `null` if one series does not change at all. */
function spearman(pairs: readonly (readonly [number, number])[]) {
  const x = ranks(pairs.map(([x]) => x));
  const y = ranks(pairs.map(([, y]) => y));
  const middle = (pairs.length + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  x.forEach((rank, index) => {
    const dx = rank - middle;
    const dy = (y[index] ?? middle) - middle;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  });
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

/** Ranks from 1; equal values share their mean rank. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((value, index) => ({ value, index }))
    .sort((a, b) => a.value - b.value);
  const result = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (order[end]?.value === order[start]?.value) end++;
    for (const { index } of order.slice(start, end)) {
      result[index] = (start + end + 1) / 2;
    }
    start = end;
  }
  return result;
}

/**
 * Two-sided p-value, by Fisher's transformation with the variance for ranks.
 */
function pValueOf(rho: number, changes: number): number {
  const z = Math.atanh(Math.min(Math.abs(rho), 1 - 1e-12)) *
    Math.sqrt((changes - 3) / 1.06);
  return Math.min(1, 2 * normalCdf(-z));
}

/**
 * Returns the interval of a rank correlation, by Fisher's transformation with the
 * variance of Bonett and Wright (2000), which holds for strong ones as well.
 */
function intervalOf(
  rho: number,
  changes: number,
  alpha: number,
): { readonly low: number; readonly high: number } {
  const z = Math.atanh(Math.max(-1 + 1e-12, Math.min(rho, 1 - 1e-12)));
  const half = normalQuantile(1 - alpha / 2) *
    Math.sqrt((1 + rho * rho / 2) / (changes - 3));
  return { low: Math.tanh(z - half), high: Math.tanh(z + half) };
}

/** Keeps the strongest lag of each pair, and sorts the strongest pair first. */
function strongestOfPairs(found: readonly Correlation[]): Correlation[] {
  const strongest = new Map<string, Correlation>();
  const byStrength = [...found]
    .sort((a, b) => Math.abs(b.rho) - Math.abs(a.rho) || a.lagMs - b.lagMs);
  for (const each of byStrength) {
    const key = JSON.stringify([each.leads, each.follows].sort());
    if (!strongest.has(key)) strongest.set(key, each);
  }
  return [...strongest.values()];
}
