/**
 * One process, and one store of it, has a file at a time. The lock is that of
 * another file beside it: it is gone when the process is, however it ends.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import { StoreFileError, StoreLockedError } from "../errors.ts";

/**
 * Locks a file of a store, until the lock is disposed.
 *
 * @throws {StoreLockedError} if it is locked.
 * @throws {StoreFileError} if the directory cannot be written.
 */
export function lockFile(path: string): Disposable {
  const file = open(`${path}-lock`);
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

function open(path: string): Deno.FsFile {
  try {
    return Deno.openSync(path, { create: true, write: true });
  } catch (cause) {
    throw new StoreFileError(
      `Cannot open the store beside ${path}: ${
        reasonOf(cause)
      }, the directory must be there and be writable`,
      { cause },
    );
  }
}
