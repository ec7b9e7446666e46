/**
 * An HTTP service that says who a request is from, in a process of its own: by
 * a session of a store, or by a token in a map. `GET /token` has the token.
 *
 * @module
 */

import { ActorSystem } from "../../src/actor/mod.ts";
import { authCollection, store } from "../../src/store/mod.ts";
import { announce } from "./peer_process.ts";

const PASSWORD = "correct horse battery staple";

if (import.meta.main) {
  const [by] = Deno.args;
  const directory = await Deno.makeTempDir();
  const system = new ActorSystem();
  const users = authCollection("users", { fields: {} });
  const data = await store(system, {
    path: `${directory}/data.db`,
    collections: [users],
  });
  const email = "ann@example.com";
  const { id } = await data.collection(users).create({
    email,
    password: PASSWORD,
  });
  const { auth } = data;
  const { token } = await auth.authWithPassword("users", email, PASSWORD);
  const table = new Map([[token, { kind: "record", id }]]);
  const whoOf = by === "map"
    ? (request: Request) =>
      Promise.resolve(table.get(request.headers.get("authorization") ?? ""))
    : (request: Request) => auth.identityOf(request);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      if (request.url.endsWith("/token")) return new Response(token);
      const who = await whoOf(request);
      return Response.json({ kind: who?.kind });
    },
  );
  await announce(server.addr.port, async () => {
    await data.close();
    await Deno.remove(directory, { recursive: true });
  });
}
