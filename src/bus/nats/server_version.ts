/**
 * What a version of the server cannot do: it is refused, for a server accepts
 * what it does not know, and ignores it.
 *
 * @module
 */
import { UnsupportedFeatureError } from "../errors.ts";
import { hasVersion } from "./connection.ts";

/** The first version that has pull consumers as they are used here. */
const LEAST = "2.9";
/** The first version whose `sync_interval` can be set, to `always` too. */
const LEAST_FOR_SYNC = "2.10";

/**
 * Checks that a server has what options ask for.
 *
 * @throws {UnsupportedFeatureError} that names the version that is needed.
 */
export function checkVersion(
  version: string,
  options: { readonly syncAlways: boolean },
): void {
  if (!hasVersion(version, LEAST)) {
    throw new UnsupportedFeatureError(
      `Cannot use the server: its version is ${version}, it must be ${LEAST} or later`,
    );
  }
  if (options.syncAlways && !hasVersion(version, LEAST_FOR_SYNC)) {
    throw new UnsupportedFeatureError(
      `Cannot use syncAlways: the server's version is ${version}, which syncs every two minutes whatever its configuration, it must be ${LEAST_FOR_SYNC} or later`,
    );
  }
}
