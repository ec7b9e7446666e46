/**
 * The facts in the numbers of a store, between two moments.
 *
 * @module
 */
import type { StoreStats } from "../store/mod.ts";
import { finite } from "./queueing.ts";

/** How busy the parts of a store were. Shares are from 0 to 1. */
export interface StoreFacts {
  /** Share of the time in which the writer worked. */
  readonly writer: number;
  /** Share of the time in which something had the writer. */
  readonly writerHeld: number;
  /** Share of the time in which a commit waited for the disk. */
  readonly disk: number;
  /** Share of the time of all readers in which they worked. */
  readonly readers: number;
  /** Share of the hashes that may run at once which ran. */
  readonly hashing: number;
  readonly writesPerSecond: number;
  readonly commitsPerSecond: number;
  readonly readsPerSecond: number;
  /** Milliseconds of a commit, a write and a read; `null` if there was none. */
  readonly commitMs: number | null;
  readonly writeMs: number | null;
  readonly readMs: number | null;
  /** Mean numbers of what waited. */
  readonly writesWaiting: number;
  readonly readsWaiting: number;
  readonly hashesWaiting: number;
  readonly readerThreads: number;
  readonly hashesAtOnce: number;
}

/** Reads the facts between the first and the last of the numbers. */
export function readStoreFacts(
  stats: readonly StoreStats[],
): StoreFacts | null {
  const first = stats[0];
  const last = stats.at(-1);
  if (first === undefined || last === undefined) return null;
  const ms = last.atMs - first.atMs;
  if (!(ms > 0)) return null;
  const grown = (of: (stats: StoreStats) => number): number =>
    // A store that was opened again begins anew.
    finite(of(last) - of(first)) ?? 0;
  const share = (of: (stats: StoreStats) => number, places = 1): number =>
    Math.min(1, grown(of) / ms / Math.max(1, places));
  const mean = (of: (stats: StoreStats) => number): number =>
    stats.reduce((sum, each) => sum + of(each), 0) / stats.length;
  const each = (sum: number, count: number): number | null =>
    count > 0 ? sum / count : null;
  const { threads } = last.readers;
  const { hashesAtOnce } = last.auth;
  const writes = grown(({ writer }) => writer.writes);
  const commits = grown(({ writer }) => writer.commits);
  const reads = grown(({ readers }) => readers.reads);
  return {
    writer: share(({ writer }) => writer.busyMs),
    writerHeld: share(({ writer }) => writer.heldMs),
    disk: share(({ writer }) => writer.commitMs),
    readers: share(({ readers }) => readers.busyMs, threads),
    // Hashes that have not ended are in no sum yet.
    hashing: Math.max(
      share(({ auth }) => auth.hashesBusyMs, hashesAtOnce),
      mean(({ auth }) => auth.hashesRunning) / Math.max(1, hashesAtOnce),
    ),
    writesPerSecond: 1000 * writes / ms,
    commitsPerSecond: 1000 * commits / ms,
    readsPerSecond: 1000 * reads / ms,
    commitMs: each(grown(({ writer }) => writer.commitMs), commits),
    writeMs: each(grown(({ writer }) => writer.busyMs), writes),
    readMs: each(grown(({ readers }) => readers.busyMs), reads),
    writesWaiting: mean(({ writer }) => writer.waiting),
    readsWaiting: mean(({ readers }) => readers.waiting),
    hashesWaiting: mean(({ auth }) => auth.hashesWaiting),
    readerThreads: threads,
    hashesAtOnce,
  };
}
