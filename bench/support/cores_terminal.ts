/**
 * The web terminal on so many workers, in a process of its own, each with a port
 * of its own. The main thread has one for a list of them. See
 * {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem } from "../../src/actor/mod.ts";
import { cores } from "../../src/cores/mod.ts";
import { workerPort } from "./cores_terminal_service.ts";
import { announce } from "./peer_process.ts";
import type { TerminalPeer } from "./terminals.ts";
import { troupePeer } from "./troupe_terminal.ts";

/** The server of this file: sessions are opened on its workers in turn. */
export async function coresTerminalPeer(port: number): Promise<TerminalPeer> {
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const ports: number[] = await response.json();
  const peers = await Promise.all(ports.map(troupePeer));
  let opened = 0;
  return {
    async open() {
      const peer = peers[opened++ % peers.length];
      if (peer === undefined) throw new Error("There is no worker");
      return await peer.open();
    },
  };
}

if (import.meta.main) {
  const count = Number(Deno.args[0]);
  const system = new ActorSystem();
  const service = await cores(
    system,
    new URL("./cores_terminal_service.ts", import.meta.url),
    { count },
  );
  const ports = await Promise.all(
    service.workers.map(({ index }) =>
      service.ask(index, workerPort, undefined)
    ),
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json(ports),
  );
  await announce(server.addr.port, () => system.shutdown());
}
