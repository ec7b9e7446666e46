/**
 * Publishes to a stream of the bus in this process, one at a time and a hundred
 * in flight, for each durability; and the replay of a stream that is full.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, type BusStream, type Durability } from "../../src/bus/mod.ts";
import { subject } from "../../src/bus/subject.ts";
import { raw } from "../../src/codec/mod.ts";

/** Messages of one iteration. */
const MESSAGES = 2000;
const PAYLOAD = new Uint8Array(128);
const DURABILITIES: readonly Durability[] = ["memory", "written", "synced"];

const directory = await Deno.makeTempDir();
const system = new ActorSystem();
const bus = new Bus(system, { directory });
globalThis.addEventListener("unload", () => {
  Deno.removeSync(directory, { recursive: true });
});

async function streamOf(durability: Durability): Promise<BusStream> {
  return await bus.stream(durability, {
    subjects: [`${durability}.*`],
    durability,
    maxMessages: 100_000,
  });
}

for (const durability of DURABILITIES) {
  const stream = await streamOf(durability);
  const on = subject(`${durability}.a`, raw);
  const n = durability === "synced" ? 200 : MESSAGES;
  Deno.bench(
    `publish, ${durability}, one in flight, ${n} messages`,
    { group: "one in flight", n: 5, warmup: 1 },
    async () => {
      for (let index = 0; index < n; index++) await stream.publish(on, PAYLOAD);
    },
  );
  Deno.bench(
    `publish, ${durability}, 100 in flight, ${MESSAGES} messages`,
    { group: "100 in flight", n: 5, warmup: 1 },
    async () => {
      for (let sent = 0; sent < MESSAGES; sent += 100) {
        await Promise.all(
          Array.from({ length: 100 }, () => stream.publish(on, PAYLOAD)),
        );
      }
    },
  );
}

for (const durability of DURABILITIES) {
  const stream = await streamOf(durability);
  const on = subject(`${durability}.a`, raw);
  while ((await stream.info()).messages < MESSAGES) {
    await stream.publish(on, PAYLOAD);
  }
  for (const name of [undefined, `acks-${durability}`]) {
    Deno.bench(
      `replay, ${durability}, ${
        name === undefined ? "without a name" : "acks kept"
      }, ${MESSAGES} messages`,
      { group: "replay", n: 5, warmup: 1 },
      async () => {
        const consumer = await stream.consume(
          subject(`${durability}.*`, raw),
          name === undefined ? {} : { name },
        );
        for (let index = 0; index < MESSAGES; index++) {
          const message = await consumer.receive();
          void message?.ack();
        }
        await consumer.close();
        if (name !== undefined) await stream.deleteConsumer(name);
      },
    );
  }
}
