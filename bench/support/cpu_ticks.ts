/**
 * The processor time of another process, as the kernel counts it.
 *
 * @module
 */

/** Microseconds of the unit in which the kernel counts processor time. */
export const TICK_US = 10_000;

/** Returns the processor time of a process with its threads, in ticks. */
export function cpuTicks(pid: number): number {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name of the program may have spaces, and ends with a parenthesis.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
