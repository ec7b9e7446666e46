/**
 * A terminal whose sessions are recorded, each to a file of a new directory, as
 * asciicast v3. examples/terminal/replay.ts plays them.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=sh --allow-env examples/recorded_terminal.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { serveTerminal } from "@troupe/troupe/terminal";

// Only the user can read a temporary directory, as the output may be secret.
const directory = await Deno.makeTempDir({ prefix: "recordings-" });

await using system = new ActorSystem();
await using shells = serveTerminal(system, {
  commands: [{ name: "shell", command: "sh" }],
  ticketMs: 600_000,
  // If the file cannot be created, the session is not started.
  async record({ id }) {
    const path = `${directory}/${id}.cast`;
    return (await Deno.open(path, { createNew: true, write: true })).writable;
  },
});
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  shells.fetch,
);
const ticket = shells.ticket({ role: "control", session: "all" });
console.log(`http://127.0.0.1:${server.addr.port}/#ticket=${ticket}`);
console.log("Ctrl-C ends it.");

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Resolves when all recordings are written.
await shells.close();
for await (const { name } of Deno.readDir(directory)) {
  console.log(`${directory}/${name}`);
}
