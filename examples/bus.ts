/**
 * A bus in one process: publish and subscribe, a queue group of workers, a
 * value that is retained for those who come later, and a request.
 *
 * Permissions: none
 *
 * Run it: deno run examples/bus.ts
 *
 * @module
 */
import { ActorSystem } from "@troupe/troupe";
import { Bus, NoRespondersError, subject } from "@troupe/troupe/bus";
import { json } from "@troupe/troupe/codec";

interface Order {
  readonly id: number;
  readonly country: string;
}

const orders = subject(
  "orders.*.created",
  json({ parse: (value) => value as Order }),
);

await using system = new ActorSystem();
await using bus = new Bus(system);

// All who subscribe get a message …
const audit: number[] = [];
bus.subscribe(orders, { handler: ({ value }) => void audit.push(value.id) });

// … but of a queue group one member does, the one with the most room.
const worked = new Map<string, number[]>();
for (const worker of ["Ajax", "Briseis"]) {
  worked.set(worker, []);
  bus.subscribe(orders, {
    queue: "workers",
    handler: ({ value }) => void worked.get(worker)?.push(value.id),
  });
}
for (let id = 1; id <= 4; id++) {
  const country = id % 2 === 0 ? "eu" : "us";
  bus.publish(orders.at(country), { id, country });
}
await system.idle();
console.log(`audit: ${audit}`);
for (const [worker, ids] of worked) console.log(`${worker}: ${ids}`);

// The last value of a subject, for whoever subscribes later.
await bus.publish("sensors.cellar", 12, { retain: true });
for await (const { subject, value, isRetained } of bus.subscribe("sensors.>")) {
  console.log(`${subject}: ${value}${isRetained ? " (retained)" : ""}`);
  break;
}

// A request, and one that nobody is there to reply to.
bus.subscribe("time", { handler: (message) => message.respond("noon") });
console.log(`it is ${await bus.request("time", null)}`);
try {
  await bus.request("weather", null);
} catch (error) {
  if (!(error instanceof NoRespondersError)) throw error;
  console.log(error.message);
}
