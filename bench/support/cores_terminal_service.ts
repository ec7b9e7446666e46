/**
 * What each worker of `cores_terminal.ts` runs: the terminal of the main thread,
 * on the port that all share.
 *
 * @module
 */

import { type Core, CoreTopic } from "../../src/cores/mod.ts";
import { serveTerminalWorker } from "../../src/terminal/mod.ts";
import { limits } from "./troupe_terminal.ts";
import { programOf } from "./terminals.ts";

/** Asks for the port. */
export const sharedPort: CoreTopic<void, number> = new CoreTopic("shared_port");

export default function main(core: Core): AsyncDisposable {
  const { maxSessions, maxAttachments } = limits;
  const shells = serveTerminalWorker(core, {
    commands: [{ name: "bench", command: "sh", args: programOf("echo") }],
    maxSessions,
    maxAttachments,
  });
  const server = Deno.serve(
    core.sharePort({ hostname: "127.0.0.1", onListen() {} }),
    async (request, info) =>
      new URL(request.url).pathname === "/bench/ticket"
        ? new Response(
          await shells.ticket({ role: "control", session: "all" }),
        )
        : await shells.fetch(request, info),
  );
  core.handle(sharedPort, () => server.addr.port);
  return {
    async [Symbol.asyncDispose]() {
      await shells.close();
      await server.shutdown();
    },
  };
}
