/**
 * What goes up and down together in several components, such as the latency
 * that users see and a queue behind them.
 *
 * @module
 */
import { holm, normalCdf } from "../stats/internal.ts";

/** What one component measured over time. */
export interface MetricSeries {
  /** What it is called, such as `orders.mailboxMessages`. */
  readonly name: string;
  /** Values and when they were measured, in milliseconds of one clock. */
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
}

/** Options of {@linkcode correlate}. */
export interface CorrelateOptions {
  /** What counts as the same moment, in milliseconds. @default {1000} */
  readonly stepMs?: number;
  /** How much later one may follow the other, in steps. @default {3} */
  readonly maxLagSteps?: number;
  /** The chance of even one finding where there is nothing. @default {0.01} */
  readonly alpha?: number;
}

/** Two series that go together. */
export interface Correlation {
  /** The one that changes first; or either, without a lag. */
  readonly leads: string;
  /** The one that follows. */
  readonly follows: string;
  /** How much later, in milliseconds. */
  readonly lagMs: number;
  /** Spearman's rank correlation of their changes, from -1 to 1. */
  readonly rho: number;
  /** The chance to find as much where there is nothing, corrected by Holm. */
  readonly pValue: number;
  /** Changes that were compared. */
  readonly changes: number;
}

/** With fewer changes, the approximation of the p-value is bad. */
const MIN_CHANGES = 10;

/**
 * Finds series that change together, the strongest first. The changes from
 * step to step are compared, not the values: two that merely grow are not
 * taken for related. Ranks are, so that no outlier decides. That they go
 * together does not tell which is the cause; the lag is a hint.
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
 * @throws {RangeError} when an option is out of its range.
 */
export function correlate(
  series: readonly MetricSeries[],
  options: CorrelateOptions = {},
): Correlation[] {
  const { stepMs = 1000, maxLagSteps = 3, alpha = 0.01 } = options;
  if (!(stepMs > 0 && stepMs < Infinity)) {
    throw new RangeError(`Cannot correlate: stepMs is ${stepMs}, not above 0`);
  }
  if (!(Number.isInteger(maxLagSteps) && maxLagSteps >= 0)) {
    throw new RangeError(
      `Cannot correlate: maxLagSteps is ${maxLagSteps}, it must be a whole number from 0`,
    );
  }
  if (!(alpha > 0 && alpha < 1)) {
    throw new RangeError(
      `Cannot correlate: alpha is ${alpha}, it must be between 0 and 1`,
    );
  }
  const changes = series.map(({ name, points }) => ({
    name,
    changes: changesOf(points, stepMs),
  }));
  const found: Correlation[] = [];
  changes.forEach((a, index) => {
    for (const b of changes.slice(index + 1)) {
      for (let lag = -maxLagSteps; lag <= maxLagSteps; lag++) {
        const [leads, follows] = lag < 0 ? [b, a] : [a, b];
        const steps = Math.abs(lag);
        const pairs = pairUp(leads.changes, follows.changes, steps);
        const rho = pairs.length < MIN_CHANGES ? null : spearman(pairs);
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
    found.map((each, index) => ({ ...each, pValue: corrected[index] ?? 1 }))
      .filter(({ pValue }) => pValue <= alpha),
  );
}

/** Changes of the mean from one step to the next, by the later one's number. */
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

/** Spearman's correlation; `null` where one does not change at all. */
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

/** Ranks from 1 on; equal values share the mean of theirs. */
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

/** Two-sided, by Fisher's transformation with the variance for ranks. */
function pValueOf(rho: number, changes: number): number {
  const z = Math.atanh(Math.min(Math.abs(rho), 1 - 1e-12)) *
    Math.sqrt((changes - 3) / 1.06);
  return Math.min(1, 2 * normalCdf(-z));
}

/** Of each pair of series the strongest lag, the strongest pair first. */
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
