/**
 * Jobs in a stream that two workers share: one that fails is tried again, and
 * one that fails three times becomes a dead letter.
 *
 * Permissions: none
 *
 * Run it: deno run examples/bus_jobs.ts
 *
 * @module
 */
import { ActorSystem } from "@troupe/troupe";
import { Bus, type BusStream, deadLetters, subject } from "@troupe/troupe/bus";
import { json } from "@troupe/troupe/codec";

interface Job {
  readonly image: string;
}

const jobs = subject("jobs.*", json({ parse: (value) => value as Job }));

await using system = new ActorSystem();
await using bus = new Bus(system);

// A job stays in the queue until a worker has acknowledged it.
const queue = await bus.stream("jobs", {
  subjects: ["jobs.*"],
  retention: "work_queue",
});
// Whoever looks into dead letters may come later, so they are kept as well.
const graveyard = await bus.stream("dead", { subjects: ["dead.*"] });

let attempts = 0;

/** Fails the first time for one image, and always for another. */
function resize({ image }: Job): void {
  if (image === "broken.png") throw new Error("it is no image");
  if (image === "slow.png" && ++attempts === 1) throw new Error("no memory");
}

async function work(stream: BusStream): Promise<string[]> {
  const done: string[] = [];
  // All who consume by one name share the messages; one worker gets each.
  const consumer = await stream.consume(jobs, {
    name: "workers",
    maxDeliveries: 3,
    deadLetter: "dead.jobs",
    signal: allDone.signal,
  });
  for await (const message of consumer) {
    try {
      resize(message.value);
      await message.ack();
      done.push(message.value.image);
    } catch {
      // It comes again, to whichever worker is free; a while later if need be.
      await message.nak({ delayMs: 10 });
    }
  }
  return done;
}

const allDone = new AbortController();
const workers = [work(queue), work(queue)];
for (const image of ["a.png", "slow.png", "broken.png", "b.png"]) {
  await queue.publish(jobs.at("resize"), { image });
}

const letter = await (await graveyard.consume(deadLetters(">"))).receive();
const { sequence, deliveries, reason, bytes } = letter?.value ?? {};
const dead = bytes && jobs.codec.decode(bytes).image;
console.log(`job ${sequence} is given up: ${dead}, ${reason}, ${deliveries}`);
while ((await queue.info()).messages > 0) await system.idle();
allDone.abort();
console.log(`done: ${(await Promise.all(workers)).flat().sort().join(", ")}`);
