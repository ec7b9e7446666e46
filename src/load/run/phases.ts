/**
 * The phases of a run and their times: pure decisions without I/O.
 *
 * @module
 */
import type { PhaseName } from "../result.ts";
import { mostOf } from "../scenario/placed_steps.ts";
import { MAX_MS } from "../scenario/rule.ts";
import type { Phases, Scenario } from "../scenario/scenario.ts";

/** How long an operation may take if its scenario does not say. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** {@linkcode Phases} with the defaults filled in. */
export type ResolvedPhases = Required<Phases>;

/** The phases in which there is load. */
export type LoadPhase = Extract<PhaseName, "ramp_up" | "steady" | "ramp_down">;

/** Fills in the defaults. */
export function resolvePhases(
  phases: Phases,
  operations: Scenario["operations"],
): ResolvedPhases {
  return {
    prepareTimeoutMs: 30_000,
    rampUpMs: 0,
    rampDownMs: 0,
    drainTimeoutMs: Math.max(
      ...operations.map((operation) =>
        // A flow may take as long as all of its steps.
        Math.min(
          MAX_MS,
          mostOf(operation, ({ timeoutMs = DEFAULT_TIMEOUT_MS }) => timeoutMs),
        )
      ),
    ),
    cleanupTimeoutMs: 30_000,
    ...phases,
  };
}

/** Returns the planned time from the first start to the last, in ms. */
export function loadMs(phases: ResolvedPhases): number {
  return phases.rampUpMs + phases.steadyMs + phases.rampDownMs;
}

/** Returns the phase at a time of the load; the drain belongs to ramp-down. */
export function phaseAt(phases: ResolvedPhases, atMs: number): LoadPhase {
  if (atMs < phases.rampUpMs) return "ramp_up";
  return atMs < phases.rampUpMs + phases.steadyMs ? "steady" : "ramp_down";
}

/** Returns when a user should start, in ms; users are numbered from 0 on. */
export function userStartsAt(
  phases: ResolvedPhases,
  users: number,
  number: number,
): number {
  return phases.rampUpMs * number / users;
}

/** Returns when a user should end: the last to come is the first to go. */
export function userEndsAt(
  phases: ResolvedPhases,
  users: number,
  number: number,
): number {
  // Numbers of users that replace others are beyond the planned ones.
  return loadMs(phases) - phases.rampDownMs * (number % users) / users;
}

/** Returns the name of a phase as people write it, such as `ramp-up`. */
export function phaseText(name: PhaseName): string {
  return name.replace("_", "-");
}
