/**
 * A terminal below a path of a server that has pages of its own. A server that has
 * authenticated a user by other means can make a ticket for that user, as this one
 * does when it starts.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env examples/terminal_in_router.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { serveTerminal } from "@troupe/troupe/terminal";

await using system = new ActorSystem();
await using shells = serveTerminal(system, {
  prefix: "/terminal/",
  commands: [{ name: "shell", command: "sh" }],
});
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  (request, info) => {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/terminal/")) return shells.fetch(request, info);
    return pathname === "/"
      ? new Response("Pages of its own\n")
      : new Response("No such page\n", { status: 404 });
  },
);
const at = `http://127.0.0.1:${server.addr.port}/`;
const ticket = shells.ticket({ role: "control", session: undefined });
console.log(`${at}\n${at}terminal/#ticket=${ticket}`);
console.log("Ctrl-C ends it.");

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Notifies the viewers, before the server drops their connections.
await shells.close();
