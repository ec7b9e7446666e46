/**
 * Serves the changes of a store over logical connections.
 *
 * @module
 */
import type { LogicalConnection } from "../../session/mod.ts";
import { partsOf, type Store } from "../store.ts";

/**
 * Returns what serves one who follows changes over a logical connection, under
 * the rules of the token that it sends: pass it to `listen` or `serveSessions`.
 * The limits are those of the option `http` of the store.
 *
 * @throws {TypeError} if it is no store.
 *
 * @example
 * ```ts ignore
 * await using listener = listen(system, { port: 4000, serve: serveChanges(data) });
 * ```
 */
export function serveChanges(
  store: Store,
): (connection: LogicalConnection) => Promise<void> {
  const parts = partsOf(store);
  return (connection) => parts.handler.serve(connection);
}
