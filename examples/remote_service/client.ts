/**
 * The client of the service, in a process of its own: `main.ts` starts it.
 *
 * @module
 */
import { ActorSystem, ConnectionPool } from "@troupe/troupe";
import { connectActor } from "@troupe/troupe/remote";
import { Counter } from "./counter.ts";

await using system = new ActorSystem();
await using pool = new ConnectionPool(system);
const peer = pool.peer({ port: Number(Deno.args[0]) });
await using counter = await connectActor(peer, Counter);
counter.watch((end) => console.log("it cannot be called any more:", end));

for (let n = 1; n <= 1000; n++) {
  counter.add({ by: 1 });
  // So that the cuts are in the middle of it.
  if (n % 100 === 0) await counter.read();
}
console.log(`1000 were added, the service has ${await counter.read()}`);
console.log(...await Array.fromAsync(counter.countdown(3)));
