/**
 * The load in intervals of equal length: at most 600, however long the run is.
 *
 * @module
 */
import { Distribution } from "../../metrics/internal.ts";
import type { Timeline, TimelinePoint } from "../result.ts";
import type { Ending } from "./accounting.ts";
import {
  longestMs,
  phaseAt,
  type ResolvedPhases,
  stageNameAt,
} from "./phases.ts";
import { meanLevel } from "./stage_plan.ts";

/** The most intervals of a timeline. */
export const MAX_POINTS = 600;
/** Shorter intervals would hold too few operations for percentiles. */
const MIN_INTERVAL_MS = 1000;

/**
 * Returns the length of an interval: whole seconds, as many as 600 intervals
 * need, or as many as are given. The longest duration of a run is known beforehand, so intervals never
 * have to be merged.
 */
export function timelineIntervalMs(
  longestMs: number,
  maxPoints: number = MAX_POINTS,
): number {
  const seconds = Math.ceil(longestMs / maxPoints / 1000);
  return Math.max(MIN_INTERVAL_MS, seconds * 1000);
}

/** What was counted in an interval. */
export interface IntervalTally {
  /** Latencies of operations that succeeded, in milliseconds. */
  readonly latency: Distribution;
  readonly ok: number;
  readonly errors: number;
  readonly timedOut: number;
  readonly dropped: number;
}

/** Where a timeline is in its run. */
export interface TimelineFrame {
  readonly phases: ResolvedPhases;
  readonly model: "open" | "closed";
  /** When the load starts, in milliseconds of the run. */
  readonly offsetMs: number;
  /** The most intervals. */
  readonly maxPoints: number;
}

/** Returns how long the intervals of a timeline are. */
export function intervalOf(
  { phases, maxPoints }: Pick<TimelineFrame, "phases" | "maxPoints">,
): number {
  return timelineIntervalMs(longestMs(phases), maxPoints);
}

/** Returns the point of an interval that starts at `startMs` of the load. */
export function timelinePoint(
  frame: TimelineFrame,
  startMs: number,
  users: number,
  { latency, ok, errors, timedOut, dropped }: IntervalTally,
): TimelinePoint {
  const { phases, model, offsetMs } = frame;
  const endMs = startMs + intervalOf(frame);
  const planned = meanLevel(phases.stages, startMs, endMs);
  return {
    atMs: offsetMs + startMs,
    phase: phaseAt(phases, startMs),
    stage: stageNameAt(phases, startMs),
    plannedPerSecond: model === "open" ? planned : null,
    plannedUsers: model === "closed" ? planned : null,
    users,
    ok,
    errors,
    timedOut,
    dropped,
    latencyP50Ms: latency.quantile(0.5),
    latencyP99Ms: latency.quantile(0.99),
    latencyMaxMs: latency.quantile(1),
  };
}

/** Records the current interval, and keeps the previous ones. */
export class TimelineRecorder implements IntervalTally {
  readonly intervalMs: number;
  readonly #points: TimelinePoint[] = [];
  /** Latencies of operations that succeeded in this interval, in ms. */
  readonly latency: Distribution = new Distribution();
  ok = 0;
  errors = 0;
  timedOut = 0;
  dropped = 0;
  readonly #frame: TimelineFrame;
  /** Called when an interval ends, before anything of it is forgotten. */
  onInterval: ((users: number) => void) | undefined;
  /** The start of the current interval, in milliseconds of the load. */
  startMs = 0;

  constructor(frame: TimelineFrame) {
    this.intervalMs = intervalOf(frame);
    this.#frame = frame;
  }

  /** Counts an operation that took so long. */
  addOk(latencyMs: number): void {
    this.ok++;
    this.latency.record(latencyMs);
  }

  /** Counts an operation that ended in any other way. */
  addError(ending: Ending): void {
    this.errors++;
    if (ending === "timedOut") this.timedOut++;
  }

  /** Whether nothing has happened in the current interval. */
  get isEmpty(): boolean {
    return this.ok + this.errors + this.dropped === 0;
  }

  /** The end of the current interval, in milliseconds of the load. */
  get endMs(): number {
    return this.startMs + this.intervalMs;
  }

  /** Returns the current interval so far. */
  point(users: number): TimelinePoint {
    return timelinePoint(this.#frame, this.startMs, users, this);
  }

  /** Ends the interval. If that is late, it holds what came until then. */
  endInterval(users: number): void {
    this.onInterval?.(users);
    const point = this.point(users);
    const last = this.#points[this.#frame.maxPoints - 1];
    if (last === undefined) this.#points.push(point);
    else {
      // Whatever ends later is counted too, so that the sums are the totals.
      this.#points[this.#frame.maxPoints - 1] = {
        ...last,
        ok: last.ok + point.ok,
        errors: last.errors + point.errors,
        timedOut: last.timedOut + point.timedOut,
        dropped: last.dropped + point.dropped,
      };
    }
    this.startMs += this.intervalMs;
    this.ok =
      this.errors =
      this.timedOut =
      this.dropped =
        0;
    this.latency.reset();
  }

  /** The intervals that have ended. */
  get timeline(): Timeline {
    return { intervalMs: this.intervalMs, points: [...this.#points] };
  }
}
