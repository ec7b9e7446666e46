/**
 * What takes long, on a thread of its own: to copy a file and to look through it.
 *
 * @module
 */
import { FailureError } from "./failure.ts";
import type { OpenPlan } from "./protocol.ts";
import { ThreadLink } from "./thread_link.ts";

/** Runs something on a thread that has a file open, and ends the thread. */
async function aside<T>(
  { path, busyMs }: OpenPlan,
  run: (link: ThreadLink) => Promise<T>,
): Promise<T> {
  const link = new ThreadLink("aside");
  try {
    await link.ask("open_reader", { path, busyMs });
    const result = await run(link);
    await link.ask("close", null);
    return result;
  } finally {
    link.end();
    await link.gone;
  }
}

/**
 * Returns what is wrong with a file.
 *
 * @throws {FailureError} as a rejection, if it cannot be read.
 */
export function checkFile(file: OpenPlan): Promise<readonly string[]> {
  return aside(file, (link) => link.ask("check", null));
}

/**
 * Copies a file that is in use, under another name until it is whole.
 *
 * @throws {FailureError} as a rejection, if there is a file of that name.
 */
export async function copyFile(file: OpenPlan, path: string): Promise<void> {
  const part = `${path}.part`;
  if (await exists(path)) {
    throw new FailureError({
      kind: "file",
      text: `${path} exists already, choose another file`,
    });
  }
  try {
    await aside(file, (link) => link.ask("backup", part));
    using copy = await Deno.open(part, { read: true, write: true });
    await copy.sync();
    await Deno.rename(part, path);
  } catch (error) {
    await Deno.remove(part).catch(() => {});
    throw error;
  }
}

/**
 * Makes the file of a store from a backup, under another name until it is whole.
 *
 * @throws {FailureError} as a rejection, if there is a file, or the backup is
 * damaged or none.
 */
export async function restoreFile(
  backup: string,
  { path, busyMs }: OpenPlan,
): Promise<void> {
  for (const taken of [path, `${path}-wal`]) {
    if (await exists(taken)) {
      throw new FailureError({
        kind: "file",
        text: `${taken} exists already, move it away first`,
      });
    }
  }
  const part = `${path}.part`;
  const link = new ThreadLink("aside");
  try {
    await Deno.copyFile(backup, part);
    await link.ask("restore", { path: part, busyMs });
    using copy = await Deno.open(part, { read: true, write: true });
    await copy.sync();
    await Deno.rename(part, path);
  } catch (error) {
    for (const name of [part, `${part}-wal`, `${part}-shm`]) {
      await Deno.remove(name).catch(() => {});
    }
    throw error;
  } finally {
    link.end();
    await link.gone;
  }
}

/** Returns whether there is a file. */
function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
