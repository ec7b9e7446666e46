/**
 * The counters of a worker in memory that the main thread reads, so that its
 * numbers are right at any time, and what a worker has counted outlives it.
 *
 * @module
 */
import { TerminalCounters } from "../metrics.ts";

const NAMES = Object.keys(new TerminalCounters());

/** Returns memory for the counters of one worker. */
export function counterMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(NAMES.length * Float64Array.BYTES_PER_ELEMENT);
}

/** Returns counters in shared memory; one thread may change them. */
export function countersIn(memory: SharedArrayBuffer): TerminalCounters {
  const values = new Float64Array(memory);
  const counters = new TerminalCounters();
  NAMES.forEach((name, at) => {
    Object.defineProperty(counters, name, {
      enumerable: true,
      get: () => values[at],
      set: (value: number) => values[at] = value,
    });
  });
  return counters;
}

/** Returns the sum of counters, of which those of `past` threads are over. */
export function sumOf(
  present: readonly TerminalCounters[],
  past: readonly TerminalCounters[],
): TerminalCounters {
  const sum = new TerminalCounters();
  const entries = [...present, ...past].flatMap(Object.entries);
  for (const [name, value] of entries) {
    Reflect.set(sum, name, Reflect.get(sum, name) + value);
  }
  for (const { attachments, recordings } of past) {
    sum.attachments -= attachments;
    sum.recordings -= recordings;
  }
  return sum;
}
