/**
 * What the generator itself does over time, in the intervals of a timeline.
 *
 * @module
 */
import {
  addStateTo,
  Distribution,
  type DistributionState,
  stateOf,
} from "../../metrics/internal.ts";
import type { GeneratorHealth } from "../result_details.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";

type Point = GeneratorHealth["points"][number];

/** What one thread has measured in an interval; can be posted. */
export interface GeneratorInterval {
  /** How long the interval really was, in milliseconds. */
  readonly elapsedMs: number;
  /** Processor time of the whole process, if it is known. */
  readonly cpuMs: number | null;
  /** Milliseconds in which this thread was busy, but only with waiting. */
  readonly idleMs: number;
  readonly lag: DistributionState;
  readonly eventLoopDelay: DistributionState;
}

/** Measures one interval after the other. */
export class GeneratorTimeline {
  readonly #monitor: GeneratorMonitor;
  /** How late operations started in this interval. */
  readonly lag: Distribution = new Distribution();
  #atMs: number;
  #cpuMs: number | null;
  #idleMs: number;

  constructor(monitor: GeneratorMonitor) {
    this.#monitor = monitor;
    const { nowMs, cpuMs, allIdleMs } = monitor;
    this.#atMs = nowMs;
    this.#cpuMs = cpuMs;
    this.#idleMs = allIdleMs;
    monitor.intervalDelay.reset();
  }

  /** Ends the interval, and returns what it has. */
  endInterval(): GeneratorInterval {
    const { nowMs, cpuMs, allIdleMs, intervalDelay } = this.#monitor;
    const interval: GeneratorInterval = {
      elapsedMs: nowMs - this.#atMs,
      cpuMs: cpuMs === null || this.#cpuMs === null
        ? null
        : cpuMs - this.#cpuMs,
      idleMs: allIdleMs - this.#idleMs,
      lag: stateOf(this.lag),
      eventLoopDelay: stateOf(intervalDelay),
    };
    this.#atMs = nowMs;
    this.#cpuMs = cpuMs;
    this.#idleMs = allIdleMs;
    this.lag.reset();
    intervalDelay.reset();
    return interval;
  }
}

/** Returns the point of an interval, which several threads have measured. */
export function generatorPoint(
  atMs: number,
  threads: readonly GeneratorInterval[],
): Point {
  const lag = new Distribution();
  const delay = new Distribution();
  let busy: number | null = null;
  let idle = 0;
  for (const thread of threads) {
    const { elapsedMs, cpuMs, idleMs } = thread;
    addStateTo(lag, thread.lag);
    addStateTo(delay, thread.eventLoopDelay);
    // What is left of an interval that has ended late is no measurement.
    if (cpuMs === null || elapsedMs < 1) continue;
    // All threads measure the same process.
    busy = Math.max(busy ?? 0, cpuMs / elapsedMs);
    idle += idleMs / elapsedMs;
  }
  return {
    atMs,
    cpuCores: busy === null ? null : Math.max(0, busy - idle),
    lagP99Ms: lag.quantile(0.99),
    eventLoopDelayP99Ms: delay.quantile(0.99),
  };
}
