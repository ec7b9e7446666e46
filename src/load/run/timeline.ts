/**
 * The run in parts of equal length, each in numbers: at most 600 of them,
 * however long the run is.
 *
 * @module
 */
import { Distribution } from "../../metrics/internal.ts";
import type { PhaseName, Timeline, TimelinePoint } from "../result.ts";

const MAX_POINTS = 600;
/** No part is shorter: less would hold too little to be told in percentiles. */
const MIN_STEP_MS = 1000;

/**
 * How long a part is: whole seconds, so many that 600 are enough. How long a
 * run can take is known beforehand, so no parts need to be merged.
 */
export function timelineStepMs(longestMs: number): number {
  const seconds = Math.ceil(longestMs / MAX_POINTS / 1000);
  return Math.max(MIN_STEP_MS, seconds * 1000);
}

/** Records the part that goes on, and keeps those before it. */
export class TimelineRecorder {
  readonly stepMs: number;
  readonly #points: TimelinePoint[] = [];
  /** Milliseconds of those that ended ok in this part. */
  readonly latency: Distribution = new Distribution();
  ok = 0;
  errors = 0;
  dropped = 0;
  readonly #offsetMs: number;
  /** When the part that goes on began, since the load did. */
  beganMs = 0;

  /** For a load that takes no longer than that, so long after the run began. */
  constructor(longestMs: number, offsetMs: number) {
    this.stepMs = timelineStepMs(longestMs);
    this.#offsetMs = offsetMs;
  }

  /** When it ends. */
  get endsMs(): number {
    return this.beganMs + this.stepMs;
  }

  /** The part that goes on, until now. */
  point(phase: PhaseName, users: number): TimelinePoint {
    const { latency, ok, errors, dropped } = this;
    return {
      atMs: this.#offsetMs + this.beganMs,
      phase,
      users,
      ok,
      errors,
      dropped,
      latencyP50Ms: latency.quantile(0.5),
      latencyP99Ms: latency.quantile(0.99),
      latencyMaxMs: latency.quantile(1),
    };
  }

  /** Ends the part; one that is late for its end has what came until then. */
  seal(phase: PhaseName, users: number): void {
    const point = this.point(phase, users);
    const last = this.#points[MAX_POINTS - 1];
    if (last === undefined) this.#points.push(point);
    else {
      // What ends after all parts is counted, or sums would not be the total.
      this.#points[MAX_POINTS - 1] = {
        ...last,
        ok: last.ok + point.ok,
        errors: last.errors + point.errors,
        dropped: last.dropped + point.dropped,
      };
    }
    this.beganMs += this.stepMs;
    this.ok = this.errors = this.dropped = 0;
    this.latency.reset();
  }

  /** The whole, with what the last part has. */
  end(phase: PhaseName, users: number): Timeline {
    if (this.ok + this.errors + this.dropped > 0) this.seal(phase, users);
    return { stepMs: this.stepMs, points: [...this.#points] };
  }
}
