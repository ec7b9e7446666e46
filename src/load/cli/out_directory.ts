/**
 * The directory of a run's reports.
 *
 * @module
 */
import { LoadUsageError } from "./args.ts";

/** The name of a new directory for a scenario, by the time of its run. */
export function directoryName(scenario: string, at: Date): string {
  const name = scenario.normalize("NFKD").toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, "")
    .replace("T", "-");
  return `${name || "run"}-${time}`;
}

/**
 * Makes the directory, before anything is run. Nothing is ever overwritten.
 *
 * @throws {LoadUsageError} when there is something in it, or it cannot be made.
 */
export async function makeDirectory(
  wanted: string | undefined,
  scenario: string,
): Promise<string> {
  try {
    if (wanted !== undefined) {
      await Deno.mkdir(wanted, { recursive: true });
      for await (const { name } of Deno.readDir(wanted)) {
        throw new LoadUsageError(
          `Cannot write reports to ${wanted}: there is ${name} in it; name one that is empty, or not there yet`,
        );
      }
      return wanted;
    }
    await Deno.mkdir("load-results", { recursive: true });
    return await makeNew(`load-results/${directoryName(scenario, new Date())}`);
  } catch (cause) {
    if (cause instanceof LoadUsageError) throw cause;
    throw new LoadUsageError(
      `Cannot make the directory of the reports: ${
        cause instanceof Error ? cause.message : cause
      }; name another with --out`,
      { cause },
    );
  }
}

/** Two that begin in one second get different ones. */
async function makeNew(path: string): Promise<string> {
  for (let number = 1;; number++) {
    const name = number === 1 ? path : `${path}-${number}`;
    try {
      await Deno.mkdir(name);
      return name;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Takes a directory away if nothing is in it. */
export function removeEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // There is something in it.
  }
}
