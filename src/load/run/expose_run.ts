/**
 * What whoever reads the metrics of a collector sees of a run.
 *
 * @module
 */
import { attachSource } from "../../metrics/internal.ts";
import type { MetricsFeed } from "../../metrics/mod.ts";
import type { PhaseName } from "../result.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { Load } from "./load.ts";
import { LoadSamples, type StageNow } from "./load_samples.ts";
import { phaseAt, type ResolvedPhases } from "./phases.ts";

/** A run so far. */
export interface RunFacts {
  /** The load, if there is one. */
  readonly load: Pick<Load, "now" | "startedMs"> | undefined;
  /** The phases that are over. */
  readonly done: readonly { readonly name: PhaseName }[];
  readonly phases: ResolvedPhases;
  /** Milliseconds since the start of the run. */
  readonly elapsedMs: number;
}

/**
 * Has the exports of a feed include the operations of a run, from before its
 * load until there is another run of the scenario.
 */
export function exposeRun(
  feed: MetricsFeed | undefined,
  scenario: Scenario,
  read: () => RunFacts,
): void {
  if (feed === undefined) return;
  const samples = new LoadSamples(scenario);
  attachSource(feed, scenario.name, () => {
    const facts = read();
    const now = facts.load?.now() ?? { recorders: [], users: 0, inFlight: 0 };
    const phase = phaseNow(facts);
    return samples.read({ ...now, phase, stages: stagesNow(facts, phase) });
  });
}

/** Returns the stages of a run, and which of them the load is in. */
function stagesNow(
  { load, phases, elapsedMs }: RunFacts,
  phase: PhaseName | undefined,
): StageNow[] {
  const isLoad = phase !== undefined && /^(ramp|steady)/.test(phase);
  const atMs = elapsedMs - (load?.startedMs ?? 0);
  return phases.stages.filter(({ isNamed }) => isNamed)
    .map(({ name, startMs, endMs }) => ({
      name,
      isNow: isLoad && atMs >= startMs && atMs < endMs,
    }));
}

/** Returns the phase that a run is in; `undefined` if it is over. */
export function phaseNow(
  { load, done, phases, elapsedMs }: RunFacts,
): PhaseName | undefined {
  const last = done.at(-1)?.name;
  if (last === undefined) return "prepare";
  if (last === "cleanup") return undefined;
  // After the preparation comes the load, unless there could be none.
  return last === "prepare" && load !== undefined
    ? phaseAt(phases, elapsedMs - load.startedMs)
    : "cleanup";
}
