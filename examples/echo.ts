/**
 * A hundred logical connections over one TCP socket, each echoing.
 *
 * Permissions: --allow-net=127.0.0.1
 *
 * Run it: deno run --allow-net=127.0.0.1 examples/echo.ts
 *
 * @module
 */
import "./support/permissions.ts";
import { ActorSystem, ConnectionPool, listen } from "@troupe/troupe";

await using system = new ActorSystem();

// The server: each logical connection is served by an actor of its own.
await using listener = listen(system, {
  port: 0,
  async serve(connection) {
    for await (const message of connection) await connection.send(message);
  },
});

// The client: the pool dials once, however many connections are wanted.
await using pool = new ConnectionPool(system);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

async function converse(number: number): Promise<string> {
  await using connection = await pool.connect(listener.address);
  await connection.send(encoder.encode(`hello ${number}`));
  return decoder.decode(await connection.receive());
}

const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
const echoes = await Promise.all(numbers.map(converse));

console.log(echoes.at(0), "…", echoes.at(-1));
console.log(`${echoes.length} connections, ${pool.stats().dials} socket`);
