/**
 * Opens the engine of a store.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import type { EngineSettings } from "./engine_settings.ts";
import { lockFile } from "./file_lock.ts";
import { fileError } from "./public_error.ts";
import { StoreEngine } from "./store_engine.ts";
import { checkThreads } from "./thread_link.ts";

/**
 * Opens the file of a store.
 *
 * @throws {StorePermissionError} as a rejection, if a permission is missing.
 * @throws {StoreLockedError} as a rejection, if it is open elsewhere.
 * @throws {StoreCorruptError} as a rejection, if it is damaged or another's.
 * @throws {SchemaDifferenceError} as a rejection, if a migration is needed.
 * @throws {MigrationError} as a rejection, if a migration fails.
 */
export async function openEngine(
  system: ActorSystem,
  settings: EngineSettings,
): Promise<StoreEngine> {
  const { path } = settings.writer;
  try {
    checkThreads();
  } catch (error) {
    throw fileError(error, "open the store", path);
  }
  const lock = lockFile(path);
  const engine = new StoreEngine(system, settings, lock);
  await engine.start();
  return engine;
}
