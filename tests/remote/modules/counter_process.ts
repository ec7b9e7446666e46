/**
 * A counter in a process of its own, on the port of its argument, until its
 * input ends. It prints the port.
 *
 * @module
 */
import { ActorSystem } from "../../../src/actor/mod.ts";
import { expose } from "../../../src/remote/mod.ts";
import { listen } from "../../../src/tcp/mod.ts";
import { counter, counterOf } from "../remote_net.ts";

const system = new ActorSystem();
const { address } = listen(system, {
  port: Number(Deno.args[0]),
  ...expose(system, [counterOf(system.spawn(counter))]),
});
console.log(address.port);
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
