/**
 * How a run ended: pure decisions.
 *
 * @module
 */
import { tellCriterion } from "./criteria.ts";
import { loadMs, type LoadPhase, type ResolvedPhases } from "./phases.ts";
import type { CriterionResult, PhaseResult, Verdict } from "../result.ts";

/** All that a verdict hangs on. */
export interface VerdictFacts {
  /** Why it was aborted, if it was. */
  readonly aborted: string | undefined;
  /** Why it does not count. */
  readonly invalid: readonly string[];
  readonly criteria: readonly CriterionResult[];
}

/**
 * The verdict with its reasons: what was aborted says nothing of the service,
 * and what does not count neither; only then criteria decide.
 */
export function verdictOf(
  { aborted, invalid, criteria }: VerdictFacts,
): { readonly verdict: Verdict; readonly reasons: readonly string[] } {
  const broken = criteria
    .filter(({ outcome }) => outcome !== "held")
    .map(tellCriterion);
  const reasons = [
    ...aborted === undefined ? [] : [aborted],
    ...invalid,
    ...broken,
  ];
  if (aborted !== undefined) return { verdict: "aborted", reasons };
  if (invalid.length > 0) return { verdict: "invalid", reasons };
  return { verdict: broken.length > 0 ? "failed" : "passed", reasons };
}

/**
 * The phases of the load as they were, when it ended after so long; what it
 * took to drain is part of the last.
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

/** How long the steady phase was, when the load began no more after so long. */
export function steadyMsUntil(phases: ResolvedPhases, endedMs: number): number {
  const { rampUpMs, steadyMs } = phases;
  return Math.max(0, Math.min(endedMs - rampUpMs, steadyMs));
}

/** The longest that load and drain can take. */
export function longestMs(phases: ResolvedPhases): number {
  return loadMs(phases) + phases.drainTimeoutMs;
}
