// A bus with streams on disk, in a process that can be killed: DIRECTORY PORT.
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, serveBus } from "../../src/bus/mod.ts";
import { listen } from "../../src/tcp/mod.ts";

const [directory = "", port] = Deno.args;
const system = new ActorSystem();
const bus = new Bus(system, { directory });
const listener = listen(system, {
  port: Number(port),
  ...serveBus(bus).options,
});
console.log(listener.address.port);
