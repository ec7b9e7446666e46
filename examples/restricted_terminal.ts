/**
 * A terminal for two programs and nothing else: their arguments are fixed, the
 * variables that they get are listed, and a guest is read-only.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=less,top --allow-env=PATH,LANG
 *
 * Run it:
 * deno run --allow-net=127.0.0.1 --allow-ffi --allow-read --allow-write --allow-run=less,top --allow-env=PATH,LANG examples/restricted_terminal.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem } from "@troupe/troupe";
import { serveTerminal } from "@troupe/troupe/terminal";

const README = new URL("../README.md", import.meta.url).pathname;

await using system = new ActorSystem();
await using shows = serveTerminal(system, {
  commands: [
    // Variables and options keep these programs from starting others.
    {
      name: "read",
      command: "less",
      args: [README],
      env: { LESSSECURE: "1" },
    },
    { name: "watch", command: "top", args: ["-s"] },
  ],
  directories: ["/"],
  passEnv: ["PATH", "LANG"],
  maxSessions: 4,
  maxViewers: 10,
  idleMs: 900_000,
  maxAgeMs: 3_600_000,
  ticketMs: 600_000,
});
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  shows.fetch,
);
// A link to several sessions leads to a list of them.
for (const command of ["read", "watch"]) await shows.start({ command });
const at = `http://127.0.0.1:${server.addr.port}/`;
for (const role of ["control", "view"] as const) {
  console.log(
    `To ${role}: ${at}#ticket=${shows.ticket({ role, session: "all" })}`,
  );
}
console.log("Ctrl-C ends it.");

await new Promise<void>((resolve) => {
  Deno.addSignalListener("SIGINT", () => resolve());
});
// Notifies the viewers, before the server drops their connections.
await shows.close();
