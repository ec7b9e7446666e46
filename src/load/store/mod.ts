/**
 * What a store of your own needs so that the presets `auth`, `database`,
 * `realtime`, `files`, `computed` and `functions` can run against it: collections, stored
 * functions, and what fills them.
 *
 * It stands apart from `@troupe/troupe/load` because it needs the store, which
 * not everybody who runs load tests has to download.
 *
 * @example
 * ```ts ignore
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import {
 *   fillForLoad,
 *   loadCollections,
 *   loadFunctions,
 * } from "@troupe/troupe/load/store";
 * import { store } from "@troupe/troupe/store";
 *
 * await using system = new ActorSystem();
 * await using data = await store(system, {
 *   path: `${await Deno.makeTempDir()}/data.db`,
 *   collections: loadCollections,
 *   functions: loadFunctions,
 * });
 * await fillForLoad(data);
 * Deno.serve({ port: 8090 }, data.handler);
 * ```
 *
 * @module
 */
export { fillForLoad, loadCollections, loadFunctions } from "./load_store.ts";
