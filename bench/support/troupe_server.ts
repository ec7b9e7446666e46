/**
 * A Troupe listener in a process of its own: the counterpart of `raw_peer.ts`.
 * It takes what the metadata says (the raw baseline's hello), or else sends
 * every message back. Its argument says how it takes them. See
 * {@linkcode PeerProcess}.
 *
 * @module
 */

import { ActorSystem, listen, type LogicalConnection } from "../../mod.ts";
import type { MessageBatch } from "../../src/session/mod.ts";
import { BufferPool } from "./buffer_pool.ts";
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

/** As {@linkcode echo}, in buffers that are transferred and come back. */
async function echoTransferred(connection: LogicalConnection): Promise<void> {
  const pool = new BufferPool(new Uint8Array(MAX_ECHO_BYTES));
  for (;;) {
    const message = await connection.receive({ into: pool.take() });
    if (message === undefined) return;
    await connection.send(message, { transfer: true, onReturn: pool.give });
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

/** As {@linkcode sink}, with every batch kept as long as the program likes. */
async function sinkOfBatches(
  connection: LogicalConnection,
  { messages }: RawHello,
): Promise<void> {
  const tally = new Tally(messages);
  for await (const batch of connection.batches()) {
    await takeAll(connection, tally, batch);
  }
}

/** As {@linkcode sink}, with the memory of every batch given back. */
async function sinkGivenBack(
  connection: LogicalConnection,
  { messages }: RawHello,
): Promise<void> {
  const tally = new Tally(messages);
  for await (using batch of connection.batches()) {
    await takeAll(connection, tally, batch);
  }
}

function takeAll(
  connection: LogicalConnection,
  tally: Tally,
  batch: MessageBatch,
): Promise<void> | undefined {
  let sent: Promise<void> | undefined;
  for (const message of batch.messages) {
    const answer = tally.take(message);
    if (answer !== undefined) sent = connection.send(answer);
  }
  return sent;
}

/** How a server takes messages one way: its argument. */
export type SinkWay = "receive" | "batches" | "given_back";

/** How a server sends messages back: its argument. */
export type EchoWay = "receive" | "transfer";

function sinkOf(way: string): typeof sink {
  switch (way) {
    case "receive":
      return sink;
    case "batches":
      return sinkOfBatches;
    case "given_back":
      return sinkGivenBack;
    default:
      throw new TypeError(`Cannot serve: there is no way "${way}"`);
  }
}

if (import.meta.main) {
  const [way = "receive"] = Deno.args;
  const isTransferred = way === "transfer";
  const sendBack = isTransferred ? echoTransferred : echo;
  const take = sinkOf(isTransferred ? "receive" : way);
  const listener = listen(new ActorSystem(), {
    port: 0,
    serve(connection) {
      if (connection.metadata.length === 0) return sendBack(connection);
      return take(connection, decodeHello(connection.metadata));
    },
  });
  await announce(listener.address.port);
}
