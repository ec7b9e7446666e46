/**
 * The stages of a load in reports.
 *
 * @module
 */
import type { LoadResult, StageResult } from "../result.ts";
import type { ReportTable } from "./content.ts";
import { count, counted, short } from "./numbers.ts";

/** Returns a table of the stages; none if the load has none. */
export function stageTables(result: LoadResult): ReportTable[] {
  // Results of older versions have no stages.
  const { stages = [] } = result;
  return stages.length === 0 ? [] : [{
    title: "Stages, with latency in ms",
    columns: [
      "stage",
      "load",
      "planned",
      "ok",
      "not ok",
      "dropped",
      "ok/s",
      "p50",
      "p99",
    ],
    rows: stages.map((stage, index) => rowOf(stage, loadText(result, index))),
  }];
}

function rowOf(
  { name, warmUp, all: { accounting, throughput, latency } }: StageResult,
  load: string,
): string[] {
  const { planned, started, ok, dropped } = accounting;
  return [
    warmUp ? `${name} (warm-up)` : name,
    load,
    ...[planned, ok, started - ok, dropped].map(count),
    short(throughput),
    short(latency.p50),
    short(latency.p99),
  ];
}

/** Returns what a stage plans, such as `to 400/s` if it ramps. */
function loadText({ scenario: { load } }: LoadResult, index: number): string {
  const stage = load.stages?.[index];
  if (stage === undefined) return "";
  const level = "users" in stage
    ? counted(stage.users, "user")
    : `${short(stage.arrivalsPerSecond)}/s`;
  return stage.ramp ? `to ${level}` : level;
}
