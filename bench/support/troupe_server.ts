/**
 * A Troupe listener in a process of its own: the counterpart of `raw_peer.ts`.
 * It takes what the metadata says (the raw baseline's hello), or else sends
 * every message back. See {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem, listen, type LogicalConnection } from "../../mod.ts";
import { announce } from "./peer_process.ts";
import { decodeHello } from "./raw_wire.ts";
import { Tally } from "./tally.ts";

/** The largest message that is sent back. */
const MAX_ECHO_BYTES = 1_048_576;

async function echo(connection: LogicalConnection): Promise<void> {
  // One for every message, as the raw baseline has it.
  const into = new Uint8Array(MAX_ECHO_BYTES);
  let message: Uint8Array | undefined;
  while ((message = await connection.receive({ into })) !== undefined) {
    await connection.send(message);
  }
}

async function sink(
  connection: LogicalConnection,
  messages: number,
): Promise<void> {
  const tally = new Tally(messages);
  for await (const message of connection) {
    const answer = tally.take(message);
    if (answer !== undefined) await connection.send(answer);
  }
}

if (import.meta.main) {
  const listener = listen(new ActorSystem(), {
    port: 0,
    serve(connection) {
      if (connection.metadata.length === 0) return echo(connection);
      return sink(connection, decodeHello(connection.metadata).messages);
    },
  });
  await announce(listener.address.port);
}
