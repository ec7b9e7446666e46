/**
 * Tests of a service without ports and without waiting: a network in memory,
 * which the test cuts, and a clock that the test moves.
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

/** The service under test: it greets, and then echoes. */
async function serve(connection: LogicalConnection): Promise<void> {
  await connection.send(new TextEncoder().encode("welcome"));
  for await (const message of connection) await connection.send(message);
}

async function read(connection: LogicalConnection): Promise<string> {
  return new TextDecoder().decode(await connection.receive());
}

async function connect(clock: ManualClock, network: MemoryNetwork) {
  const system = new ActorSystem({ clock });
  listen(system, { network, port: 80, serve });
  // Full jitter would be chance: here each delay is half of its limit.
  const backoff = { initialMs: 100, random: () => 0.5 };
  const pool = new ConnectionPool(system, { network, backoff });
  const connection = await pool.connect({ port: 80 });
  assertEquals(await read(connection), "welcome");
  return { system, connection };
}

Deno.test("A cut is survived, and nothing is lost", async () => {
  const [clock, network] = [new ManualClock(), new MemoryNetwork()];
  const { system, connection } = await connect(clock, network);
  network.cut();
  await connection.send(new TextEncoder().encode("still there?"));
  await system.idle();
  clock.advance(50);
  assertEquals(await read(connection), "still there?");
  await system.shutdown();
});

Deno.test("Two minutes without a network are too long", async () => {
  const [clock, network] = [new ManualClock(), new MemoryNetwork()];
  const { system, connection } = await connect(clock, network);
  network.refuses = true;
  network.cut();
  await system.idle();
  const failing = assertRejects(() => connection.receive(), ResumeLostError);
  clock.advance(120_000);
  await failing;
  await system.shutdown();
});
