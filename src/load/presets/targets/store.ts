/**
 * A store with the collections of the presets, over HTTP.
 *
 * @module
 */
import type { ActorSystem } from "../../../actor/mod.ts";
import { type Identity, store, StoreError } from "../../../store/mod.ts";
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

const FUNCTION = /^\/api\/functions\/(load_set|load_add)$/;

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
  const call = async (name: "load_set" | "load_add", request: Request) => {
    try {
      const who: Identity = await data.auth.identityOf(request);
      const input = await request.json();
      return Response.json(await data.as(who).call(name, input));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return Response.json({ message: error.message }, { status: 400 });
    }
  };
  return serveHttp("store", (request, info) => {
    const [, name] = FUNCTION.exec(new URL(request.url).pathname) ?? [];
    if (request.method === "POST") {
      if (name === "load_set" || name === "load_add") {
        return call(name, request);
      }
    }
    return data.handler(request, info);
  }, async () => {
    await publication?.end();
    await data.close();
    await Deno.remove(directory, { recursive: true });
  });
}
