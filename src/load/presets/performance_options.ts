/**
 * How ready scenarios are made.
 *
 * @module
 */
import type {
  ClosedLoad,
  Criterion,
  OpenLoad,
  Phases,
  ThinkTime,
} from "../scenario/scenario.ts";

/** The numbers of a ready scenario; each has its own defaults. */
export interface PerformanceOptions {
  /** Users at once; in the open model, the most. 1 or more. */
  readonly users?: number;
  /** Between a user's operations, in the closed model. */
  readonly thinkTime?: ThinkTime | "none";
  /**
   * Operations that begin in a second: with it the model is the open one.
   * @default {the closed model}
   */
  readonly arrivalsPerSecond?: number;
  /** Milliseconds in which the load grows. */
  readonly rampUpMs?: number;
  /** Milliseconds that are measured. */
  readonly steadyMs?: number;
  /** Milliseconds in which the load shrinks. */
  readonly rampDownMs?: number;
  /**
   * Milliseconds that one in a hundred operations may exceed.
   * @default {500}
   */
  readonly p99Ms?: number;
  /**
   * The part of the operations that may fail, from 0 to 1.
   * @default {0.01}
   */
  readonly errorRate?: number;
  /**
   * Of everything that is drawn.
   * @default {1}
   */
  readonly seed?: number;
}

/** Options with the defaults of a scenario. */
export type ResolvedOptions =
  & PerformanceOptions
  & Required<
    Pick<
      PerformanceOptions,
      "users" | "thinkTime" | "rampUpMs" | "steadyMs" | "rampDownMs"
    >
  >;

/** Fills in what is usual, and before it what a scenario has of its own. */
export function resolveOptions(
  options: PerformanceOptions,
  own: PerformanceOptions = {},
): ResolvedOptions {
  return {
    users: 100,
    thinkTime: { distribution: "exponential", meanMs: 1000 },
    rampUpMs: 5000,
    steadyMs: 30_000,
    rampDownMs: 2000,
    ...own,
    ...options,
  };
}

/** The load that options ask for. */
export function loadOf(
  { users, thinkTime, arrivalsPerSecond }: ResolvedOptions,
): OpenLoad | ClosedLoad {
  if (arrivalsPerSecond !== undefined) {
    return { model: "open", arrivalsPerSecond, maxUsers: users };
  }
  return {
    model: "closed",
    users,
    ...(thinkTime === "none" ? {} : { thinkTime }),
  };
}

/** The phases that options ask for. */
export function phasesOf(
  { rampUpMs, steadyMs, rampDownMs }: ResolvedOptions,
): Phases {
  return { rampUpMs, steadyMs, rampDownMs };
}

/** What must hold. */
export function criteriaOf(
  { p99Ms = 500, errorRate = 0.01 }: PerformanceOptions,
): readonly Criterion[] {
  return [
    { metric: "latency.p99", is: "at_most", value: p99Ms },
    { metric: "errorRate", is: "at_most", value: errorRate },
  ];
}
