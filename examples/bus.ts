/**
 * A bus in one process, or on NATS if it is given a server: publish and
 * subscribe, a queue group of workers, a value that is retained for those who
 * come later, and a request.
 *
 * Permissions: none
 *
 * Run it: deno run examples/bus.ts
 * On NATS: deno run --allow-net=127.0.0.1 examples/bus.ts nats://127.0.0.1:4222
 *
 * @module
 */
import { ActorSystem } from "@troupe/troupe";
import { Bus, type MessageBus, subject } from "@troupe/troupe/bus";
import { json } from "@troupe/troupe/codec";

const orders = subject(
  "orders.*.created",
  json({ parse: (value) => value as { id: number; country: string } }),
);

await using system = new ActorSystem();
// This is the line that decides where messages go.
await using bus = await busOn(Deno.args[0]);

// All who subscribe get a message …
const audit: number[] = [];
const subscriptions = [
  bus.subscribe(orders, { handler: ({ value }) => void audit.push(value.id) }),
];

// … but of a queue group one member does, the one with the most room.
const worked = new Map<string, number[]>();
for (const worker of ["Ajax", "Briseis"]) {
  worked.set(worker, []);
  subscriptions.push(bus.subscribe(orders, {
    queue: "workers",
    handler: ({ value }) => void worked.get(worker)?.push(value.id),
  }));
}
// From then on they miss nothing, wherever the bus is.
await Promise.all(subscriptions.map(({ ready }) => ready));
for (let id = 1; id <= 4; id++) {
  const country = id % 2 === 0 ? "eu" : "us";
  bus.publish(orders.at(country), { id, country });
}
await bus.flush();
await Promise.all(subscriptions.map((subscription) => subscription.drain()));
console.log(`audit: ${audit}`);
for (const [worker, ids] of worked) console.log(`${worker}: ${ids}`);

// The last value of a subject, for whoever subscribes later.
await bus.publish("sensors.cellar", 12, { retain: true });
for await (const { subject, value, isRetained } of bus.subscribe("sensors.>")) {
  console.log(`${subject}: ${value}${isRetained ? " (retained)" : ""}`);
  break;
}

// A request, and one that nobody is there to reply to.
const clock = bus.subscribe("time", {
  handler: (message) => message.respond("noon"),
});
await clock.ready;
console.log(`it is ${await bus.request("time", null)}`);
const refusal = await bus.request("weather", null).catch((error) => error);
console.log(refusal.message);

/** A bus in this process, or one on a server of NATS. */
async function busOn(servers: string | undefined): Promise<MessageBus> {
  if (servers === undefined) return new Bus(system);
  // Only who uses NATS has to download its client.
  const { natsBus } = await import("@troupe/troupe/bus/nats");
  return await natsBus({ servers });
}
