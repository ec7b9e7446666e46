/**
 * The options that all presets share.
 *
 * @module
 */
import type { OptionNames } from "../../checks/internal.ts";
import type {
  ClosedLoad,
  Criterion,
  OpenLoad,
  Phases,
  ThinkTime,
} from "../scenario/scenario.ts";

/** The numbers of a preset; each preset has its own defaults. */
export interface PerformanceOptions {
  /** The number of users, 1 or more; in the open model, the limit. */
  readonly users?: number;
  /** The think time between the operations of a user, in the closed model. */
  readonly thinkTime?: ThinkTime | "none";
  /**
   * Operations that start per second; selects the open model.
   * @default {none, which selects the closed model}
   */
  readonly arrivalsPerSecond?: number;
  /** Milliseconds in which the load grows from nothing. */
  readonly rampUpMs?: number;
  /** Milliseconds in which the load is measured. */
  readonly steadyMs?: number;
  /** Milliseconds in which the load shrinks to nothing. */
  readonly rampDownMs?: number;
  /**
   * The limit of the 99th percentile of the latency, in milliseconds.
   * @default {500}
   */
  readonly p99Ms?: number;
  /**
   * The fraction of operations that may fail, from 0 to 1.
   * @default {0.01}
   */
  readonly errorRate?: number;
  /**
   * The seed of all random choices.
   * @default {1}
   */
  readonly seed?: number;
}

/** The names of the options that all presets share. */
export const COMMON_NAMES: OptionNames<PerformanceOptions> = {
  users: true,
  thinkTime: true,
  arrivalsPerSecond: true,
  rampUpMs: true,
  steadyMs: true,
  rampDownMs: true,
  p99Ms: true,
  errorRate: true,
  seed: true,
};

/** Options with the defaults of a preset filled in. */
export type ResolvedOptions =
  & PerformanceOptions
  & Required<
    Pick<
      PerformanceOptions,
      "users" | "thinkTime" | "rampUpMs" | "steadyMs" | "rampDownMs"
    >
  >;

/** Fills in the defaults of a preset, and then the common ones. */
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

/** Returns the load that the options ask for. */
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

/** Returns the phases that the options ask for. */
export function phasesOf(
  { rampUpMs, steadyMs, rampDownMs }: ResolvedOptions,
): Phases {
  return { rampUpMs, steadyMs, rampDownMs };
}

/** Returns the criteria that the options ask for. */
export function criteriaOf(
  { p99Ms = 500, errorRate = 0.01 }: PerformanceOptions,
): readonly Criterion[] {
  return [
    { metric: "latency.p99", is: "at_most", value: p99Ms },
    { metric: "errorRate", is: "at_most", value: errorRate },
  ];
}
