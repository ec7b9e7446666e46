/**
 * Wilcoxon's signed-rank test: whether differences are symmetric about 0.
 *
 * @module
 */
import { normalCdf } from "./normal.ts";

/** Maximum number of differences that are tested exactly. */
const EXACT_LIMIT = 50;

/** The result of the test. */
export interface SignedRank {
  /** Sum of the ranks of the positive differences. */
  readonly positive: number;
  /** Number of differences that are not 0. */
  readonly count: number;
  /** Two-sided p-value: the probability of such ranks if the centre is 0. */
  readonly p: number;
  /** How the p-value was computed. */
  readonly method: "exact" | "normal";
}

/**
 * Tests whether the differences are symmetric about 0.
 *
 * Differences of 0 are dropped, as Wilcoxon did; equal ones share their mean
 * rank. For up to 50 differences the p-value is exact, with ties too; beyond
 * that it is the normal approximation, corrected for ties and continuity.
 *
 * @throws {RangeError} if a difference is not finite.
 */
export function wilcoxonSignedRank(differences: readonly number[]): SignedRank {
  const wrong = differences.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new RangeError(
      `Cannot rank: a difference is ${wrong}, it must be a finite number`,
    );
  }
  const { ranks, positive, ties } = rank(differences.filter((d) => d !== 0));
  const count = ranks.length;
  if (count === 0) return { positive, count, p: 1, method: "exact" };
  return count <= EXACT_LIMIT
    ? { positive, count, p: exactP(ranks, positive), method: "exact" }
    : { positive, count, p: normalP(count, positive, ties), method: "normal" };
}

interface Ranking {
  readonly ranks: readonly number[];
  readonly positive: number;
  /** Sum of t³ − t over groups of t equal differences. */
  readonly ties: number;
}

function rank(differences: readonly number[]): Ranking {
  const ordered = differences.toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const ranks: number[] = [];
  let positive = 0;
  let ties = 0;
  for (let start = 0; start < ordered.length;) {
    const size = Math.abs(ordered[start] ?? 0);
    const next = ordered.findIndex((d, at) => at > start && Math.abs(d) > size);
    const group = ordered.slice(start, next === -1 ? undefined : next);
    const shared = start + (group.length + 1) / 2;
    ties += group.length ** 3 - group.length;
    for (const difference of group) {
      ranks.push(shared);
      if (difference > 0) positive += shared;
    }
    start += group.length;
  }
  return { ranks, positive, ties };
}

/** Exact p-value over all signs of the ranks, which are equally probable. */
function exactP(ranks: readonly number[], positive: number): number {
  // Shared ranks can be halves: doubled, all are integers.
  const doubled = ranks.map((value) => value * 2);
  const total = doubled.reduce((sum, value) => sum + value, 0);
  const ways = new Float64Array(total + 1);
  ways[0] = 1;
  let reached = 0;
  for (const value of doubled) {
    reached += value;
    for (let sum = reached; sum >= value; sum--) {
      ways[sum] = (ways[sum] ?? 0) + (ways[sum - value] ?? 0);
    }
  }
  const smaller = Math.min(positive * 2, total - positive * 2);
  let tail = 0;
  for (let sum = 0; sum <= smaller; sum++) tail += ways[sum] ?? 0;
  return Math.min(1, 2 * tail / 2 ** ranks.length);
}

function normalP(count: number, positive: number, ties: number): number {
  const mean = count * (count + 1) / 4;
  const variance = count * (count + 1) * (2 * count + 1) / 24 - ties / 48;
  const distance = Math.max(0, Math.abs(positive - mean) - 0.5);
  return 2 * normalCdf(-distance / Math.sqrt(variance));
}
