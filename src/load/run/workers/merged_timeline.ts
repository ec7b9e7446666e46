/**
 * The timeline of all workers, interval by interval.
 *
 * @module
 */
import { addStateTo, Distribution } from "../../../metrics/internal.ts";
import type { Timeline, TimelinePoint } from "../../result.ts";
import type { GeneratorHealth } from "../../result_details.ts";
import {
  type GeneratorInterval,
  generatorPoint,
} from "../generator_timeline.ts";
import { intervalOf, type TimelineFrame, timelinePoint } from "../timeline.ts";
import type { IntervalState } from "./load_part.ts";

interface Merged {
  readonly latency: Distribution;
  readonly generator: GeneratorInterval[];
  users: number;
  ok: number;
  errors: number;
  timedOut: number;
  dropped: number;
}

/** Merges the intervals of workers, which may come at different times. */
export class MergedTimeline {
  readonly #frame: TimelineFrame;
  readonly #workers: number;
  readonly #intervalMs: number;
  readonly #open = new Map<number, { merged: Merged; parts: number }>();
  readonly #points = new Map<number, TimelinePoint>();
  readonly #generator = new Map<number, GeneratorHealth["points"][number]>();

  constructor(frame: TimelineFrame, workers: number) {
    this.#frame = frame;
    this.#workers = workers;
    this.#intervalMs = intervalOf(frame);
  }

  /** Adds an interval that has ended in one worker. */
  add(interval: IntervalState): void {
    const { startMs } = interval;
    const open = this.#open.get(startMs) ?? { merged: nothing(), parts: 0 };
    this.#open.set(startMs, open);
    addTo(open.merged, interval);
    // Times are kept until all workers have sent theirs.
    if (++open.parts === this.#workers) this.#end(startMs, open.merged);
  }

  /** Returns the point of the intervals that the workers are in. */
  current(intervals: readonly IntervalState[]): TimelinePoint {
    const startMs = Math.max(0, ...intervals.map(({ startMs }) => startMs));
    const merged = nothing();
    for (const interval of intervals) addTo(merged, interval);
    return this.#point(startMs, merged);
  }

  #end(startMs: number, merged: Merged): void {
    this.#open.delete(startMs);
    this.#points.set(startMs, this.#point(startMs, merged));
    if (merged.generator.length === 0) return;
    const atMs = this.#frame.offsetMs + startMs;
    this.#generator.set(startMs, generatorPoint(atMs, merged.generator));
  }

  #point(startMs: number, merged: Merged): TimelinePoint {
    return timelinePoint(this.#frame, startMs, merged.users, merged);
  }

  /** Ends what is open, and returns all in order of time. */
  finish(): Timeline {
    for (const [startMs, { merged }] of this.#open) this.#end(startMs, merged);
    return {
      intervalMs: this.#intervalMs,
      points: [...this.#points.values()].sort((a, b) => a.atMs - b.atMs),
    };
  }

  /** What the generator did in the intervals that have ended, in order. */
  get generatorPoints(): GeneratorHealth["points"] {
    return [...this.#generator.values()].sort((a, b) => a.atMs - b.atMs);
  }
}

function nothing(): Merged {
  return {
    latency: new Distribution(),
    generator: [],
    users: 0,
    ok: 0,
    errors: 0,
    timedOut: 0,
    dropped: 0,
  };
}

function addTo(merged: Merged, interval: IntervalState): void {
  if (interval.generator !== undefined) {
    merged.generator.push(interval.generator);
  }
  merged.users += interval.users;
  merged.ok += interval.ok;
  merged.errors += interval.errors;
  merged.timedOut += interval.timedOut;
  merged.dropped += interval.dropped;
  addStateTo(merged.latency, interval.latency);
}
