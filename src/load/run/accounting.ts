/**
 * What became of what was planned: counters that always add up.
 *
 * @module
 */
import type { Accounting } from "../result.ts";

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

  /** One is begun as planned. */
  start(): void {
    this.planned++;
    this.started++;
  }

  /** One was planned, and nobody is there to start it. */
  drop(): void {
    this.planned++;
    this.dropped++;
  }

  /** One that was started has ended. */
  end(ending: Ending): void {
    this[ending]++;
  }

  /** Those that were started and have not ended. */
  get inFlight(): number {
    return this.started - this.ok - this.failed - this.timedOut -
      this.interrupted;
  }
}

/** The sum of all, as plain data. */
export function sum(counters: Iterable<Accounting>): Accounting {
  const total = new Counter();
  for (const counter of counters) {
    total.planned += counter.planned;
    total.started += counter.started;
    total.dropped += counter.dropped;
    total.ok += counter.ok;
    total.failed += counter.failed;
    total.timedOut += counter.timedOut;
    total.interrupted += counter.interrupted;
  }
  return { ...total };
}
