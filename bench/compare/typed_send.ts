/**
 * Objects one way over a typed connection between two processes on one core,
 * with what is in the current directory, so that two revisions can be compared:
 *
 * ```sh
 * deno task compare --metric microsPerMessage 5bacc41 HEAD \
 *   -- deno run -A --config deno.json "$PWD/bench/compare/typed_send.ts"
 * ```
 *
 * It prints one JSON object: `{"microsPerMessage"}`, the mean from the first
 * send until the other process has them all.
 *
 * @module
 */

import { chatMessage } from "../support/chat_message.ts";
import { announce, PeerProcess } from "../support/peer_process.ts";
import type * as Troupe from "../../mod.ts";

/** Until the compilers have seen the code; not counted. */
const WARM_UP_MS = 500;
const COUNTED_MS = 500;
/** Messages between two looks at the clock. */
const RUN = 100;

const tree = new URL(`file://${Deno.cwd()}/mod.ts`);
const { ActorSystem, ConnectionPool, listen, msgpack, TypedConnection }:
  typeof Troupe = await import(tree.href);

/** A message, or the question how many have come. */
const messages = msgpack();
const COUNT = "count";

async function serve(): Promise<never> {
  const listener = listen(new ActorSystem(), {
    port: 0,
    async serve(connection) {
      const typed = new TypedConnection(connection, messages);
      let taken = 0;
      for await (const message of typed) {
        if (message !== COUNT) {
          taken++;
          continue;
        }
        await typed.send(taken);
        taken = 0;
      }
    },
  });
  return await announce(listener.address.port);
}

async function drive(): Promise<void> {
  await using peer = await PeerProcess.start(new URL(import.meta.url), [
    "serve",
  ]);
  await using system = new ActorSystem();
  await using pool = new ConnectionPool(system);
  const connection = await pool.connect({ port: peer.port });
  const typed = new TypedConnection(connection, messages);
  await sendFor(WARM_UP_MS, typed);
  const microsPerMessage = await sendFor(COUNTED_MS, typed);
  console.log(JSON.stringify({ microsPerMessage }));
  await typed.close();
}

type Typed = Troupe.TypedConnection<Troupe.MsgpackValue>;

/**
 * Sends for that long, and returns the mean time of a message, in microseconds,
 * until the other process has them all.
 */
async function sendFor(milliseconds: number, typed: Typed): Promise<number> {
  let sent = 0;
  const start = performance.now();
  while (performance.now() - start < milliseconds) {
    for (let i = 0; i < RUN; i++) await typed.send(chatMessage(sent++));
  }
  await typed.send(COUNT);
  const taken = await typed.receive();
  if (taken !== sent) {
    throw new Error(`Cannot measure: of ${sent} messages ${taken} came`);
  }
  return (performance.now() - start) * 1_000 / sent;
}

await (Deno.args[0] === "serve" ? serve() : drive());
