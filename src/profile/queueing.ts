/**
 * The laws of queueing theory, as arithmetic that stays finite.
 *
 * @module
 */

/**
 * The maximum of a utilisation or share in the laws: at 1 they give infinity,
 * and no measurement can distinguish 0.99 from 1.
 */
const MAX_SHARE = 0.99;

/** Returns a share, limited to 0 to 0.99. */
function bounded(share: number): number {
  return Math.min(MAX_SHARE, Math.max(0, share));
}

/** Little's law, L = λ·W: the average number of operations in a system. */
export function concurrencyOf(perSecond: number, meanMs: number): number {
  return perSecond * meanMs / 1000;
}

/** Little's law for a queue, W = L / λ: the mean wait in milliseconds. */
export function waitMsOf(meanDepth: number, perSecond: number): number | null {
  return perSecond > 0 ? finite(1000 * meanDepth / perSecond) : null;
}

/**
 * The utilisation law, D = U / X: milliseconds of a resource that an operation
 * needs.
 */
export function demandMsOf(busy: number, perSecond: number): number | null {
  return perSecond > 0 ? finite(1000 * busy / perSecond) : null;
}

/** Amdahl's law: the speed-up if that share of the work disappears. */
export function amdahlFactor(share: number): number {
  return 1 / (1 - bounded(share));
}

/**
 * Returns the factor by which the time is divided when a resource's utilisation
 * falls and the service time stays: W = S / (1 − ρ) of the M/M/1 queue.
 */
export function waitingFactor(before: number, after: number): number {
  return (1 - Math.min(bounded(after), bounded(before))) /
    (1 - bounded(before));
}

/** Returns the number; `null` if it is missing, not finite or below 0. */
export function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) &&
      value >= 0
    ? value
    : null;
}

/** How many things must change, from how concentrated the cost is. */
export interface Effort {
  /** `small` up to a count of 3, `medium` up to 10, `large` above. */
  readonly level: "small" | "medium" | "large";
  /** The fewest things that account for 80 % of the cost. */
  readonly count: number;
  /** The kind of things that are counted. */
  readonly of: "functions" | "stages" | "queues" | "errors";
}

/** The share of the cost that the counted things account for. */
const MOST_OF_THE_COST = 0.8;

/**
 * Returns how many things must change: the fewest that account for 80 % of the
 * cost. It says nothing about how hard each change is. `null` if there are
 * none.
 */
export function effortOf(
  amounts: readonly number[],
  of: Effort["of"],
): Effort | null {
  const sorted = amounts.flatMap((amount) => finite(amount) ?? [])
    .sort((a, b) => b - a);
  // Shares of the largest number cannot overflow when they are added.
  const [largest = 0] = sorted;
  if (largest === 0) return null;
  const all = sorted.reduce((sum, amount) => sum + amount / largest, 0);
  let count = 0;
  let sum = 0;
  while (sum < MOST_OF_THE_COST * all && count < sorted.length) {
    sum += (sorted[count] ?? 0) / largest;
    count++;
  }
  const level = count <= 3 ? "small" : count <= 10 ? "medium" : "large";
  return { level, count, of };
}
