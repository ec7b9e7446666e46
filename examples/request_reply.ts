/**
 * Requests and replies over one logical connection: a reply, a request that
 * times out and whose handler sees it, and a failure that the handler chose.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/request_reply.ts
 *
 * @module
 */
import "./support/permissions.ts";
import {
  ActorSystem,
  ConnectionPool,
  json,
  listen,
  Requester,
  RequestFailedError,
  RequestFailure,
  RequestTimeoutError,
  serveRequests,
} from "@troupe/troupe";

const text = json({ parse: String });
const codecs = { request: text, reply: text };
const cancelled = Promise.withResolvers<void>();

await using system = new ActorSystem();
await using listener = listen(system, {
  port: 0,
  serve: (connection) =>
    serveRequests(connection, codecs, async (city, { signal }) => {
      if (city === "Troy") return "sunny";
      if (city === "Atlantis") throw new RequestFailure(404, "on no map");
      // For as long as somebody waits for the reply.
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      cancelled.resolve();
      return "windy";
    }),
});
await using pool = new ConnectionPool(system);
const connection = await pool.connect(listener.address);
await using weather = new Requester(connection, codecs);

await Promise.all(["Troy", "Ithaca", "Atlantis"].map(async (city) => {
  try {
    const reply = await weather.request(city, { timeoutMs: 1000 });
    console.log(`${city}: ${reply}`);
  } catch (error) {
    if (error instanceof RequestFailedError) {
      console.log(`${city}: failure ${error.code}, ${error.text}`);
    } else if (error instanceof RequestTimeoutError) {
      await cancelled.promise;
      console.log(`${city}: no reply in time, and its handler was cancelled`);
    } else throw error;
  }
}));
