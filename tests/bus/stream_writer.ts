/**
 * A process that publishes to streams under a directory, and consumes from them,
 * until it is killed. It says what was acknowledged, on a line of its own that
 * ends with a full stop:
 *
 * - `p STREAM N`: all publishes up to number N were acknowledged.
 * - `d STREAM N…`: messages that were delivered, before they were acknowledged.
 * - `a STREAM N…`: acknowledgements that the stream has taken.
 * - `e TEXT`: something that may never be.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, type BusStream } from "../../src/bus/mod.ts";

/** The streams that are written to, each with another durability. */
const STREAMS = {
  synced: { subjects: ["synced.*"], durability: "synced" },
  written: {
    subjects: ["written.*"],
    durability: "written",
    retention: "work_queue",
  },
} as const;

/** The names of the streams. */
export const NAMES: readonly (keyof typeof STREAMS)[] = ["synced", "written"];

/** Takes up a stream of the directory. */
export async function streamOf(
  bus: Bus,
  name: keyof typeof STREAMS,
): Promise<BusStream> {
  return await bus.stream(name, STREAMS[name]);
}

/** Publishes in flight. */
const IN_FLIGHT = 20;
/** Acknowledgements in flight. */
const ACKS = 10;

function say(...words: readonly (string | number)[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${words.join(" ")} .\n`));
}

async function publish(
  bus: Bus,
  name: keyof typeof STREAMS,
  from: number,
): Promise<never> {
  const stream = await streamOf(bus, name);
  for (let next = from;; next += IN_FLIGHT) {
    const acks = await Promise.all(
      Array.from({ length: IN_FLIGHT }, (_, index) => {
        const number = next + index;
        // What was not acknowledged last time is published again, by its id.
        return stream.publish(`${name}.${number % 3}`, number, {
          id: `message ${number}`,
        });
      }),
    );
    for (const [index, { sequence }] of acks.entries()) {
      if (sequence === next + index) continue;
      say("e", `${name}: message ${next + index} has number ${sequence}`);
    }
    say("p", name, next + IN_FLIGHT - 1);
  }
}

async function consume(
  bus: Bus,
  name: keyof typeof STREAMS,
): Promise<never> {
  const stream = await streamOf(bus, name);
  const consumer = await stream.consume(`${name}.*`, { name: "reader" });
  for (;;) {
    const numbers: number[] = [];
    const acks: Promise<void>[] = [];
    const messages = [];
    while (messages.length < ACKS) {
      const message = await consumer.receive();
      if (message === undefined) throw new Error("The consumer has ended");
      if (message.value !== message.sequence || message.gap !== 0) {
        say("e", `${name}: number ${message.sequence} has ${message.value}`);
      }
      messages.push(message);
      numbers.push(message.sequence);
    }
    say("d", name, ...numbers);
    for (const message of messages) acks.push(message.ack());
    await Promise.all(acks);
    say("a", name, ...numbers);
  }
}

if (import.meta.main) {
  const [directory, ...from] = Deno.args;
  if (directory === undefined) throw new Error("There is no directory");
  const bus = new Bus(new ActorSystem(), { directory });
  await Promise.all(
    NAMES.flatMap((name, index) => [
      publish(bus, name, Number(from[index])),
      consume(bus, name),
    ]),
  );
}
