// What was acknowledged is there after a kill -9, at whatever point it comes.
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { DatabaseSync } from "node:sqlite";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus } from "../../src/bus/mod.ts";
import { seededRandom } from "../../src/testing/mod.ts";
import { isSlow } from "../support/slow.ts";
import { NAMES, streamOf } from "./stream_writer.ts";

const ROUNDS = isSlow ? 80 : 3;

/** What a stream has promised so far, in all processes. */
class Promised {
  /** All publishes up to this number were acknowledged. */
  published = 0;
  readonly delivered = new Set<number>();
  readonly acked = new Set<number>();
}

type All = Record<(typeof NAMES)[number], Promised>;

/** Takes what a process has said. */
function hear(line: string, all: All): void {
  const [what, name, ...rest] = line.split(" ");
  assert(what !== "e", line);
  const promised = all[name as keyof All];
  const numbers = rest.map(Number);
  for (const number of numbers) {
    if (what === "p") promised.published = number;
    if (what === "a") promised.acked.add(number);
    if (what !== "d") continue;
    assert(!promised.acked.has(number), `${name}: ${number} came once more`);
    promised.delivered.add(number);
  }
}

/** Lets a process write until it is killed, some time after its first line. */
async function writeAndKill(
  directory: string,
  all: All,
  afterMs: number,
): Promise<void> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      new URL("stream_writer.ts", import.meta.url).href,
      directory,
      ...NAMES.map((name) => `${all[name].published + 1}`),
    ],
    stdout: "piped",
  }).spawn();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lines = child.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) {
    timer ??= setTimeout(() => child.kill("SIGKILL"), afterMs);
    // The last line may be cut off.
    if (line.endsWith(" .")) hear(line.slice(0, -2), all);
  }
  const { signal } = await child.status;
  clearTimeout(timer);
  assertEquals(signal, "SIGKILL", "it ended by itself");
}

Deno.test(`each publish that was acknowledged survives kill -9 at ${ROUNDS} random points, in order and once, and consumers go on where they were`, async () => {
  const directory = await Deno.makeTempDir();
  try {
    const random = seededRandom(14);
    const all: All = { synced: new Promised(), written: new Promised() };
    for (let round = 0; round < ROUNDS; round++) {
      const afterMs = Math.floor(random() * 150);
      await writeAndKill(directory, all, afterMs);
    }
    await checkPromises(directory, all);
    const database = new DatabaseSync(`${directory}/streams.sqlite`);
    const found = database.prepare("PRAGMA integrity_check").get();
    assertEquals(found, { ...found, integrity_check: "ok" });
    database.close();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

async function checkPromises(directory: string, all: All): Promise<void> {
  await using system = new ActorSystem();
  await using bus = new Bus(system, { directory });
  for (const name of NAMES) {
    const promised = all[name];
    const stream = await streamOf(bus, name);
    const { messages, lastSequence } = await stream.info();
    assert(lastSequence >= promised.published, `${name}: some were lost`);
    if (name === "synced") assertEquals(messages, lastSequence);
    // What is left for the reader and what it has acknowledged is all.
    const reader = await stream.consume(`${name}.*`, { name: "reader" });
    const left = new Set<number>();
    while ((await reader.info()).waiting > 0) {
      const message = await reader.receive();
      assert(message !== undefined);
      assertEquals(message.value, message.sequence);
      assert(!promised.acked.has(message.sequence), "it came once more");
      left.add(message.sequence);
      await message.ack();
    }
    for (let number = 1; number <= lastSequence; number++) {
      assert(
        left.has(number) || promised.delivered.has(number),
        `${name}: ${number} never came`,
      );
    }
    if (name === "written") assertEquals((await stream.info()).messages, 0);
    else await checkOrder(await stream.consume("synced.*"), lastSequence);
    console.log(
      `${name}: ${lastSequence} kept, ${promised.published} acknowledged, ${promised.acked.size} consumed`,
    );
  }
}

async function checkOrder(
  consumer: Awaited<
    ReturnType<Awaited<ReturnType<typeof streamOf>>["consume"]>
  >,
  lastSequence: number,
): Promise<void> {
  for (let number = 1; number <= lastSequence; number++) {
    const message = await consumer.receive();
    assertEquals([message?.value, message?.sequence], [number, number]);
    await message?.ack();
  }
  await consumer.close();
}
