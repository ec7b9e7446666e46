/**
 * One process, and one store of it, has a file at a time. The lock is that of
 * another file beside it: it is gone when the process is, however it ends.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import {
  StoreFileError,
  StoreLockedError,
  StorePermissionError,
} from "../errors.ts";
import { missingPermission, permissionText } from "./permission.ts";

/**
 * Locks a file of a store, until the lock is disposed.
 *
 * @throws {StoreLockedError} if it is locked.
 * @throws {StorePermissionError} if the program may not write there.
 * @throws {StoreFileError} if the directory cannot be written.
 */
export function lockFile(path: string): Disposable {
  checkNoDirectory(path);
  const file = open(path, `${path}-lock`);
  try {
    if (file.tryLockSync(true)) {
      return { [Symbol.dispose]: () => file.close() };
    }
  } catch (cause) {
    file.close();
    throw new StoreFileError(
      `Cannot open the store ${path}: it cannot be locked (${reasonOf(cause)})`,
      { cause },
    );
  }
  file.close();
  throw new StoreLockedError(
    `Cannot open the store ${path}: another process or another store has it, close it there or choose another file`,
  );
}

function open(path: string, lock: string): Deno.FsFile {
  try {
    return Deno.openSync(lock, { create: true, write: true });
  } catch (cause) {
    const missing = missingPermission(cause);
    if (missing !== undefined) {
      throw new StorePermissionError(
        `Cannot open the store ${path}: ${permissionText(missing)}`,
        missing.flag,
        { cause },
      );
    }
    throw new StoreFileError(
      `Cannot open the store ${path}: ${
        reasonOf(cause)
      }, the directory must be there and be writable`,
      { cause },
    );
  }
}

function checkNoDirectory(path: string): void {
  let isDirectory = false;
  try {
    ({ isDirectory } = Deno.statSync(path));
  } catch {
    // There is nothing yet, or what is wrong shows when it is opened.
  }
  if (!isDirectory) return;
  throw new StoreFileError(
    `Cannot open the store ${path}: it is a directory, choose a file in it, such as ${path}/data.db`,
  );
}
