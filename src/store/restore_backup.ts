/**
 * Makes a store of a backup.
 *
 * @module
 */
import { checkString } from "../checks/internal.ts";
import { restoreFile } from "./engine/aside.ts";
import { lockFile } from "./engine/file_lock.ts";
import { fileError } from "./engine/public_error.ts";

/** Milliseconds to wait for a program that reads the copy. */
const BUSY_MS = 5000;

/**
 * Makes the file of a store from a backup that `backup` of a store has made. The
 * whole of it is looked through first. Its change log begins anew, so that who
 * followed the store that there was gets a `ChangesLostError` and reads anew.
 *
 * @param backup The file of the backup, which stays as it is.
 * @param path The file of the store, which must not exist.
 * @throws {StoreFileError} as a rejection, if it exists, or a file cannot be read
 * or written.
 * @throws {StoreCorruptError} as a rejection, if the backup is damaged or none.
 * @throws {StoreLockedError} as a rejection, if a store has the file.
 * @throws {StoreFullError} as a rejection, if there is no room for it.
 * @throws {StorePermissionError} as a rejection, if the program may not read or
 * write the files.
 */
export async function restoreBackup(
  backup: string,
  path: string,
): Promise<void> {
  checkString("backup", backup);
  checkString("path", path);
  using _lock = lockFile(path);
  try {
    await restoreFile(backup, { path, busyMs: BUSY_MS });
  } catch (error) {
    throw fileError(error, "restore the store", `${path} from ${backup}`);
  }
}
