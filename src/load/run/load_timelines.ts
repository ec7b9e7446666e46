/**
 * Everything that a load on one thread records over time: all operations, each
 * of the first ones, and the generator.
 *
 * @module
 */
import type { Timeline, TimelinePoint } from "../result.ts";
import type { GeneratorHealth } from "../result_details.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";
import { generatorPoint, GeneratorTimeline } from "./generator_timeline.ts";
import { MAX_CHART_POINTS, MAX_CHARTED } from "./operation_details.ts";
import type { OperationRecorder } from "./operation_recorder.ts";
import type { ResolvedPhases } from "./phases.ts";
import { MAX_POINTS, TimelineRecorder } from "./timeline.ts";
import { type IntervalState, intervalState } from "./workers/load_part.ts";

/** Options of {@linkcode LoadTimelines}. */
export interface LoadTimelinesOptions {
  readonly phases: ResolvedPhases;
  readonly model: "open" | "closed";
  /** When the load starts, in milliseconds of the run. */
  readonly startedMs: number;
  readonly monitor: GeneratorMonitor;
  /** The recorders of all operations; the first ones get charts. */
  readonly recorders: readonly OperationRecorder[];
  /** Whether another thread merges the intervals. */
  readonly isShare: boolean;
}

/** Intervals that have ended and were not sent yet. */
export interface EndedIntervals {
  readonly run: readonly IntervalState[];
  /** Those of the operations with charts, in their order. */
  readonly charts: readonly (readonly IntervalState[])[];
}

/** Ends all intervals of a load in time. */
export class LoadTimelines {
  readonly run: TimelineRecorder;
  readonly generator: GeneratorTimeline;
  readonly #charts: readonly TimelineRecorder[];
  readonly #points: GeneratorHealth["points"][number][] = [];
  #isOver = false;
  #ended: IntervalState[] = [];
  #endedCharts: IntervalState[][];

  constructor(options: LoadTimelinesOptions) {
    const { startedMs, monitor, recorders, isShare } = options;
    const frame = { ...options, offsetMs: startedMs, maxPoints: MAX_POINTS };
    const run = this.run = new TimelineRecorder(frame);
    this.generator = new GeneratorTimeline(monitor);
    const charted = recorders.slice(0, MAX_CHARTED);
    this.#endedCharts = charted.map(() => []);
    this.#charts = charted.map((recorder, index) => {
      const maxPoints = MAX_CHART_POINTS;
      const chart = new TimelineRecorder({ ...frame, maxPoints });
      if (isShare) {
        chart.onInterval = (users) =>
          this.#endedCharts[index]?.push(intervalState(chart, users));
      }
      return recorder.chart = chart;
    });
    run.onInterval = (users) => {
      const generator = this.generator.endInterval();
      if (isShare) {
        this.#ended.push({ ...intervalState(run, users), generator });
      } else if (!this.#isOver && this.#points.length < MAX_POINTS) {
        this.#points.push(
          generatorPoint(startedMs + run.startMs, [generator]),
        );
      }
    };
  }

  /** Ends all intervals that are over at a time of the load. */
  endUntil(elapsedMs: number, users: number): void {
    for (const timeline of [this.run, ...this.#charts]) {
      // A late timer ends all intervals that have passed.
      while (timeline.endMs <= elapsedMs) timeline.endInterval(users);
    }
  }

  /** Ends the current intervals, if there is anything in them. */
  finish(users: number): void {
    // What comes after the load, such as the clean-up, is no part of it.
    this.#isOver = true;
    for (const timeline of [this.run, ...this.#charts]) {
      if (!timeline.isEmpty) timeline.endInterval(users);
    }
  }

  /** Returns the current interval of all operations. */
  current(users: number): TimelinePoint {
    return this.run.point(users);
  }

  /** Returns the charts of the first operations, in their order. */
  get charts(): Timeline[] {
    return this.#charts.map((chart) => chart.timeline);
  }

  /** What the generator did in the intervals that have ended. */
  get points(): GeneratorHealth["points"] {
    return this.#points;
  }

  /** Returns the intervals that have ended since it was last called. */
  takeEnded(): EndedIntervals {
    const ended = { run: this.#ended, charts: this.#endedCharts };
    this.#ended = [];
    this.#endedCharts = this.#charts.map(() => []);
    return ended;
  }
}
