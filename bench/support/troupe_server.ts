/**
 * A Troupe listener in a process of its own, which sends every message back;
 * the counterpart of `raw_peer.ts`. See {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem, listen } from "../../mod.ts";
import { announce } from "./peer_process.ts";

if (import.meta.main) {
  const listener = listen(new ActorSystem(), {
    port: 0,
    async serve(connection) {
      for await (const message of connection) await connection.send(message);
    },
  });
  await announce(listener.address.port);
}
