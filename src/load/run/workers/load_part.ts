/**
 * What a worker has measured so far: plain data that can be posted, and how the
 * parts of all workers become one. Nothing is lost in between: the parts of any
 * number of workers are what one would have recorded.
 *
 * @module
 */
import {
  addStateTo,
  Distribution,
  type DistributionState,
  stateOf,
} from "../../../metrics/internal.ts";
import type { UserResult } from "../../result_details.ts";
import {
  addRecorderState,
  OperationRecorder,
  type RecorderState,
} from "../operation_recorder.ts";
import type { GeneratorInterval } from "../generator_timeline.ts";
import type { EndedIntervals } from "../load_timelines.ts";
import type { TimelineRecorder } from "../timeline.ts";

/** One interval of the timeline of one worker. */
export interface IntervalState {
  readonly startMs: number;
  readonly users: number;
  readonly ok: number;
  readonly errors: number;
  readonly timedOut: number;
  readonly dropped: number;
  readonly latency: DistributionState;
  /** What the generator did; of all operations alone. */
  readonly generator?: GeneratorInterval;
}

/** What one worker has measured. */
export interface LoadPart {
  /** All since the start, in the order of the scenario. */
  readonly operations: readonly RecorderState[];
  readonly lag: DistributionState;
  readonly eventLoopDelay: DistributionState;
  readonly idleMs: number;
  /** The intervals that have ended since the last part. */
  readonly intervals: EndedIntervals;
  readonly current: IntervalState;
  readonly users: UserResult;
  readonly inFlight: number;
  readonly elapsedMs: number;
  /** When the last operation could have started. */
  readonly issuedMs: number;
  readonly durationMs: number;
  readonly warnings: readonly string[];
}

/** Returns the current interval of a timeline. */
export function intervalState(
  { startMs, ok, errors, timedOut, dropped, latency }: TimelineRecorder,
  users: number,
): IntervalState {
  return {
    startMs,
    users,
    ok,
    errors,
    timedOut,
    dropped,
    latency: stateOf(latency),
  };
}

/** Returns the recorders of operations as if one thread had done all. */
export function mergeRecorders(
  names: readonly string[],
  parts: readonly Pick<LoadPart, "operations">[],
): OperationRecorder[] {
  return names.map((name, index) => {
    const recorder = new OperationRecorder(name);
    for (const { operations } of parts) {
      const state = operations[index];
      if (state !== undefined) addRecorderState(recorder, state);
    }
    return recorder;
  });
}

/** Returns the distribution of the values of all parts. */
export function mergeDistributions(
  states: readonly DistributionState[],
): Distribution {
  const merged = new Distribution();
  for (const state of states) addStateTo(merged, state);
  return merged;
}

/** Returns the users of all workers. */
export function mergeUsers(users: readonly UserResult[]): UserResult {
  const sum = (of: (result: UserResult) => number) =>
    users.reduce((total, result) => total + of(result), 0);
  return {
    planned: sum(({ planned }) => planned),
    started: sum(({ started }) => started),
    replaced: sum(({ replaced }) => replaced),
    peak: sum(({ peak }) => peak),
  };
}

/**
 * Returns the last part of a worker that was lost: what it had under way was
 * interrupted.
 */
export function interruptedPart(part: LoadPart): LoadPart {
  return {
    ...part,
    inFlight: 0,
    operations: part.operations.map(interrupted),
  };
}

function interrupted(state: RecorderState): RecorderState {
  const recorder = new OperationRecorder("");
  addRecorderState(recorder, state);
  const { steady, outside } = recorder;
  steady.interrupted += steady.inFlight;
  outside.interrupted += outside.inFlight;
  return {
    ...state,
    steady: { ...steady },
    outside: { ...outside },
    stages: state.stages.map(interrupted),
  };
}
