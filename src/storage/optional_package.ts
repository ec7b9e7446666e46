/**
 * Packages that only some storages need: they are loaded when one is used.
 *
 * @module
 */
import { reasonOf } from "../checks/internal.ts";
import { permissionError } from "./known_errors.ts";
import { StoragePackageError } from "./storage_errors.ts";

/**
 * Returns a function that loads a package once.
 *
 * @param specifier What to install, such as `"npm:aws4fetch@1"`.
 */
export function optionalPackage<Module>(
  specifier: string,
  load: () => Promise<Module>,
): () => Promise<Module> {
  let loaded: Promise<Module> | undefined;
  return async () => {
    try {
      loaded ??= load();
      return await loaded;
    } catch (cause) {
      // It may have been installed by the next time.
      loaded = undefined;
      if (cause instanceof Deno.errors.NotCapable) {
        throw permissionError(`load ${specifier}`, cause);
      }
      throw new StoragePackageError(
        `Cannot load ${specifier}: ${
          reasonOf(cause)
        }. Install it, such as by "deno add ${specifier}"`,
        { cause },
      );
    }
  };
}
