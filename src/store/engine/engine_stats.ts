/**
 * What the threads of a store do, in numbers.
 *
 * @module
 */
import { busyMsOf, noUse, type ThreadUse } from "./thread_use.ts";

/** What the writer of a store does. Sums are those since the store was opened. */
export interface WriterStats {
  /** Writes and stored functions that wait for it at the moment. */
  readonly waiting: number;
  /** Writes that it has done; a stored function is one. */
  readonly writes: number;
  /** Milliseconds in which it worked, commits included. */
  readonly busyMs: number;
  /** Transactions that it has committed: many writes are one. */
  readonly commits: number;
  /** Milliseconds of its work in which it waited for the disk to have a commit. */
  readonly commitMs: number;
  /**
   * Milliseconds in which it was taken: those of its work, those of the way to it
   * and back, and those in which a stored function had it and did something else.
   */
  readonly heldMs: number;
}

/** What the readers of a store do. Sums are those since the store was opened. */
export interface ReaderStats {
  /** Number of threads that read. */
  readonly threads: number;
  /** Reads that wait for one at the moment. */
  readonly waiting: number;
  /** Reads that they have done. */
  readonly reads: number;
  /** Milliseconds in which they worked, of all threads together. */
  readonly busyMs: number;
}

/** What the threads of a store do. */
export interface EngineStats {
  /** What the one writer does. */
  readonly writer: WriterStats;
  /** What all readers do together. */
  readonly readers: ReaderStats;
}

/**
 * Returns what the threads do.
 *
 * @param uses What the writer has done, and then each reader.
 */
export function engineStats(
  [writer = noUse(), ...readers]: readonly Readonly<ThreadUse>[],
  { size, heldMs }: { readonly size: number; readonly heldMs: number },
  readsWaiting: number,
): EngineStats {
  const { done, commits, commitMs } = writer;
  const busyMs = busyMsOf(writer);
  const sum = (of: (use: Readonly<ThreadUse>) => number): number =>
    readers.reduce((all, each) => all + of(each), 0);
  return {
    writer: { waiting: size, writes: done, busyMs, commits, commitMs, heldMs },
    readers: {
      threads: readers.length,
      waiting: readsWaiting,
      reads: sum(({ done }) => done),
      busyMs: sum(busyMsOf),
    },
  };
}
