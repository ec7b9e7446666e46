// Consumers: acknowledgement, redelivery, and where they begin.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  AckError,
  type BusStream,
  type ConsumeOptions,
  type Consumer,
  type ConsumerStart,
  StreamConfigError,
  StreamNotFoundError,
  type StreamOptions,
} from "../../../src/bus/mod.ts";
import { enginesWith, onlyIf, withBus } from "./engines.ts";
import { nextOf, until, work } from "./waiting.ts";

/** Publishes the numbers from 1 on, each with its number as its value. */
async function fill(stream: BusStream, count: number): Promise<void> {
  for (let index = 1; index <= count; index++) {
    await stream.publish(`log.${index % 2 === 0 ? "even" : "odd"}`, index);
  }
}

for (const engine of enginesWith("streams")) {
  const { ignore } = onlyIf(engine);
  const LOG: StreamOptions = {
    subjects: ["log.>"],
    durability: engine.durability ?? "synced",
  };

  for (
    const [what, start, pattern, expected] of [
      ["the first message", "first", "log.>", [1, 2, 3, 4, 5]],
      ["a number", { sequence: 3 }, "log.>", [3, 4, 5]],
      ["the last message", "last", "log.>", [5]],
      ["the last of a pattern", "last", "log.even", [4]],
      ["the last of each subject", "last_per_subject", "log.>", [4, 5]],
      ["the first of a pattern", "first", "log.odd", [1, 3, 5]],
    ] as const
  ) {
    Deno.test(
      `A consumer begins with ${what}, and goes on with what is published, on ${engine.name}`,
      { ignore },
      withBus(engine, async (rig) => {
        const log = await rig.bus.stream("log", LOG);
        await fill(log, 5);
        await using consumer = await log.consume(pattern, { start });
        assertEquals(await work(consumer, expected.length), [...expected]);
        await log.publish(pattern.replace(">", "even"), 6);
        assertEquals(await work(consumer, 1), [6]);
      }),
    );
  }

  Deno.test(
    `A consumer begins with what is published from now on, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 3);
      await using consumer = await log.consume("log.>", { start: "new" });
      await log.publish("log.even", 4);
      const message = await nextOf(consumer);
      assertEquals([message.value, message.gap], [4, 0]);
    }),
  );

  Deno.test(
    `A consumer begins with a time on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 2);
      const before = (await log.last("log.even"))?.timestampMs ?? 0;
      await rig.pass(20);
      await log.publish("log.even", 3);
      await log.publish("log.odd", 4);
      const after = (await log.last("log.even"))?.timestampMs ?? 0;
      assert(after > before);
      await using consumer = await log.consume("log.>", {
        start: { timeMs: after },
      });
      assertEquals(await work(consumer, 2), [3, 4]);
      await using whole = await log.consume("log.>", { start: { timeMs: 0 } });
      assertEquals(await work(whole, 4), [1, 2, 3, 4]);
    }),
  );

  Deno.test(
    `What was removed before a consumer had it is a gap on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 6);
      await log.purge({ beforeSequence: 5 });
      await using consumer = await log.consume("log.>", {
        start: { sequence: 2 },
      });
      const seen = [await nextOf(consumer), await nextOf(consumer)];
      assertEquals(
        seen.map(({ sequence, gap }) => [sequence, gap]),
        [[5, 3], [6, 0]],
      );
      for (const message of seen) await message.ack();
    }),
  );

  Deno.test(
    `A message has its subject, number, time and deliveries on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 1);
      const record = await log.last("log.odd");
      await using consumer = await log.consume("log.*");
      const message = await nextOf(consumer);
      assertEquals(
        [message.subject, message.sequence, message.deliveries, message.gap],
        ["log.odd", 1, 1, 0],
      );
      assertEquals(message.timestampMs, record?.timestampMs);
    }),
  );

  Deno.test(
    `A message that is not acknowledged in time comes again, and its old ack is refused, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 1);
      await using consumer = await log.consume("log.>", { ackWaitMs: 300 });
      const first = await nextOf(consumer);
      await rig.pass(300);
      const second = await nextOf(consumer);
      assertEquals([second.value, second.deliveries], [1, 2]);
      await assertRejects(() => first.ack(), AckError);
      await second.ack();
      await assertRejects(() => second.ack(), AckError);
      await assertRejects(() => second.nak(), AckError);
      const { pendingAcks, ackFloor, waiting } = await consumer.info();
      assertEquals([pendingAcks, ackFloor, waiting], [0, 1, 0]);
    }),
  );

  Deno.test(
    `A message that is refused comes again at once, or after a while, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 1);
      await using consumer = await log.consume("log.>", {
        ackWaitMs: 600_000,
      });
      await (await nextOf(consumer)).nak();
      const second = await nextOf(consumer);
      assertEquals(second.deliveries, 2);
      await second.nak({ delayMs: 200 });
      await assertRejects(() => second.ack(), AckError);
      const coming = nextOf(consumer);
      await rig.pass(200);
      const third = await coming;
      assertEquals(third.deliveries, 3);
      await third.ack();
      assertEquals((await consumer.info()).pendingAcks, 0);
    }),
  );

  Deno.test(
    `A message that is being worked on does not come again on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 1);
      await using consumer = await log.consume("log.>", { ackWaitMs: 1500 });
      const message = await nextOf(consumer);
      for (let round = 0; round < 4; round++) {
        await rig.pass(500);
        await message.inProgress();
      }
      await message.ack();
      assertEquals((await consumer.info()).redelivered, 0);
    }),
  );

  Deno.test(
    `A message that was given up does not come again on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 2);
      await using consumer = await log.consume("log.>");
      const message = await nextOf(consumer);
      await message.terminate("it is broken");
      await assertRejects(() => message.ack(), AckError);
      assertEquals(await work(consumer, 1), [2]);
      const { pendingAcks, ackFloor } = await consumer.info();
      assertEquals([pendingAcks, ackFloor], [0, 2]);
    }),
  );

  Deno.test(
    `No more messages are delivered than may be unacknowledged on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 5);
      await using consumer = await log.consume("log.>", {
        maxPendingAcks: 2,
        ackWaitMs: 600_000,
      });
      const first = await nextOf(consumer);
      const second = await nextOf(consumer);
      const third = nextOf(consumer);
      const { pendingAcks, waiting } = await consumer.info();
      assertEquals([pendingAcks, waiting], [2, 3]);
      await first.ack();
      assertEquals((await third).value, 3);
      await second.ack();
      await (await third).ack();
    }),
  );

  Deno.test(
    `A consumer with a name goes on where its readers left off on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const log = await rig.bus.stream("log", LOG);
      const same = await other.stream("log", LOG);
      await fill(log, 4);
      const options: ConsumeOptions = { name: "reader" };
      const first = await log.consume("log.>", options);
      assertEquals(first.name, "reader");
      assertEquals(await work(first, 2), [1, 2]);
      const open = await nextOf(first);
      assertEquals(open.value, 3);
      await first.close();
      await assertRejects(() => open.ack(), AckError);
      await using second = await same.consume("log.>", options);
      const again = await nextOf(second);
      assertEquals([again.value, again.deliveries], [3, 2]);
      await again.ack();
      assertEquals(await work(second, 1), [4]);
      assertEquals((await log.info()).consumers, ["reader"]);
    }),
  );

  Deno.test(
    `Readers of one name share its messages, each of which one has, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const log = await rig.bus.stream("log", LOG);
      const same = await other.stream("log", LOG);
      const consumers = await Promise.all(
        [log, same, same].map((stream) =>
          stream.consume("log.>", { name: "shared" })
        ),
      );
      const seen: unknown[] = [];
      const reading = consumers.map(async (consumer) => {
        for await (const message of consumer) {
          seen.push(message.value);
          await message.ack();
        }
      });
      await fill(log, 60);
      await until(() => seen.length >= 60, "all were read");
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await Promise.all(reading);
      assertEquals(
        seen.toSorted((a, b) => Number(a) - Number(b)),
        [...Array(60).keys()].map((index) => index + 1),
      );
    }),
  );

  Deno.test(
    `A consumer that exists with other options is refused, and a deleted one begins anew, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await fill(log, 2);
      const options: ConsumeOptions = { name: "reader", maxDeliveries: 5 };
      await using consumer = await log.consume("log.>", options);
      await work(consumer, 2);
      for (
        const [pattern, other] of [
          ["log.even", options],
          ["log.>", { ...options, maxDeliveries: 6 }],
          ["log.>", { ...options, ackWaitMs: 1234 }],
          ["log.>", { ...options, deadLetter: "dead" }],
          ["log.>", { ...options, maxPendingAcks: 3 }],
        ] as const
      ) {
        await assertRejects(
          () => log.consume(pattern, other),
          StreamConfigError,
        );
      }
      await consumer.close();
      await log.deleteConsumer("reader");
      assertEquals((await log.info()).consumers, []);
      await assertRejects(
        () => log.deleteConsumer("reader"),
        StreamNotFoundError,
      );
      await using anew = await log.consume("log.even", options);
      assertEquals(await work(anew, 1), [2]);
    }),
  );

  Deno.test(
    `A consumer without a name ends with its reader on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      const aborter = new AbortController();
      const holder = new AbortController();
      const consumers: Consumer<unknown>[] = [
        await log.consume("log.>"),
        await log.consume("log.>", { signal: aborter.signal }),
        await log.consume("log.>", { holder }),
      ];
      const names = consumers.map(({ name }) => name);
      assertEquals(new Set(names).size, 3);
      assertEquals(
        (await log.info()).consumers.toSorted(),
        names.toSorted(),
      );
      const reading = consumers[1]?.receive();
      await consumers[0]?.close();
      aborter.abort();
      holder.abort();
      assertEquals(await reading, undefined);
      for (const consumer of consumers) {
        await consumer.closed;
        assertEquals(await consumer.receive(), undefined);
      }
      await until(
        async () => (await log.info()).consumers.length === 0,
        "the consumers are gone",
      );
    }),
  );

  Deno.test(
    `The consumers of a stream that is deleted end with an error on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await using consumer = await log.consume("log.>");
      const reading = assertRejects(
        () => consumer.receive(),
        StreamNotFoundError,
      );
      await log.delete();
      await reading;
      await assertRejects(() => consumer.closed, StreamNotFoundError);
    }),
  );

  Deno.test(
    `A receive ends with its signal, and takes no message of the stream with it, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      await using consumer = await log.consume("log.>", { name: "reader" });
      const aborter = new AbortController();
      const waiting = consumer.receive({ signal: aborter.signal });
      const reason = new Error("not now");
      aborter.abort(reason);
      assertEquals(await waiting.catch((error) => error), reason);
      await fill(log, 1);
      assertEquals(await work(consumer, 1), [1]);
    }),
  );

  Deno.test(
    `What is no option of a consumer is refused on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const log = await rig.bus.stream("log", LOG);
      const starts: readonly unknown[] = [
        "middle",
        { sequence: 0 },
        { sequence: 1.5 },
        { timeMs: NaN },
        { sequence: 1, timeMs: 1 },
        { sequence: 1, time: 1 },
        {},
        5,
      ];
      for (const start of starts) {
        const refused = await log.consume("log.>", {
          start: start as ConsumerStart,
        }).catch((error) => error);
        assert(
          refused instanceof TypeError || refused instanceof RangeError,
          `${JSON.stringify(start)}: ${refused}`,
        );
      }
      for (
        const [options, error] of [
          [{ name: "a.b" }, TypeError],
          [{ ackWaitMs: 0 }, RangeError],
          [{ maxDeliveries: 0 }, RangeError],
          [{ maxPendingAcks: 0 }, RangeError],
          [{ ackWaitMs: null }, TypeError],
          [{ maxDeliveries: null }, TypeError],
          [{ deadLetter: "a.*" }, TypeError],
          [{ durable: true }, TypeError],
        ] as const
      ) {
        const given: object = options;
        await assertRejects(() => log.consume("log.>", given), error);
      }
      await assertRejects(() => log.consume("log..a"), TypeError);
      await assertRejects(
        () => log.consume("log.>", { deadLetter: "log.dead" }),
        StreamConfigError,
      );
    }),
  );
}
