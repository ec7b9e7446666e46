/**
 * A shared terminal: a link for its owner, one for a colleague who may type into
 * this session, and one for a read-only viewer of it.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env examples/shared_terminal.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { type Grant, serveTerminal } from "@troupe/troupe/terminal";

await using system = new ActorSystem();
await using shells = serveTerminal(system, {
  commands: [{ name: "shell", command: "sh" }],
  ticketMs: 600_000,
});
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  shells.fetch,
);
const session = await shells.start();

/** Returns a link, which gives one browser access, once. */
function link(role: Grant["role"], session: string): string {
  const ticket = shells.ticket({ role, session });
  return `http://127.0.0.1:${server.addr.port}/#ticket=${ticket}`;
}
console.log(`All sessions, and new ones: ${link("control", "all")}`);
console.log(`To type into this one:      ${link("control", session.id)}`);
console.log(`To watch this one:          ${link("view", session.id)}`);
console.log("Ctrl-C ends it.");

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Notifies the viewers, before the server drops their connections.
await shells.close();
