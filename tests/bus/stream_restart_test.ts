// What streams and consumers under a directory are after their bus was closed.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  type BusStream,
  type Consumer,
  deadLetters,
  StreamConfigError,
  type StreamMessage,
  type StreamOptions,
} from "../../src/bus/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { until } from "./conformance/waiting.ts";

/** A bus with a directory, again and again. */
class Restarts implements AsyncDisposable {
  readonly clock: ManualClock = new ManualClock();
  readonly #directory: string = Deno.makeTempDirSync();
  #system: ActorSystem | undefined;
  #bus: Bus | undefined;

  /** Closes the bus, and opens another with the same directory. */
  async bus(): Promise<Bus> {
    await this.#close();
    this.#system = new ActorSystem({ clock: this.clock });
    this.#bus = new Bus(this.#system, {
      directory: this.#directory,
      drainMs: 0,
    });
    return this.#bus;
  }

  async stream(options: Partial<StreamOptions> = {}): Promise<BusStream> {
    const bus = await this.bus();
    return await bus.stream("jobs", { subjects: ["jobs.>"], ...options });
  }

  async #close(): Promise<void> {
    const closing = this.#bus?.close();
    this.clock.advance(0);
    await closing;
    await this.#system?.shutdown();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

async function fill(stream: BusStream, count: number): Promise<void> {
  for (let index = 1; index <= count; index++) {
    await stream.publish(`jobs.${index % 2 === 0 ? "even" : "odd"}`, index);
  }
}

async function nextOf<T>(consumer: Consumer<T>): Promise<StreamMessage<T>> {
  const message = await consumer.receive();
  assert(message !== undefined, "the consumer has ended");
  return message;
}

Deno.test("a stream, its messages and its options outlive the bus", async () => {
  await using restarts = new Restarts();
  const options = { maxMessages: 3, maxAgeMs: 60_000 };
  await fill(await restarts.stream(options), 5);
  const bus = await restarts.bus();
  assertEquals(await bus.streams(), ["jobs"]);
  await assertRejects(
    () => bus.stream("jobs", { subjects: ["jobs.>"] }),
    StreamConfigError,
    "maxMessages",
  );
  const stream = await bus.stream("jobs", { subjects: ["jobs.>"], ...options });
  const { messages, firstSequence, lastSequence } = await stream.info();
  assertEquals([messages, firstSequence, lastSequence], [3, 3, 5]);
  assertEquals((await stream.last("jobs.even"))?.value, 4);
  assertEquals((await stream.publish("jobs.odd", 6)).sequence, 6);
});

Deno.test("a publish before the file is open is kept, in its order", async () => {
  await using restarts = new Restarts();
  await fill(await restarts.stream(), 1);
  const bus = await restarts.bus();
  await Promise.all([2, 3, 4].map((index) => bus.publish("jobs.a", index)));
  const stream = await bus.stream("jobs", { subjects: ["jobs.>"] });
  await using consumer = await stream.consume(">");
  for (const index of [1, 2, 3, 4]) {
    assertEquals((await nextOf(consumer)).value, index);
  }
});

Deno.test("a number is not given again when all messages are gone", async () => {
  await using restarts = new Restarts();
  const stream = await restarts.stream();
  await fill(stream, 4);
  await stream.purge();
  const again = await restarts.stream();
  const { messages, firstSequence, lastSequence } = await again.info();
  assertEquals([messages, firstSequence, lastSequence], [0, 5, 4]);
  assertEquals((await again.publish("jobs.a", 5)).sequence, 5);
});

Deno.test("an id is remembered over a restart, for as long as its window", async () => {
  await using restarts = new Restarts();
  const options = { duplicateWindowMs: 5000 };
  const stream = await restarts.stream(options);
  await stream.publish("jobs.a", 1, { id: "\0one" });
  await stream.publish("jobs.a", 2, { id: "\0two" });
  const again = await restarts.stream(options);
  const { sequence, isDuplicate } = await again.publish("jobs.a", 1, {
    id: "\0one",
  });
  assertEquals([sequence, isDuplicate], [1, true]);
  restarts.clock.advance(60_000);
  const late = await again.publish("jobs.a", 1, { id: "\0one" });
  assertEquals([late.sequence, late.isDuplicate], [3, false]);
});

Deno.test("a consumer with a name goes on after a restart: what is acknowledged does not come again, the rest does", async () => {
  await using restarts = new Restarts();
  const stream = await restarts.stream();
  await fill(stream, 6);
  const options = { name: "worker", maxDeliveries: 3 };
  const consumer = await stream.consume("jobs.>", options);
  const messages = [];
  for (let index = 0; index < 4; index++) messages.push(await nextOf(consumer));
  await messages[0]?.ack();
  await messages[2]?.ack();

  const again = await restarts.stream();
  assertEquals((await again.info()).consumers, ["worker"]);
  await assertRejects(
    () => again.consume("jobs.>", { name: "worker" }),
    StreamConfigError,
    "maxDeliveries",
  );
  const resumed = await again.consume("jobs.>", options);
  const seen: unknown[] = [];
  for (let index = 0; index < 4; index++) {
    const { value, deliveries } = await nextOf(resumed);
    seen.push([value, deliveries]);
  }
  assertEquals(seen, [[2, 2], [4, 2], [5, 1], [6, 1]]);
  const { pendingAcks, ackFloor, redelivered } = await resumed.info();
  assertEquals([pendingAcks, ackFloor, redelivered], [4, 1, 2]);
});

Deno.test("how often a message came outlives the bus, so that one that ends the process is given up", async () => {
  await using restarts = new Restarts();
  const options = { name: "worker", maxDeliveries: 2, deadLetter: "dead" };
  await fill(await restarts.stream(), 1);
  await (await restarts.bus()).stream("dead", { subjects: ["dead"] });
  for (const deliveries of [1, 2]) {
    const stream = await restarts.stream();
    const consumer = await stream.consume("jobs.>", options);
    const message = await nextOf(consumer);
    assertEquals(message.deliveries, deliveries);
  }
  const bus = await restarts.bus();
  const dead = await bus.stream("dead", { subjects: ["dead"] });
  const letters = await dead.consume(deadLetters("dead"));
  const letter = (await nextOf(letters)).value;
  assertEquals([letter.sequence, letter.deliveries, letter.reason], [
    1,
    2,
    "max_deliveries",
  ]);
  const stream = await bus.stream("jobs", { subjects: ["jobs.>"] });
  const consumer = await stream.consume("jobs.>", options);
  await until(
    async () => (await consumer.info()).pendingAcks === 0,
    "it is given up",
  );
});

Deno.test("what a start owes of each subject is owed after a restart", async () => {
  await using restarts = new Restarts();
  const stream = await restarts.stream();
  await fill(stream, 6);
  const options = { name: "state", start: "last_per_subject" } as const;
  await stream.consume("jobs.>", options);
  const again = await restarts.stream();
  await again.publish("jobs.even", 8);
  const consumer = await again.consume("jobs.>", options);
  for (const expected of [5, 6, 8]) {
    const { value, deliveries } = await nextOf(consumer);
    assertEquals([value, deliveries], [expected, 1]);
  }
});

Deno.test("a gap of a consumer is reported after a restart", async () => {
  await using restarts = new Restarts();
  const options = { maxMessages: 3 };
  const stream = await restarts.stream(options);
  const consumer = await stream.consume("jobs.>", { name: "slow" });
  await fill(stream, 2);
  await (await nextOf(consumer)).ack();
  await consumer.close();
  const again = await restarts.stream(options);
  await fill(again, 6);
  const third = await restarts.stream(options);
  const resumed = await third.consume("jobs.>", { name: "slow" });
  const message = await nextOf(resumed);
  assertEquals([message.sequence, message.gap], [6, 4]);
  assertEquals((await nextOf(resumed)).gap, 0);
});

Deno.test("a message of a work queue is removed with its acknowledgement, and comes again without", async () => {
  await using restarts = new Restarts();
  const options = { retention: "work_queue" } as const;
  const stream = await restarts.stream(options);
  await fill(stream, 3);
  const consumer = await stream.consume("jobs.>", { name: "worker" });
  await nextOf(consumer);
  await (await nextOf(consumer)).ack();
  const again = await restarts.stream(options);
  assertEquals((await again.info()).messages, 2);
  const resumed = await again.consume("jobs.>", { name: "worker" });
  assertEquals((await nextOf(resumed)).sequence, 1);
  assertEquals((await nextOf(resumed)).sequence, 3);
});

Deno.test("what only a consumer without a name wanted is let go after a restart", async () => {
  await using restarts = new Restarts();
  const options = { retention: "interest" } as const;
  const stream = await restarts.stream(options);
  await stream.consume("jobs.odd", { name: "kept" });
  await stream.consume("jobs.>");
  await fill(stream, 4);
  assertEquals((await stream.info()).messages, 4);
  const again = await restarts.stream(options);
  assertEquals((await again.info()).messages, 2);
});

Deno.test("a deleted stream and a deleted consumer are gone after a restart", async () => {
  await using restarts = new Restarts();
  const stream = await restarts.stream();
  await fill(stream, 2);
  await stream.consume("jobs.>", { name: "worker" });
  await stream.deleteConsumer("worker");
  const again = await restarts.stream();
  assertEquals((await again.info()).consumers, []);
  await again.delete();
  const bus = await restarts.bus();
  assertEquals(await bus.streams(), []);
  const anew = await bus.stream("jobs", { subjects: ["jobs.>"] });
  assertEquals((await anew.info()).lastSequence, 0);
});

Deno.test("a stream in memory ends with its bus, although that has a directory", async () => {
  await using restarts = new Restarts();
  await fill(await restarts.stream({ durability: "memory" }), 2);
  assertEquals(await (await restarts.bus()).streams(), []);
});

Deno.test("a bus without a directory loads no database", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "info",
      "--json",
      new URL("../../src/bus/mod.ts", import.meta.url).href,
    ],
  }).output();
  const { modules }: {
    modules: {
      specifier: string;
      dependencies?: { code?: { specifier: string }; isDynamic?: boolean }[];
    }[];
  } = JSON.parse(new TextDecoder().decode(stdout));
  const seen = new Set<string>();
  const visit = (specifier: string): void => {
    if (seen.has(specifier)) return;
    seen.add(specifier);
    const found = modules.find((module) => module.specifier === specifier);
    for (const { code, isDynamic } of found?.dependencies ?? []) {
      if (code !== undefined && isDynamic !== true) visit(code.specifier);
    }
  };
  visit(new URL("../../src/bus/mod.ts", import.meta.url).href);
  assert(seen.size > 50);
  assertEquals([...seen].filter((specifier) => /sqlite/.test(specifier)), []);
});
