/**
 * Counters of planned operations and of what became of them. They always add
 * up.
 *
 * @module
 */
import type { Accounting } from "../operation_result.ts";

/** How an operation that was started can end. */
export type Ending = "ok" | "failed" | "timedOut" | "interrupted";

/** Counts operations from their plan to their end. */
export class Counter implements Accounting {
  planned = 0;
  started = 0;
  dropped = 0;
  ok = 0;
  failed = 0;
  timedOut = 0;
  interrupted = 0;

  /** Counts an operation that starts as planned. */
  start(): void {
    this.planned++;
    this.started++;
  }

  /**
   * Counts an operation that was planned while no user was free to start it.
   */
  drop(): void {
    this.planned++;
    this.dropped++;
  }

  /** Counts the end of an operation that was started. */
  end(ending: Ending): void {
    this[ending]++;
  }

  /** Adds what another one has counted. */
  add(other: Accounting): void {
    this.planned += other.planned;
    this.started += other.started;
    this.dropped += other.dropped;
    this.ok += other.ok;
    this.failed += other.failed;
    this.timedOut += other.timedOut;
    this.interrupted += other.interrupted;
  }

  /** The operations that were started and have not ended. */
  get inFlight(): number {
    return this.started - this.ok - this.failed - this.timedOut -
      this.interrupted;
  }
}

/** Returns how many operations have ended without success. */
export function notOk(
  { failed, timedOut, interrupted }: Accounting,
): number {
  return failed + timedOut + interrupted;
}

/**
 * Returns how many operations have ended: at the end of a run all that were
 * started, and before it those of which it is known what they came to.
 */
export function ended(accounting: Accounting): number {
  return accounting.ok + notOk(accounting);
}

/**
 * Returns which fraction of those that have ended a number is; `null` if none
 * was started, and 0 as long as none of them has ended.
 */
export function rateOfEnded(
  part: number,
  accounting: Accounting,
): number | null {
  if (accounting.started === 0) return null;
  return part / Math.max(1, ended(accounting));
}

/** Returns the sum of all counters, as plain data. */
export function sum(counters: Iterable<Accounting>): Accounting {
  const total = new Counter();
  for (const counter of counters) total.add(counter);
  return { ...total };
}
