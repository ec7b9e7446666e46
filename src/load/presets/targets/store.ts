/**
 * A store with the collections of the presets, over HTTP.
 *
 * @module
 */
import type { ActorSystem } from "../../../actor/mod.ts";
import { store } from "../../../store/mod.ts";
import {
  changeTick,
  fillForLoad,
  loadCollections,
  loadFunctions,
} from "../../store/load_store.ts";
import { publishTicks } from "./ticks.ts";
import {
  MAX_CLIENTS,
  serveHttp,
  type TargetService,
} from "./target_service.ts";

/**
 * Starts the service, with a temporary directory that is removed with it.
 *
 * @param ticksPerSecond How often one record changes; 0 for not at all.
 */
export async function serveStore(
  system: ActorSystem,
  ticksPerSecond: number,
): Promise<TargetService> {
  const directory = await Deno.makeTempDir({ prefix: "load-store-" });
  const data = await store(system, {
    path: `${directory}/data.db`,
    collections: loadCollections,
    functions: loadFunctions,
    http: { maxRequests: MAX_CLIENTS, maxSubscribers: MAX_CLIENTS },
  });
  await fillForLoad(data);
  const publication = ticksPerSecond === 0 ? undefined : publishTicks(
    ticksPerSecond,
    (sentAt) => changeTick(data, sentAt),
  );
  return serveHttp("store", data.handler, async () => {
    await publication?.end();
    await data.close();
    await Deno.remove(directory, { recursive: true });
  });
}
