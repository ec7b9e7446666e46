/**
 * The web terminal on so many workers, in a process of its own, on one port:
 * half of the sockets of two workers land in the other one than their sessions,
 * and are relayed. See {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem } from "../../src/actor/mod.ts";
import { cores } from "../../src/cores/mod.ts";
import { serveTerminal } from "../../src/terminal/mod.ts";
import { sharedPort } from "./cores_terminal_service.ts";
import { announce } from "./peer_process.ts";
import { limits } from "./troupe_terminal.ts";

if (import.meta.main) {
  const count = Number(Deno.args[0]);
  const system = new ActorSystem();
  const shells = serveTerminal(system, limits);
  const service = await cores(
    system,
    new URL("./cores_terminal_service.ts", import.meta.url),
    { count, handlers: [shells.handler] },
  );
  const port = await service.ask(0, sharedPort, undefined);
  await announce(port, () => system.shutdown());
}
