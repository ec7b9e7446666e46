/**
 * What a load generator found out and took, in the same terms for ours and for
 * those of others.
 *
 * @module
 */

/** What came of one run. */
export interface LoadFigures {
  /** Microseconds that the middle request took, and so on. */
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** Successful requests in a second of the clock. */
  readonly perSecond: number;
  /** Successful requests in a second of the generator's processor time. */
  readonly perCpuSecond: number;
  /** The most resident memory of the generator, its runtime included. */
  readonly rssPeakBytes: number;
}

/** The name of a figure. */
export type Figure = keyof LoadFigures;

/** The figures, in an order by which a process can be asked for one. */
export const FIGURES: readonly Figure[] = [
  "p50",
  "p90",
  "p99",
  "perSecond",
  "perCpuSecond",
  "rssPeakBytes",
];

/** Returns the most resident memory that a process has had, on Linux. */
export function rssPeakBytes(pid: number | "self"): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`There is no peak of ${pid}`);
  return Number(kilobytes) * 1024;
}
