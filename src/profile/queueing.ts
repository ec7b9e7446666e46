/**
 * Laws of queueing, as arithmetic that never leaves the finite numbers.
 *
 * @module
 */

/**
 * The most that a utilisation or a share counts: at 1 the laws say infinity,
 * and no measurement tells 0.99 from it.
 */
const MOST = 0.99;

/** A share, from 0 to 0.99. */
function bounded(share: number): number {
  return Math.min(MOST, Math.max(0, share));
}

/** Little's law, L = λ·W: how many are in a system on average. */
export function concurrencyOf(perSecond: number, meanMs: number): number {
  return perSecond * meanMs / 1000;
}

/** Little's law for a queue, W = L / λ: milliseconds of waiting. */
export function waitMsOf(meanDepth: number, perSecond: number): number | null {
  return perSecond > 0 ? finite(1000 * meanDepth / perSecond) : null;
}

/**
 * The utilisation law, D = U / X: milliseconds of a resource for each
 * operation.
 */
export function demandMsOf(busy: number, perSecond: number): number | null {
  return perSecond > 0 ? finite(1000 * busy / perSecond) : null;
}

/** Amdahl's law: the speed-up without a part that is such a share of all. */
export function amdahlFactor(share: number): number {
  return 1 / (1 - bounded(share));
}

/**
 * By which factor time falls when a resource's utilisation does, if the
 * service time stays: M/M/1 has W = S / (1 − ρ).
 */
export function waitingFactor(before: number, after: number): number {
  return (1 - Math.min(bounded(after), bounded(before))) /
    (1 - bounded(before));
}

/** The number, or `null` if it is none, infinite or below 0. */
export function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) &&
      value >= 0
    ? value
    : null;
}

/** How much there is to change. */
export interface Effort {
  /** Up to 3 parts are small, up to 10 medium. */
  readonly level: "small" | "medium" | "large";
  /** How many parts make up 80 % of the trouble. */
  readonly parts: number;
  /** What is counted. */
  readonly of: "functions" | "stages" | "queues" | "errors";
}

/** What most of the trouble is. */
const MOST_OF_IT = 0.8;

/**
 * How much there is to change, by how concentrated the trouble is: the fewest
 * parts that make up 80 % of it. It says nothing of how hard each is. `null`
 * if there are none.
 */
export function effortOf(
  amounts: readonly number[],
  of: Effort["of"],
): Effort | null {
  const sorted = amounts.flatMap((amount) => finite(amount) ?? [])
    .sort((a, b) => b - a);
  // Halves of halves of the largest number cannot overflow.
  const [largest = 0] = sorted;
  if (largest === 0) return null;
  const all = sorted.reduce((sum, amount) => sum + amount / largest, 0);
  let parts = 0;
  for (let sum = 0; sum < MOST_OF_IT * all && parts < sorted.length; parts++) {
    sum += (sorted[parts] ?? 0) / largest;
  }
  const level = parts <= 3 ? "small" : parts <= 10 ? "medium" : "large";
  return { level, parts, of };
}
