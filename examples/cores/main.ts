/**
 * A service on two cores: both workers listen on one port, one of them fails,
 * and the other one's sessions do not notice.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read=.
 *
 * Run it: deno run --allow-net=127.0.0.1 --allow-read=. examples/cores/main.ts
 *
 * Outside of this repository it needs --unstable-net besides.
 *
 * @module
 */
import "../support/permissions.ts";
import {
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
  ResumeLostError,
} from "@troupe/troupe";
import { cores } from "@troupe/troupe/cores";
import { fail, port } from "./service.ts";

await using system = new ActorSystem();
// The failure of a worker is expected here.
using _expected = system.events.subscribe(() => {}, { handlesFailures: true });
const isBack = Promise.withResolvers<void>();
await using service = await cores(
  system,
  new URL("./service.ts", import.meta.url),
  {
    count: 2,
    data: { greeting: "hello" },
    onState({ phase, incarnation }) {
      if (phase === "running" && incarnation === 2) isBack.resolve();
    },
  },
);
const address = { port: await service.ask(0, port, undefined) };

/** Says a name, and returns what the service says, with its worker. */
async function greet(
  connection: LogicalConnection,
): Promise<{ readonly text: string; readonly worker: number }> {
  await connection.send(new TextEncoder().encode("Ada"));
  return JSON.parse(new TextDecoder().decode(await connection.receive()));
}

/** A connection to each worker: the kernel spreads the sockets. */
const connections = new Map<number, LogicalConnection>();
while (connections.size < service.count) {
  const pool = new ConnectionPool(system);
  const connection = await pool.connect(address);
  const { worker } = await greet(connection);
  if (!connections.has(worker)) connections.set(worker, connection);
}
const [first, second] = [connections.get(0), connections.get(1)];
if (first === undefined || second === undefined) throw new Error("No worker");
console.log(await greet(first), await greet(second));

service.tell(0, fail, undefined);
const lost = await first.receive().catch((error) => error);
console.log("worker 0 has failed:", lost instanceof ResumeLostError);
console.log(await greet(second));
await isBack.promise;
console.log(service.workers.map(({ incarnation }) => incarnation));
