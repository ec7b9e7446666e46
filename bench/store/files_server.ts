// The server of the bench of files: a store, and handlers written by hand that
// write a body to a file and read one, on one socket. Says its port, and its CPU
// time whenever a line comes.
import { createHash } from "node:crypto";
import process from "node:process";
import { ActorSystem } from "../../src/actor/mod.ts";
import { collection, file, store } from "../../src/store/mod.ts";

const uploads = collection("uploads", {
  fields: { data: file({ maxBytes: 2 ** 32 }) },
  rules: { create: true, view: true },
});

const [directory = ""] = Deno.args;
await using system = new ActorSystem();
await using data = await store(system, {
  path: `${directory}/data.db`,
  collections: [uploads],
});

/** Writes a body to a file, hashed and flushed, as one would by hand. */
async function put(request: Request): Promise<Response> {
  const path = `${directory}/by_hand`;
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  const hash = createHash("sha256");
  for await (const chunk of request.body ?? []) {
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
  }
  await file.sync();
  return new Response(hash.digest("hex"));
}

const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request, info) => {
  if (!request.url.endsWith("/by_hand")) return data.handler(request, info);
  if (request.method === "POST") return await put(request);
  return new Response((await Deno.open(`${directory}/by_hand`)).readable);
});
for await (const _ of Deno.stdin.readable) {
  const { user, system } = process.cpuUsage();
  console.log((user + system) / 1000);
}
await server.shutdown();
