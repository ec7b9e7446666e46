/**
 * The snapshots that are kept in memory.
 *
 * @module
 */
import type { MetricsSnapshot } from "./snapshot.ts";

/** Limits on the snapshots that are kept. */
export interface HistoryLimits {
  /** Milliseconds before the newest snapshot, by its `steadyMs`. */
  readonly retentionMs: number;
  /** The most snapshots that are kept. */
  readonly maxSnapshots: number;
}

/** The newest snapshots, within limits of time and number. */
export class HistoryRing {
  readonly #limits: HistoryLimits;
  /** Those before `#start` are gone; they are removed in bulk. */
  #snapshots: MetricsSnapshot[] = [];
  #start = 0;

  /** Creates an empty history. */
  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  /** The newest snapshot. */
  get latest(): MetricsSnapshot | undefined {
    return this.#snapshots.at(-1);
  }

  /** Returns all snapshots, oldest first. */
  toArray(): MetricsSnapshot[] {
    return this.#snapshots.slice(this.#start);
  }

  /** Adds the newest snapshot, and removes those over the limits. */
  push(snapshot: MetricsSnapshot): void {
    const { retentionMs, maxSnapshots } = this.#limits;
    const snapshots = this.#snapshots;
    snapshots.push(snapshot);
    // Not by the time of day: one snapshot from the future would remove all.
    const oldestMs = snapshot.steadyMs - retentionMs;
    const fits = (kept: MetricsSnapshot, index: number): boolean =>
      kept.steadyMs >= oldestMs && snapshots.length - index <= maxSnapshots;
    // The newest always fits.
    while (!fits(snapshots[this.#start] ?? snapshot, this.#start)) {
      this.#start++;
    }
    if (this.#start * 2 < snapshots.length) return;
    this.#snapshots = snapshots.slice(this.#start);
    this.#start = 0;
  }
}
