/**
 * Fills a stream under a directory, replays it to a reader that takes its time,
 * and prints what that took in memory.
 *
 * @module
 */
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus } from "../../src/bus/mod.ts";

/** What is printed, as JSON. */
export interface Replayed {
  /** Messages that were read. */
  readonly messages: number;
  /** Bytes on the heap and outside, at most, during the replay. */
  readonly mostBytes: number;
  /** Bytes of the process before, when it was filled, and afterwards. */
  readonly residentBytes: readonly number[];
}

if (import.meta.main) {
  const [directory = "", count, size] = Deno.args;
  const messages = Number(count);
  const bus = new Bus(new ActorSystem(), { directory });
  const stream = await bus.stream("log", {
    subjects: ["log"],
    durability: "written",
  });
  const value = "x".repeat(Number(size));
  const residentBytes = [Deno.memoryUsage().rss];
  for (let sent = 0; sent < messages; sent += 100) {
    await Promise.all(
      Array.from({ length: 100 }, () => stream.publish("log", value)),
    );
  }
  residentBytes.push(Deno.memoryUsage().rss);
  const consumer = await stream.consume("log", { name: "slow" });
  let mostBytes = 0;
  for (let read = 1; read <= messages; read++) {
    const message = await consumer.receive();
    await message?.ack();
    if (read % 500 !== 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 1));
    const { heapUsed, external } = Deno.memoryUsage();
    mostBytes = Math.max(mostBytes, heapUsed + external);
  }
  residentBytes.push(Deno.memoryUsage().rss);
  const { waiting } = await consumer.info();
  const replayed = { messages: messages - waiting, mostBytes, residentBytes };
  console.log(JSON.stringify(replayed));
  await bus.close();
}
