/**
 * The command line that repeats a run.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
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
  const program = programOf(Deno.mainModule, currentDirectory());
  const mask = maskOf(scenario);
  const shown = withoutOut(args).map(argumentWithoutSecrets).map(mask);
  return commandText([...program, ...shown]);
}

/**
 * Returns how the program is started whose main module this is: by the task if
 * the current directory is in the clone, which alone has it.
 */
export function programOf(
  mainModule: string,
  directory: string | undefined,
): string[] {
  if (mainModule !== MAIN) return ["deno", "run", "-A", mainModule];
  const clone = new URL("../../../", MAIN).href;
  return directory !== undefined &&
      pathToFileURL(`${directory}/`).href.startsWith(clone)
    ? ["deno", "task", "load"]
    : ["deno", "run", "-A", "jsr:@troupe/troupe/load/cli"];
}

function currentDirectory(): string | undefined {
  try {
    return Deno.cwd();
  } catch {
    return undefined;
  }
}

function withoutOut(args: readonly string[]): string[] {
  return args.filter((arg, index) =>
    arg !== "--out" && args[index - 1] !== "--out" && !arg.startsWith("--out=")
  );
}
