/**
 * A Troupe listener in a process of its own that sends every message back, but
 * for the connections named "unread", which it never reads. See
 * {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem, listen } from "../../mod.ts";
import { announce } from "./peer_process.ts";

if (import.meta.main) {
  const listener = listen(new ActorSystem(), {
    port: 0,
    async serve(connection) {
      if (connection.id === "unread") return await connection.closed;
      for await (const message of connection) await connection.send(message);
    },
  });
  await announce(listener.address.port);
}
