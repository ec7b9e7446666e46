/**
 * The stages of a load, and what each of them plans: pure decisions without
 * I/O.
 *
 * A level is the number of arrivals per second in the open model, and of users
 * in the closed model.
 *
 * @module
 */
import type { Phases, Scenario } from "../scenario/scenario.ts";

/** A stage in its place. */
export interface PlannedStage {
  readonly index: number;
  readonly name: string;
  /** When it starts and ends, in milliseconds of the load. */
  readonly startMs: number;
  readonly endMs: number;
  /** The level at its start and at its end; it is linear in between. */
  readonly from: number;
  readonly to: number;
  /** The levels of all stages before it, times milliseconds. */
  readonly before: number;
  /** Whether it counts for the steady phase. */
  readonly isMeasured: boolean;
  /** Whether it is one of the scenario, with figures of its own. */
  readonly isNamed: boolean;
}

/** What a stage is planned from. */
type Draft = Pick<PlannedStage, "name" | "from" | "to" | "isMeasured"> & {
  readonly durationMs: number;
};

/**
 * Returns the stages of a load: those of its scenario, or a ramp-up, a plateau
 * and a ramp-down.
 */
export function planStages(
  { load, phases = {} }: Pick<Scenario, "load" | "phases">,
): readonly PlannedStage[] {
  if (load.stages === undefined) {
    const level =
      (load.model === "open" ? load.arrivalsPerSecond : load.users) ?? 0;
    return place(draftsOf(phases, level), false);
  }
  const levels = load.stages.map((stage) =>
    "users" in stage ? stage.users : stage.arrivalsPerSecond
  );
  const drafts = load.stages.map((stage, index): Draft => {
    const { name, durationMs, ramp = false, warmUp = false } = stage;
    const to = levels[index] ?? 0;
    const from = ramp ? levels[index - 1] ?? 0 : to;
    return { name, durationMs, from, to, isMeasured: !warmUp };
  });
  return place(drafts, true);
}

/** Phases are stages of which only the plateau counts. */
function draftsOf(
  { rampUpMs = 0, steadyMs = 0, rampDownMs = 0 }: Phases,
  level: number,
): Draft[] {
  const ramp = { isMeasured: false };
  return [
    { ...ramp, name: "ramp_up", durationMs: rampUpMs, from: 0, to: level },
    {
      name: "steady",
      durationMs: steadyMs,
      from: level,
      to: level,
      isMeasured: true,
    },
    { ...ramp, name: "ramp_down", durationMs: rampDownMs, from: level, to: 0 },
  ].filter(({ durationMs }) => durationMs > 0);
}

function place(drafts: readonly Draft[], isNamed: boolean): PlannedStage[] {
  let startMs = 0;
  // Twice the levels, which stay whole where levels and times are.
  let twice = 0;
  return drafts.map(({ durationMs, ...draft }, index) => {
    const stage = {
      index,
      ...draft,
      startMs,
      endMs: startMs + durationMs,
      before: twice / 2,
      isNamed,
    };
    startMs = stage.endMs;
    twice += (draft.from + draft.to) * durationMs;
    return stage;
  });
}

/** Returns how long all stages take, in milliseconds. */
export function endOf(stages: readonly PlannedStage[]): number {
  return stages.at(-1)?.endMs ?? 0;
}

/** Returns how long those that count have lasted after `atMs` of the load. */
export function measuredMs(
  stages: readonly PlannedStage[],
  atMs: number,
): number {
  return stages.reduce(
    (sum, { isMeasured, startMs, endMs }) =>
      isMeasured ? sum + Math.max(0, Math.min(atMs, endMs) - startMs) : sum,
    0,
  );
}

/** Returns the levels of a stage up to its end, times milliseconds. */
export function throughEnd(
  { before, from, to, startMs, endMs }: PlannedStage,
): number {
  return before + (from + to) * (endMs - startMs) / 2;
}

/** Returns the levels up to a time of the load, times milliseconds. */
export function levelsBefore(
  stages: readonly PlannedStage[],
  atMs: number,
): number {
  const stage = stages.findLast(({ startMs }) => startMs <= atMs);
  if (stage === undefined) return 0;
  const { startMs, endMs, from, to, before } = stage;
  const lengthMs = endMs - startMs;
  const intoMs = Math.min(atMs - startMs, lengthMs);
  return before + from * intoMs + (to - from) * intoMs ** 2 / (2 * lengthMs);
}

/** Returns the level that is planned on average in a part of the load. */
export function meanLevel(
  stages: readonly PlannedStage[],
  fromMs: number,
  toMs: number,
): number {
  const lastMs = Math.min(toMs, endOf(stages));
  if (lastMs <= fromMs) return 0;
  return (levelsBefore(stages, lastMs) - levelsBefore(stages, fromMs)) /
    (lastMs - fromMs);
}

/** When a place for a user is taken, in milliseconds of the load. */
export interface Stay {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Returns the first stay that ends after a time. Places are numbered from 0: one
 * is taken while the level is above its number, so that the last to come is the
 * first to go.
 */
export function nextStay(
  stages: readonly PlannedStage[],
  number: number,
  afterMs: number,
): Stay | undefined {
  let stay: Stay | undefined;
  for (const stage of stages) {
    const part = stayIn(stage, number);
    if (part !== undefined && stay?.endMs === part.startMs) {
      stay = { startMs: stay.startMs, endMs: part.endMs };
      continue;
    }
    if (stay !== undefined && stay.endMs > afterMs) return stay;
    stay = part;
  }
  return stay !== undefined && stay.endMs > afterMs ? stay : undefined;
}

function stayIn(
  { startMs, endMs, from, to }: PlannedStage,
  number: number,
): Stay | undefined {
  const isFirst = from > number;
  const isLast = to > number;
  if (from === to || isFirst === isLast) {
    return isFirst || isLast ? { startMs, endMs } : undefined;
  }
  const atMs = startMs + (endMs - startMs) * (number - from) / (to - from);
  return isFirst ? { startMs, endMs: atMs } : { startMs: atMs, endMs };
}
