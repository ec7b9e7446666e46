/**
 * The phases of a run: pure decisions about what is to be when.
 *
 * @module
 */
import type { PhaseName } from "../result.ts";
import type { Operation, Phases } from "../scenario/scenario.ts";

/** What an operation may take where its scenario does not say. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** {@linkcode Phases} with the defaults filled in. */
export type ResolvedPhases = Required<Phases>;

/** The part of a run in which there is load. */
export type LoadPhase = Extract<PhaseName, "ramp_up" | "steady" | "ramp_down">;

/** Fills the defaults in. */
export function resolvePhases(
  phases: Phases,
  operations: readonly Operation[],
): ResolvedPhases {
  return {
    prepareTimeoutMs: 30_000,
    rampUpMs: 0,
    rampDownMs: 0,
    drainTimeoutMs: Math.max(
      ...operations.map(({ timeoutMs }) => timeoutMs ?? DEFAULT_TIMEOUT_MS),
    ),
    cleanupTimeoutMs: 30_000,
    ...phases,
  };
}

/** Milliseconds from the first start to the last one, as planned. */
export function loadMs(phases: ResolvedPhases): number {
  return phases.rampUpMs + phases.steadyMs + phases.rampDownMs;
}

/** The phase at a moment of the load; what is left to drain is ramp-down. */
export function phaseAt(phases: ResolvedPhases, atMs: number): LoadPhase {
  if (atMs < phases.rampUpMs) return "ramp_up";
  return atMs < phases.rampUpMs + phases.steadyMs ? "steady" : "ramp_down";
}

/** When a user is to start, from number 0 on, in milliseconds. */
export function userStartsAt(
  phases: ResolvedPhases,
  users: number,
  number: number,
): number {
  return phases.rampUpMs * number / users;
}

/** When a user is to end: who has come last goes first. */
export function userEndsAt(
  phases: ResolvedPhases,
  users: number,
  number: number,
): number {
  // One that stands in for another goes on in some turn, too.
  return loadMs(phases) - phases.rampDownMs * (number % users) / users;
}

/** The name of a phase as people write it, such as `ramp-up`. */
export function phaseText(name: PhaseName): string {
  return name.replace("_", "-");
}
