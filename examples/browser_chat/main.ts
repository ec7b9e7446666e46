/**
 * A chat in the browser, over the same sessions as between programs: a page that
 * is cut, by its button or by a real network, comes back without a gap.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 examples/browser_chat/main.ts
 *
 * Open the address that it prints in two tabs, and cut one of them. A program in
 * Node joins the same chat: see examples/node_client.mjs.
 *
 * @module
 */
import "../support/permissions.ts";
import {
  ActorSystem,
  json,
  listen,
  type LogicalConnection,
  TypedConnection,
} from "@troupe/troupe";
import { serveSessions } from "@troupe/troupe/websocket";
import html from "./page.html" with { type: "text" };

const codec = json({ parse: String, maxBytes: 1000 });
const members = new Set<TypedConnection<string>>();
const history: string[] = [];

/** Serves a member, wherever it is: what it says is heard by all. */
async function serve(connection: LogicalConnection): Promise<void> {
  const member = new TypedConnection(connection, codec);
  members.add(member);
  try {
    for (const line of history) await member.send(line);
    for await (const text of member) {
      const line = `${connection.identity ?? "node"}: ${text}`;
      if (history.push(line) > 100) history.shift();
      for (const other of members) {
        // Who has gone is noticed by its own loop.
        other.send(line).catch(() => {});
      }
    }
  } finally {
    members.delete(member);
  }
}

await using system = new ActorSystem();
await using sessions = serveSessions(system, {
  prefix: "/sessions/",
  serve,
  // The login of the application: here, a cookie that it has given to the page.
  authenticate: ({ headers }) =>
    /(?:^|; )guest=([\w-]+)/.exec(headers.get("cookie") ?? "")?.[1],
});
await using listener = listen(system, { port: 0, serve });

let guests = 0;
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  (request, info) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/sessions/")) {
      return sessions.fetch(request, info);
    }
    if (pathname !== "/") return new Response("Not found\n", { status: 404 });
    return new Response(html, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "set-cookie": `guest=guest-${++guests}; HttpOnly; SameSite=Strict`,
      },
    });
  },
);
const at = `http://127.0.0.1:${server.addr.port}/`;
console.log(`In a browser: ${at}`);
console.log(
  `In Node: node examples/node_client.mjs ${at}sessions/client.js ${listener.address.port} hello`,
);
console.log("Ctrl-C ends it.");

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Before the server, which waits for its WebSockets.
await sessions.close();
