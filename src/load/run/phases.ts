/**
 * The phases of a run and their times: pure decisions without I/O.
 *
 * @module
 */
import type { PhaseName } from "../result.ts";
import { mostOf } from "../scenario/placed_steps.ts";
import { MAX_MS } from "../scenario/rule.ts";
import type { Phases, Scenario } from "../scenario/scenario.ts";
import { endOf, type PlannedStage, planStages } from "./stage_plan.ts";

/** How long an operation may take if its scenario does not say. */
export const DEFAULT_TIMEOUT_MS = 10_000;

/** {@linkcode Phases} with the defaults filled in, and the stages in them. */
export interface ResolvedPhases extends Required<Phases> {
  /** At least one of them counts for the steady phase. */
  readonly stages: readonly PlannedStage[];
}

/** The phases in which there is load. */
export type LoadPhase = Extract<PhaseName, "ramp_up" | "steady" | "ramp_down">;

/**
 * Fills in the defaults. The steady phase goes from the first stage that counts
 * to the last one.
 */
export function resolvePhases(
  scenario: Pick<Scenario, "load" | "phases" | "operations">,
): ResolvedPhases {
  const { phases, operations } = scenario;
  const stages = planStages(scenario);
  const measured = stages.filter(({ isMeasured }) => isMeasured);
  const rampUpMs = measured.at(0)?.startMs ?? 0;
  const steadyEndMs = endOf(measured);
  return {
    stages,
    prepareTimeoutMs: 30_000,
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
    rampUpMs,
    steadyMs: steadyEndMs - rampUpMs,
    rampDownMs: endOf(stages) - steadyEndMs,
  };
}

/** Returns the planned time from the first start to the last, in ms. */
export function loadMs(phases: ResolvedPhases): number {
  return phases.rampUpMs + phases.steadyMs + phases.rampDownMs;
}

/** Returns the longest time that load and drain can take, in milliseconds. */
export function longestMs(phases: ResolvedPhases): number {
  return loadMs(phases) + phases.drainTimeoutMs;
}

/** Returns the phase at a time of the load; the drain belongs to ramp-down. */
export function phaseAt(phases: ResolvedPhases, atMs: number): LoadPhase {
  if (atMs < phases.rampUpMs) return "ramp_up";
  return atMs < phases.rampUpMs + phases.steadyMs ? "steady" : "ramp_down";
}

/** Returns the phase that a stage belongs to. */
export function phaseOf(
  { rampUpMs }: ResolvedPhases,
  { isMeasured, startMs }: PlannedStage,
): LoadPhase {
  if (isMeasured) return "steady";
  return startMs < rampUpMs ? "ramp_up" : "ramp_down";
}

/** Returns the name of the stage at a time of the load, if it has any. */
export function stageNameAt(
  { stages }: ResolvedPhases,
  atMs: number,
): string | null {
  const stage = stages.find(({ endMs }) => atMs < endMs) ?? stages.at(-1);
  return stage?.isNamed ? stage.name : null;
}

/** Returns the name of a phase as people write it, such as `ramp-up`. */
export function phaseText(name: PhaseName): string {
  return name.replace("_", "-");
}
