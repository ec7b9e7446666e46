// Streams: what is kept, for how long, and what is refused.
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  deadLetters,
  StreamConfigError,
  StreamConflictError,
  StreamFullError,
  StreamNotFoundError,
  type StreamOptions,
  subject,
  UnsupportedFeatureError,
} from "../../../src/bus/mod.ts";
import { json, msgpack } from "../../../src/codec/mod.ts";
import { ENGINES, enginesWith, onlyIf, withBus } from "./engines.ts";
import { next, nextOf, take, until, work } from "./waiting.ts";

for (const engine of enginesWith("streams")) {
  const { ignore } = onlyIf(engine);
  const durability = engine.durability ?? "synced";
  const on = (...subjects: string[]): StreamOptions => ({
    subjects,
    durability,
  });

  Deno.test(
    `A stream numbers what is published on its subjects from 1 on, and keeps it, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const orders = await rig.bus.stream("orders", on("orders.>"));
      assertEquals(await orders.publish("orders.eu", { id: 1 }), {
        stream: "orders",
        sequence: 1,
        isDuplicate: false,
      });
      const same = await other.stream("orders", on("orders.>"));
      assertEquals((await same.publish("orders.us", { id: 2 })).sequence, 2);
      const info = await orders.info();
      assertEquals(
        [info.name, info.messages, info.firstSequence, info.lastSequence],
        ["orders", 2, 1, 2],
      );
      assert(info.bytes > 0);
      assertEquals(info.consumers, []);
      const record = await same.last("orders.eu");
      assertEquals(
        [record?.subject, record?.value, record?.sequence],
        ["orders.eu", { id: 1 }, 1],
      );
      assert((record?.timestampMs ?? 0) > 0);
      assertEquals(await orders.last("orders.none"), undefined);
    }),
  );

  Deno.test(
    `A publish of the bus on the subjects of a stream is kept, and goes to live subscribers too, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const orders = await rig.bus.stream("orders", on("orders.>"));
      await using live = rig.bus.subscribe("orders.*");
      await live.ready;
      await other.publish("orders.a", 1);
      await orders.publish("orders.b", 2);
      await other.publish("elsewhere", 3);
      const seen = [await next(live), await next(live)];
      assertEquals(seen.map(({ value }) => value).toSorted(), [1, 2]);
      assertEquals(seen.map(({ isRequest }) => isRequest), [false, false]);
      await until(
        async () => (await orders.info()).messages === 2,
        "both are kept",
      );
    }),
  );

  Deno.test(
    `Typed subjects give the messages of a stream their type on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const celsius = subject("sensors.*", json({ parse: Number }));
      const sensors = await rig.bus.stream("sensors", on("sensors.>"));
      await sensors.publish(celsius.at("cellar"), 12);
      const record = await sensors.last(celsius.at("cellar"));
      assertEquals((record?.value ?? 0) + 1, 13);
      await using consumer = await sensors.consume(celsius);
      assertEquals((await nextOf(consumer)).value + 1, 13);
    }),
  );

  Deno.test(
    `The same id within the window is kept once on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const orders = await rig.bus.stream("orders", on("orders.>"));
      const same = await other.stream("orders", on("orders.>"));
      const first = await orders.publish("orders.a", 1, { id: "x" });
      const second = await same.publish("orders.a", 1, { id: "x" });
      const third = await same.publish("orders.b", 2, { id: "y" });
      assertEquals(
        [first, second, third].map(({ sequence, isDuplicate }) => [
          sequence,
          isDuplicate,
        ]),
        [[1, false], [1, true], [2, false]],
      );
      assertEquals((await orders.info()).messages, 2);
    }),
  );

  Deno.test(
    `The same id after the window is kept again on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        duplicateWindowMs: 200,
      });
      await orders.publish("orders.a", 1, { id: "x" });
      await rig.pass(200);
      await until(
        async () =>
          !(await orders.publish("orders.a", 1, { id: "x" })).isDuplicate,
        "it is kept again",
      );
      assertEquals((await orders.info()).messages, 2);
    }),
  );

  Deno.test(
    `A publish that expects another last message is refused on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", on("orders.>"));
      await orders.publish("orders.a", 1, { expectedLastSequence: 0 });
      await orders.publish("orders.a", 2, { expectedLastSequence: 1 });
      await assertRejects(
        () => orders.publish("orders.a", 3, { expectedLastSequence: 1 }),
        StreamConflictError,
      );
      assertEquals((await orders.info()).lastSequence, 2);
    }),
  );

  Deno.test(
    `The oldest messages go when a stream has as many as it may on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        maxMessages: 3,
      });
      for (let index = 1; index <= 5; index++) {
        await orders.publish("orders.a", index);
      }
      const { messages, firstSequence, lastSequence } = await orders.info();
      assertEquals([messages, firstSequence, lastSequence], [3, 3, 5]);
      await using consumer = await orders.consume(">");
      assertEquals(await work(consumer, 3), [3, 4, 5]);
    }),
  );

  Deno.test(
    `A full stream that discards the newest refuses a publish on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        maxMessages: 2,
        discard: "newest",
      });
      await orders.publish("orders.a", 1);
      await orders.publish("orders.a", 2);
      await assertRejects(
        () => orders.publish("orders.a", 3),
        StreamFullError,
      );
      const small = await rig.bus.stream("small", {
        ...on("small.>"),
        maxBytes: 1000,
        discard: "newest",
      });
      await small.publish("small.a", "x".repeat(600));
      await assertRejects(
        () => small.publish("small.a", "x".repeat(600)),
        StreamFullError,
      );
      assertEquals((await orders.info()).messages, 2);
      assertEquals((await small.info()).messages, 1);
      // What is done with makes room.
      await orders.purge({ beforeSequence: 2 });
      assertEquals((await orders.publish("orders.a", 3)).sequence, 3);
    }),
  );

  Deno.test(
    `The oldest messages go by bytes on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        maxBytes: 2500,
      });
      for (let index = 0; index < 10; index++) {
        await orders.publish("orders.a", "x".repeat(1000));
      }
      const { messages, bytes, firstSequence } = await orders.info();
      assertEquals([messages, firstSequence], [2, 9]);
      assert(bytes <= 2500);
    }),
  );

  Deno.test(
    `A subject keeps as many messages as it may, and the others theirs, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        maxMessagesPerSubject: 2,
      });
      await orders.publish("orders.b", 0);
      for (let index = 1; index <= 4; index++) {
        await orders.publish("orders.a", index);
      }
      await using consumer = await orders.consume("orders.*");
      assertEquals(await work(consumer, 3), [0, 3, 4]);
    }),
  );

  Deno.test(
    `Messages go when they are too old on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", {
        ...on("orders.>"),
        maxAgeMs: 300,
        duplicateWindowMs: 100,
      });
      await orders.publish("orders.a", 1);
      await rig.pass(300);
      await until(
        async () => (await orders.info()).messages === 0,
        "it is too old",
      );
      assertEquals((await orders.publish("orders.a", 2)).sequence, 2);
    }),
  );

  Deno.test(
    `Messages are purged all, by pattern and by number on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", on("orders.>"));
      for (let index = 1; index <= 6; index++) {
        await orders.publish(`orders.${index % 2 === 0 ? "b" : "a"}`, index);
      }
      assertEquals(await orders.purge({ pattern: "orders.a" }), { purged: 3 });
      assertEquals(await orders.purge({ beforeSequence: 4 }), { purged: 1 });
      assertEquals((await orders.info()).messages, 2);
      assertEquals(await orders.purge(), { purged: 2 });
      const { messages, lastSequence } = await orders.info();
      assertEquals([messages, lastSequence], [0, 6]);
      assertEquals((await orders.publish("orders.a", 7)).sequence, 7);
    }),
  );

  Deno.test(
    `A stream that exists with other options is refused on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await rig.bus.stream("orders", { ...on("orders.>"), maxMessages: 5 });
      await other.stream("orders", { ...on("orders.>"), maxMessages: 5 });
      for (
        const options of [
          on("orders.>"),
          { ...on("orders.*"), maxMessages: 5 },
          { ...on("orders.>"), maxMessages: 6 },
          { ...on("orders.>"), maxMessages: 5, maxAgeMs: 1_000_000 },
          { ...on("orders.>"), maxMessages: 5, discard: "newest" as const },
          { ...on("orders.>"), maxMessages: 5, retention: "interest" as const },
        ]
      ) {
        await assertRejects(
          () => other.stream("orders", options),
          StreamConfigError,
        );
      }
    }),
  );

  Deno.test(
    `No two streams keep one subject on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      await rig.bus.stream("orders", on("orders.>"));
      for (const pattern of ["orders.a", "orders.*", ">"]) {
        await assertRejects(
          () => rig.bus.stream("other", on(pattern)),
          StreamConfigError,
        );
      }
      await rig.bus.stream("other", on("other.>"));
      assertEquals((await rig.bus.streams()).toSorted(), ["orders", "other"]);
    }),
  );

  Deno.test(
    `A stream that was deleted is gone, and its name is free, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const orders = await rig.bus.stream("orders", on("orders.>"));
      const same = await other.stream("orders", on("orders.>"));
      await orders.publish("orders.a", 1);
      await same.delete();
      assertEquals(await rig.bus.streams(), []);
      await assertRejects(
        () => orders.publish("orders.a", 2),
        StreamNotFoundError,
      );
      await assertRejects(() => orders.info(), StreamNotFoundError);
      await assertRejects(() => orders.consume(">"), StreamNotFoundError);
      const again = await rig.bus.stream("orders", on("orders.*"));
      assertEquals((await again.publish("orders.a", 3)).sequence, 1);
    }),
  );

  Deno.test(
    `What is no name, no subject or no option of a stream is refused on ${engine.name}`,
    { ignore },
    withBus(engine, async ({ bus }) => {
      for (const name of ["", "a.b", "a b", "a*", "x".repeat(65)]) {
        const refused = await bus.stream(name, on("a.>")).catch((e) => e);
        assert(
          refused instanceof TypeError || refused instanceof RangeError,
          `${name}: ${refused}`,
        );
      }
      for (
        const [options, error] of [
          [{ subjects: [] }, [TypeError, RangeError]],
          [{ subjects: ["a..b"] }, [TypeError]],
          [{ subjects: "a" }, [TypeError]],
          [{ ...on("a"), maxMessages: 0 }, [RangeError]],
          [{ ...on("a"), maxBytes: -1 }, [RangeError]],
          [{ ...on("a"), maxBytes: null }, [TypeError]],
          [{ ...on("a"), maxAgeMs: NaN }, [RangeError]],
          [{ ...on("a"), discard: "all" }, [TypeError]],
          [{ ...on("a"), retention: "some" }, [TypeError]],
          [{ ...on("a"), durability: "some" }, [TypeError]],
          [{ ...on("a"), maxMesages: 5 }, [TypeError]],
        ] as const
      ) {
        const given = options as StreamOptions;
        const refused = await bus.stream("a", given).catch((e) => e);
        assert(
          error.some((type) => refused instanceof type),
          `${JSON.stringify(options)}: ${refused}`,
        );
      }
      const orders = await bus.stream("orders", on("orders.*"));
      await assertRejects(() => orders.publish("other.a", 1), TypeError);
      await assertRejects(() => orders.publish("orders.*", 1), TypeError);
      await assertRejects(() => orders.last("orders.*"), TypeError);
    }),
  );

  Deno.test(
    `Many publishes at once are acknowledged in their order on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const orders = await rig.bus.stream("orders", on("orders.>"));
      const acks = await Promise.all(
        [...Array(300).keys()].map((index) =>
          orders.publish(`orders.${index % 3}`, index)
        ),
      );
      assertEquals(
        acks.map(({ sequence }) => sequence),
        [...Array(300).keys()].map((index) => index + 1),
      );
      await using consumer = await orders.consume("orders.>");
      assertEquals(await work(consumer, 300), [...Array(300).keys()]);
    }),
  );

  Deno.test(
    `A work queue keeps a message until it is done with, and has one consumer for a subject, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      const jobs = await rig.bus.stream("jobs", {
        ...on("jobs.>"),
        retention: "work_queue",
      });
      for (let index = 0; index < 4; index++) {
        await jobs.publish("jobs.a", index);
      }
      await using one = await jobs.consume("jobs.a", { name: "workers" });
      const same = await other.stream("jobs", {
        ...on("jobs.>"),
        retention: "work_queue",
      });
      await using two = await same.consume("jobs.a", { name: "workers" });
      for (const pattern of ["jobs.*", "jobs.a", ">"]) {
        await assertRejects(
          () => same.consume(pattern, { name: "rival" }),
          StreamConfigError,
          "deleteConsumer(",
        );
      }
      await using apart = await same.consume("jobs.b", { name: "apart" });
      assertEquals(apart.name, "apart");
      const done: unknown[] = [];
      const working = [one, two].map(async (consumer) => {
        for await (const message of consumer) {
          done.push(message.value);
          await message.ack();
        }
      });
      await until(() => done.length === 4, "all is done");
      assertEquals(done.toSorted(), [0, 1, 2, 3]);
      await until(
        async () => (await jobs.info()).messages === 0,
        "what is done with is removed",
      );
      await Promise.all([one.close(), two.close()]);
      await Promise.all(working);
    }),
  );

  Deno.test(
    `Retention by interest keeps a message for those who consume, and none for nobody, on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const news = await rig.bus.stream("news", {
        ...on("news.>"),
        retention: "interest",
      });
      await news.publish("news.a", "for nobody");
      await until(
        async () => (await news.info()).messages === 0,
        "nobody wants it",
      );
      await using one = await news.consume("news.>", { name: "one" });
      await using two = await news.consume("news.>", { name: "two" });
      await news.publish("news.a", "for both");
      assertEquals(await work(one, 1), ["for both"]);
      assertEquals((await news.info()).messages, 1);
      assertEquals(await work(two, 1), ["for both"]);
      await until(
        async () => (await news.info()).messages === 0,
        "all are done with it",
      );
    }),
  );

  Deno.test(
    `Dead letters can be a stream of their own on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const jobs = await rig.bus.stream("jobs", on("jobs.>"));
      const dead = await rig.bus.stream("dead", on("dead.>"));
      await jobs.publish("jobs.a", "bad");
      await using consumer = await jobs.consume("jobs.>", {
        deadLetter: "dead.jobs",
      });
      await (await nextOf(consumer)).terminate("nobody can do it");
      await using letters = await dead.consume(deadLetters("dead.>"));
      const [letter] = await work(letters, 1);
      assertEquals(
        [letter?.stream, letter?.consumer, letter?.subject, letter?.reason],
        ["jobs", consumer.name, "jobs.a", "nobody can do it"],
      );
      assertEquals(letter && msgpack().decode(letter.bytes), "bad");
    }),
  );

  Deno.test(
    `A subscription beside a stream sees what it dead-letters on ${engine.name}`,
    { ignore },
    withBus(engine, async (rig) => {
      const other = await rig.connect();
      await using letters = other.subscribe(deadLetters("dead.*"));
      await letters.ready;
      const jobs = await rig.bus.stream("jobs", on("jobs.>"));
      await jobs.publish("jobs.a", { job: 1 });
      await using consumer = await jobs.consume("jobs.>", {
        name: "workers",
        maxDeliveries: 2,
        deadLetter: "dead.jobs",
      });
      for (let deliveries = 1; deliveries <= 2; deliveries++) {
        const message = await nextOf(consumer);
        assertEquals(message.deliveries, deliveries);
        await message.nak();
      }
      const reading = consumer.receive();
      const [letter] = await take(letters, 1);
      assertEquals(
        [letter?.sequence, letter?.deliveries, letter?.reason],
        [1, 2, "max_deliveries"],
      );
      assertEquals(letter && msgpack().decode(letter.bytes), { job: 1 });
      await until(
        async () => (await consumer.info()).pendingAcks === 0,
        "it is given up",
      );
      await consumer.close();
      assertEquals(await reading, undefined);
    }),
  );
}

for (const engine of ENGINES) {
  if (engine.features.has("streams")) continue;
  Deno.test(
    `To ask for a stream is refused by name on ${engine.name}`,
    onlyIf(engine),
    withBus(engine, async ({ bus }) => {
      await assertRejects(
        () => bus.stream("orders", { subjects: ["orders.>"] }),
        UnsupportedFeatureError,
      );
    }),
  );
}
