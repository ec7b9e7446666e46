/**
 * The command line that repeats a run.
 *
 * @module
 */
import { commandText } from "../run/command_text.ts";
import { maskOf } from "../scenario/environment.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { argumentWithoutSecrets } from "../scenario/secrets.ts";

/** The module that `deno task load` runs. */
const MAIN = new URL("./main.ts", import.meta.url).href;

/**
 * Returns the command line of a run with these arguments, without secrets. Its
 * directory is left out, as it has the reports of this run.
 */
export function repeatedCommand(
  args: readonly string[],
  scenario: Scenario,
): string {
  const program = Deno.mainModule === MAIN
    ? ["deno", "task", "load"]
    : ["deno", "run", "-A", Deno.mainModule];
  const mask = maskOf(scenario);
  const shown = withoutOut(args).map(argumentWithoutSecrets).map(mask);
  return commandText([...program, ...shown]);
}

function withoutOut(args: readonly string[]): string[] {
  return args.filter((arg, index) =>
    arg !== "--out" && args[index - 1] !== "--out" && !arg.startsWith("--out=")
  );
}
