/**
 * A file as a Web Stream, over a socket that is cut in the middle: the session
 * goes on over another, and what arrives is what was sent.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/file_transfer.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { createHash } from "node:crypto";
import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";
import { Relay } from "./demo/relay.ts";

const CHUNKS = 256;

await using system = new ActorSystem();
await using listener = listen(system, {
  port: 0,
  async serve(connection) {
    const hash = createHash("sha256");
    for await (const bytes of connection.readable) hash.update(bytes);
    await connection.send(hash.digest());
  },
});
// It stands for the network between the two, and fails on command.
await using network = new Relay(listener.address.port);

await using pool = new ConnectionPool(system, {
  onState(state) {
    const socket = state.phase === "connected"
      ? ` (socket ${state.epoch})`
      : "";
    console.log(`session: ${state.phase}${socket}`);
  },
});
await using connection = await pool.connect({ port: network.port });

const hash = createHash("sha256");
async function* file(): AsyncGenerator<Uint8Array> {
  for (let number = 1; number <= CHUNKS; number++) {
    const chunk = crypto.getRandomValues(new Uint8Array(65_536));
    hash.update(chunk);
    yield chunk;
    if (number !== CHUNKS / 2) continue;
    console.log("the network fails in the middle of the file");
    network.cut();
  }
}
await ReadableStream.from(file()).pipeTo(connection.writable);
const received = await connection.receive();
const isEqual = received?.toHex() === hash.digest("hex");
console.log(
  `${CHUNKS} chunks sent, the SHA-256 is ${isEqual ? "equal" : "DIFFERENT"}`,
);
