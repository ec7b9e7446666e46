/**
 * The directory for the reports of a run.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { LoadUsageError } from "./args.ts";

/** Returns the name of a new directory, from the scenario and the time. */
export function directoryName(scenario: string, at: Date): string {
  const name = scenario.normalize("NFKD").toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  const time = at.toISOString().slice(0, 19).replace(/[-:]/g, "")
    .replace("T", "-");
  return `${name || "run"}-${time}`;
}

/**
 * Creates the directory, before anything is run. Nothing is ever overwritten.
 *
 * @throws {LoadUsageError} if the directory is not empty, or cannot be created.
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
          `Cannot write reports to ${wanted}: it contains ${name}, name a directory that is empty or does not exist`,
        );
      }
      return wanted;
    }
    await Deno.mkdir("load-results", { recursive: true });
    return await makeNew(`load-results/${directoryName(scenario, new Date())}`);
  } catch (cause) {
    if (cause instanceof LoadUsageError) throw cause;
    throw new LoadUsageError(
      `Cannot create the directory for the reports: ${
        reasonOf(cause)
      }; name another one with --out`,
      { cause },
    );
  }
}

/**
 * Creates a directory; runs that start in the same second get different ones.
 */
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

/** Removes a directory if it is empty. */
export function removeEmpty(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It is not empty.
  }
}
