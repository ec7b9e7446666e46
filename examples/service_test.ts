/**
 * Tests of a service without ports and without waiting: a network in memory
 * that the test cuts, and a clock that it moves.
 *
 * Permissions: none
 *
 * Run it: deno test examples/service_test.ts
 *
 * @module
 */
import { assertEquals, assertRejects } from "@std/assert";
import {
  ActorSystem,
  ConnectionPool,
  listen,
  type LogicalConnection,
  ResumeLostError,
} from "@troupe/troupe";
import { ManualClock, MemoryNetwork } from "@troupe/troupe/testing";

/** The service under test: it echoes. */
async function serve(connection: LogicalConnection): Promise<void> {
  for await (const message of connection) await connection.send(message);
}

async function connect() {
  const [clock, network] = [new ManualClock(), new MemoryNetwork()];
  const system = new ActorSystem({ clock });
  listen(system, { network, port: 80, serve });
  // Full jitter would be chance: here each delay is half of its limit.
  const backoff = { initialMs: 100, random: () => 0.5 };
  const pool = new ConnectionPool(system, { network, backoff });
  const connection = await pool.connect({ port: 80 });
  return { clock, network, system, connection };
}

Deno.test("A cut is survived, and nothing is lost", async () => {
  const { clock, network, system, connection } = await connect();
  network.cut();
  await connection.send(new Uint8Array([42]));
  await system.idle();
  clock.advance(50);
  assertEquals(await connection.receive(), new Uint8Array([42]));
  await system.shutdown();
});

Deno.test("Two minutes without a network are too long", async () => {
  const { clock, network, system, connection } = await connect();
  network.refuses = true;
  network.cut();
  await system.idle();
  const failing = assertRejects(() => connection.receive(), ResumeLostError);
  clock.advance(120_000);
  await failing;
  await system.shutdown();
});
