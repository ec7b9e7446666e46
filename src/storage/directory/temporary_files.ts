/**
 * Files that are being written. Each is locked by its writer, and the kernel
 * lets go of the lock when the process ends, however it ends: so one that can
 * be locked by another was left behind.
 *
 * @module
 */

/** A file that is being written. */
export interface TemporaryFile {
  readonly path: string;
  readonly file: Deno.FsFile;
}

/** Creates a file in a directory, and locks it. */
export async function openTemporary(directory: string): Promise<TemporaryFile> {
  while (true) {
    const path = `${directory}/${crypto.randomUUID()}`;
    const file = await Deno.open(path, { write: true, createNew: true });
    if (await isOurs(file, path)) return { path, file };
    // Another process took it for left behind, between the two calls.
    file.close();
  }
}

async function isOurs(file: Deno.FsFile, path: string): Promise<boolean> {
  if (!await lock(file)) return false;
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    file.close();
    throw error;
  }
}

/** Locks a file; where a file system has no locks, its own writer has it. */
async function lock(file: Deno.FsFile): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch {
    return true;
  }
}

/** Removes the files that processes left behind which have ended. */
export async function sweepTemporary(directory: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (isFile) await removeIfLeft(`${directory}/${name}`);
  }
}

async function removeIfLeft(path: string): Promise<void> {
  try {
    using file = await Deno.open(path, { read: true, write: true });
    if (await file.tryLock(true)) await Deno.remove(path);
  } catch {
    // It has just been renamed or removed, or it cannot be locked: it stays.
  }
}
