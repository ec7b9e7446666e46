/**
 * The snapshots that are kept in memory.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";

/** How long snapshots are kept. */
export interface HistoryLimits {
  /** Milliseconds before the newest; what is older goes. */
  readonly retentionMs: number;
  /** The most snapshots. */
  readonly maxSnapshots: number;
}

/** The newest snapshots, within limits of time and number. */
export class HistoryRing {
  readonly #limits: HistoryLimits;
  /** Those before `#start` are gone; they are cut off in bulk. */
  #snapshots: MetricsSnapshot[] = [];
  #start = 0;

  /** Nothing yet. */
  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** The newest one. */
  get latest(): MetricsSnapshot | undefined {
    return this.#snapshots.at(-1);
  }

  /** All, oldest first. */
  toArray(): MetricsSnapshot[] {
    return this.#snapshots.slice(this.#start);
  }

  /** Adds the newest, and lets go of those that are over the limits. */
  push(snapshot: MetricsSnapshot): void {
    const { retentionMs, maxSnapshots } = this.#limits;
    const snapshots = this.#snapshots;
    snapshots.push(snapshot);
    const oldestMs = snapshot.atMs - retentionMs;
    const fits = (kept: MetricsSnapshot, index: number): boolean =>
      kept.atMs >= oldestMs && snapshots.length - index <= maxSnapshots;
    // The newest always fits.
    while (!fits(snapshots[this.#start] ?? snapshot, this.#start)) {
      this.#start++;
    }
    if (this.#start * 2 < snapshots.length) return;
    this.#snapshots = snapshots.slice(this.#start);
    this.#start = 0;
  }
}
