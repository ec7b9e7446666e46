/**
 * A service that is restarted with requests under way: one that may be handled
 * twice is sent again, and one that may not is left to its caller.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/restarted_service.ts
 *
 * @module
 */
import "./support/permissions.ts";
import {
  ActorSystem,
  ConnectionPool,
  json,
  listen,
  ReconnectingRequester,
  serveRequests,
} from "@troupe/troupe";

const text = json({ parse: String });
const codecs = { request: text, reply: text };
const arrived = new Set<string>();
const bothArrived = Promise.withResolvers<void>();

/** The first process takes requests and never replies to them. */
function takeOnly(request: string): Promise<string> {
  if (arrived.add(request).size === 2) bothArrived.resolve();
  return Promise.withResolvers<string>().promise;
}

/** Runs the service as a process of its own would. */
function start(
  port: number,
  handle: (request: string) => string | Promise<string>,
): { readonly service: ActorSystem; readonly port: number } {
  const service = new ActorSystem({ shutdownMs: 0 });
  const serve = (connection: Parameters<typeof serveRequests>[0]) =>
    serveRequests(connection, codecs, handle);
  return { service, port: listen(service, { port, serve }).address.port };
}

const first = start(0, takeOnly);
await using system = new ActorSystem();
await using pool = new ConnectionPool(system, { backoff: { maxMs: 100 } });
await using shop = new ReconnectingRequester({
  ...codecs,
  connect: (signal) => pool.connect({ port: first.port }, { signal }),
});

const price = shop.request("what is tea?", { idempotent: true });
const order = shop.request("buy tea").catch(() => "tea may be bought, or not");
await bothArrived.promise;
await first.service.shutdown();
const second = start(first.port, (request) => `${request} — done`);
console.log(await price);
console.log(await order);
console.log(await shop.request("buy coffee"));
await second.service.shutdown();
