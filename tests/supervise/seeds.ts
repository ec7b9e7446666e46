/**
 * Runs what seeds describe, and makes a failure as short as it gets.
 *
 * @module
 */
import { runCalmly } from "./calm.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import { runStormily } from "./storm.ts";

/** One thing at a time beside the model, or everything at once under laws. */
export type Mode = "calm" | "storm";

/** A seed with which a law does not hold. */
export interface SeedFailure {
  readonly seed: number;
  readonly mode: Mode;
  readonly error: unknown;
  /** The shortest scenario with which it does not hold. */
  readonly scenario: Scenario;
}

const RUNS: Readonly<
  Record<Mode, (scenario: Scenario, seed: number) => Promise<void>>
> = { calm: runCalmly, storm: runStormily };

/** Runs one seed in both modes; returns how it failed, if it did. */
export async function runSeed(seed: number): Promise<SeedFailure | undefined> {
  for (const mode of ["calm", "storm"] as const) {
    const run = async (scenario: Scenario): Promise<unknown> => {
      try {
        await RUNS[mode](scenario, seed);
        return undefined;
      } catch (error) {
        return error ?? new Error("nothing was thrown");
      }
    };
    const scenario = scenarioOf(seed);
    const error = await run(scenario);
    if (error === undefined) continue;
    return { seed, mode, ...await shorten(scenario, error, run) };
  }
  return undefined;
}

/** Leaves out one operation after the other that the failure does not need. */
async function shorten(
  scenario: Scenario,
  error: unknown,
  run: (scenario: Scenario) => Promise<unknown>,
): Promise<{ scenario: Scenario; error: unknown }> {
  for (let i = scenario.operations.length - 1; i >= 0; i--) {
    const operations = scenario.operations.toSpliced(i, 1);
    const shorter = { ...scenario, operations };
    const same = await run(shorter);
    if (same !== undefined) [scenario, error] = [shorter, same];
  }
  return { scenario, error };
}

/** Says what failed, and how to repeat it. */
export function failureToText(failure: SeedFailure): string {
  const { seed, mode, error, scenario } = failure;
  const { root, starts, operations } = scenario;
  const lines = operations.map((operation) => JSON.stringify(operation));
  return `seed ${seed} failed (${mode}), repeat it with --seed ${seed} --seeds 1
supervisor: ${JSON.stringify(root)}
starts: ${starts.join(", ")}
operations:
  ${lines.join("\n  ")}
${error instanceof Error ? error.stack : error}`;
}
