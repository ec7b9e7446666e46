/**
 * A Troupe listener in a process of its own: the counterpart of `raw_peer.ts`.
 * It takes what the metadata says (the raw baseline's hello), or else sends
 * every message back. See {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem, listen, type LogicalConnection } from "../../mod.ts";
import { announce } from "./peer_process.ts";
import { decodeHello, type RawHello } from "./raw_wire.ts";
import { Tally } from "./tally.ts";

/** Messages up to this are taken as they come. */
const SMALL_BYTES = 16_384;
/** The largest message. */
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
  { messages, messageBytes }: RawHello,
): Promise<void> {
  const tally = new Tally(messages);
  // One for every large message; small ones come faster as they are.
  const into = new Uint8Array(MAX_ECHO_BYTES);
  const options = messageBytes > SMALL_BYTES ? { into } : {};
  let message: Uint8Array | undefined;
  while ((message = await connection.receive(options)) !== undefined) {
    const answer = tally.take(message);
    if (answer !== undefined) await connection.send(answer);
  }
}

if (import.meta.main) {
  const listener = listen(new ActorSystem(), {
    port: 0,
    serve(connection) {
      if (connection.metadata.length === 0) return echo(connection);
      return sink(connection, decodeHello(connection.metadata));
    },
  });
  await announce(listener.address.port);
}
