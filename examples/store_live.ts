/**
 * A page that follows a store, is cut off, and misses nothing: what happens
 * while its server is away comes when it is back, once and in order, as each
 * event has its place in the change log.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read --allow-write --allow-env --allow-ffi
 *
 * Run it: deno run --allow-net=127.0.0.1 --allow-read --allow-write --allow-env --allow-ffi examples/store_live.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { bool, collection, store, text } from "@troupe/troupe/store";

const tasks = collection("tasks", {
  fields: { title: text({ required: true }), done: bool() },
  rules: { list: true, view: true },
});

const directory = await Deno.makeTempDir();
await using system = new ActorSystem();
const data = await store(system, {
  path: `${directory}/data.db`,
  collections: [tasks],
});
const all = data.collection(tasks);

/** Serves the store until the signal aborts, which cuts every connection. */
function serve(signal: AbortSignal, port = 0): Deno.HttpServer<Deno.NetAddr> {
  const hostname = "127.0.0.1";
  return Deno.serve({ hostname, port, signal, onListen() {} }, data.handler);
}

const first = new AbortController();
const server = serve(first.signal);
const { port } = server.addr;

// As a browser has it: it comes back by itself, with the last id that it saw.
const topic = `tasks/*?options=${
  encodeURIComponent(JSON.stringify({ query: { filter: "done = false" } }))
}`;
const source = new EventSource(
  `http://127.0.0.1:${port}/api/realtime?topic=${encodeURIComponent(topic)}`,
);
const events: { action: string; record: { title?: string } }[] = [];
const seen = Promise.withResolvers<void>();
const ready = Promise.withResolvers<void>();
source.addEventListener("cursor", () => ready.resolve());
source.addEventListener(topic, ({ data }) => {
  events.push(JSON.parse(data));
  seen.resolve();
});
await ready.promise;

const { id } = await all.create({ title: "Sweep" });
await seen.promise;
first.abort();
await server.finished;
console.log("the server is away");
await all.update(id, { title: "Sweep the yard" });
await all.update(id, { done: true });
await all.create({ title: "Paint" });

const last = new AbortController();
const again = serve(last.signal, port);
while (events.length < 4) await new Promise((done) => setTimeout(done, 10));
for (const { action, record } of events) {
  console.log(`${action} ${record.title ?? "what is done"}`);
}
source.close();
await data.close();
last.abort();
await again.finished;
await Deno.remove(directory, { recursive: true });
