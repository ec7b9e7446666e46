/**
 * How a run ended: pure decisions without I/O.
 *
 * @module
 */
import type { LoadPhase, ResolvedPhases } from "./phases.ts";
import type { Verdict } from "../result.ts";
import type { PhaseResult } from "../result_details.ts";

/** Everything that a verdict depends on, in sentences. */
export interface VerdictFacts {
  /** Why the run was aborted, if it was. */
  readonly aborted: string | undefined;
  /** Why the run is invalid. */
  readonly invalid: readonly string[];
  /** The criteria that do not hold. */
  readonly broken: readonly string[];
}

/**
 * Returns the verdict with its reasons. A run that was aborted says nothing
 * about the service, nor does an invalid one, and so criteria are no reasons of
 * theirs.
 */
export function verdictOf(
  { aborted, invalid, broken }: VerdictFacts,
): { readonly verdict: Verdict; readonly reasons: readonly string[] } {
  if (aborted !== undefined) {
    return { verdict: "aborted", reasons: [aborted, ...invalid] };
  }
  if (invalid.length > 0) return { verdict: "invalid", reasons: invalid };
  return { verdict: broken.length > 0 ? "failed" : "passed", reasons: broken };
}

/**
 * Returns the phases of a load that ended after `durationMs`; the drain belongs
 * to the last one.
 */
export function loadPhases(
  phases: ResolvedPhases,
  startedMs: number,
  durationMs: number,
): PhaseResult[] {
  const { rampUpMs, steadyMs } = phases;
  const planned: readonly [LoadPhase, number, number][] = [
    ["ramp_up", 0, rampUpMs],
    ["steady", rampUpMs, rampUpMs + steadyMs],
    ["ramp_down", rampUpMs + steadyMs, Infinity],
  ];
  return planned
    .filter(([, fromMs, toMs]) => fromMs < Math.min(toMs, durationMs))
    .map(([name, fromMs, toMs]) => ({
      name,
      startedMs: startedMs + fromMs,
      durationMs: Math.min(toMs, durationMs) - fromMs,
      error: null,
    }));
}
