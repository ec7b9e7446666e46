/**
 * Where a run took place and how it is repeated, in words.
 *
 * @module
 */
import type { LoadResult } from "../result.ts";
import { stringifyScenario } from "../scenario/scenario_text.ts";
import { bytes, count, counted } from "./numbers.ts";

/** Returns the facts of a run that say what its numbers are about. */
export function originNotes(
  { origin, startedAt, scenario: { env = [] } }: LoadResult,
): readonly (readonly [name: string, text: string])[] {
  const { command, target, cpu, cores, memoryBytes, system, kernel } = origin;
  const machine = [
    counted(cores, "core"),
    ...cpu === null ? [] : [cpu],
    ...memoryBytes === null ? [] : [`${bytes(memoryBytes)} of memory`],
    ...kernel === null ? [system] : [`${system} ${kernel}`],
  ];
  return [
    ["Started", startedAt],
    ...command === null ? [] : [["Command", command] as const],
    ...env.length === 0
      ? []
      : [["Environment", `${env.join(", ")} must be set`] as const],
    ["Target", target ?? "a service that was running already"],
    // As it is written in a scenario.
    ["Seed", Number.isFinite(origin.seed) ? String(origin.seed) : count(NaN)],
    ["Machine", machine.join(", ")],
    [
      "Versions",
      `Troupe ${origin.troupe}, Deno ${origin.deno}, ${
        counted(origin.threads, "thread")
      }`,
    ],
  ];
}

/** Returns the scenario as `--print` prints it, without secrets. */
export function scenarioText({ scenario }: LoadResult): string {
  return stringifyScenario(scenario);
}
