// Streams and the bus around them: dead letters, live subscribers, the end.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  BusClosedError,
  deadLetters,
  StreamFullError,
  subject,
} from "../../src/bus/mod.ts";
import { CodecError, json, raw } from "../../src/codec/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { nextOf, until } from "./conformance/waiting.ts";

/** Calls with a bus whose time is moved by hand. */
function withBus(
  test: (bus: Bus, clock: ManualClock) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const clock = new ManualClock();
    const system = new ActorSystem({ clock });
    const bus = new Bus(system, { drainMs: 0 });
    await test(bus, clock);
    const closing = bus.close();
    clock.advance(0);
    await closing;
    await system.shutdown();
  };
}

Deno.test(
  "a dead letter that nobody takes is published again, and its message is pending until then",
  withBus(async (bus, clock) => {
    const { error } = console;
    console.error = () => {};
    try {
      const jobs = await bus.stream("jobs", { subjects: ["jobs"] });
      const dead = await bus.stream("dead", {
        subjects: ["dead"],
        maxMessages: 1,
        discard: "newest",
      });
      await dead.publish("dead", "in the way");
      await jobs.publish("jobs", 1);
      const consumer = await jobs.consume("jobs", {
        name: "workers",
        maxDeliveries: 1,
        deadLetter: "dead",
      });
      await (await nextOf(consumer)).nak();
      await until(() => clock.pending > 0, "it is to be tried again");
      assertEquals((await consumer.info()).pendingAcks, 1);
      await dead.purge();
      clock.advance(1000);
      await until(
        async () => (await consumer.info()).pendingAcks === 0,
        "it is done with",
      );
      const letter = (await dead.last(deadLetters("dead")))?.value;
      assertEquals([letter?.sequence, letter?.reason], [1, "max_deliveries"]);
    } finally {
      console.error = error;
    }
  }),
);

Deno.test(
  "a message that cannot be decoded says so when it is looked at, and can be given up",
  withBus(async (bus) => {
    const jobs = await bus.stream("jobs", { subjects: ["jobs"] });
    await using letters = bus.subscribe(deadLetters("dead"));
    await jobs.publish(subject("jobs", raw), new Uint8Array([0xff]));
    await jobs.publish(subject("jobs", json()), 2);
    const consumer = await jobs.consume(subject("jobs", json()), {
      deadLetter: "dead",
    });
    const message = await nextOf(consumer);
    assertThrows(() => message.value, CodecError);
    await message.terminate("not JSON");
    const letter = (await letters.receive())?.value;
    assertEquals([letter?.reason, letter?.bytes], [
      "not JSON",
      new Uint8Array([0xff]),
    ]);
    assertEquals((await nextOf(consumer)).value, 2);
  }),
);

Deno.test(
  "a publish that a stream refuses goes to live subscribers, and is an error for who waits for it",
  withBus(async (bus) => {
    const jobs = await bus.stream("jobs", {
      subjects: ["jobs"],
      maxMessages: 1,
      discard: "newest",
    });
    await using live = bus.subscribe("jobs");
    await bus.publish("jobs", 1);
    // Nobody waits for this one.
    bus.publish("jobs", 2);
    await assertRejects(() => bus.publish("jobs", 3), StreamFullError);
    await assertRejects(() => jobs.publish("jobs", 4), StreamFullError);
    for (const value of [1, 2, 3, 4]) {
      assertEquals((await live.receive())?.value, value);
    }
    assertEquals((await jobs.info()).messages, 1);
  }),
);

Deno.test(
  "the end of a bus writes what was published, and ends consumers in order",
  withBus(async (bus, clock) => {
    const jobs = await bus.stream("jobs", { subjects: ["jobs"] });
    const consumer = await jobs.consume("jobs", { name: "worker" });
    const reading = consumer.receive();
    const closing = bus.close();
    clock.advance(0);
    await closing;
    assertEquals(await reading, undefined);
    await consumer.closed;
    await assertRejects(() => jobs.publish("jobs", 1), BusClosedError);
    await assertRejects(() => jobs.info(), BusClosedError);
  }),
);

Deno.test(
  "a message that a reader had the last time it may come is dead when the reader goes",
  withBus(async (bus) => {
    const jobs = await bus.stream("jobs", { subjects: ["jobs"] });
    await jobs.publish("jobs", 1);
    const options = { name: "workers", maxDeliveries: 1 };
    const first = await jobs.consume("jobs", options);
    await nextOf(first);
    await first.close();
    const second = await jobs.consume("jobs", options);
    const { pendingAcks, ackFloor } = await second.info();
    assertEquals([pendingAcks, ackFloor], [0, 1]);
  }),
);

Deno.test(
  "what a consumer does not match is passed, however much of it there is",
  withBus(async (bus) => {
    const log = await bus.stream("log", { subjects: ["log.>"] });
    await Promise.all(
      Array.from({ length: 10_000 }, () => log.publish("log.noise", 0)),
    );
    const consumer = await log.consume("log.*.rare");
    const reading = consumer.receive();
    await log.publish("log.a.rare", 1);
    const message = await reading;
    assert(message !== undefined);
    assertEquals([message.value, message.sequence, message.gap], [
      1,
      10_001,
      0,
    ]);
  }),
);

Deno.test(
  "a reader that never waits for anything lets others have their turn",
  withBus(async (bus) => {
    const log = await bus.stream("log", { subjects: ["log"] });
    await Promise.all(
      Array.from({ length: 2000 }, (_, index) => log.publish("log", index)),
    );
    const consumer = await log.consume("log");
    let turns = 0;
    let isOver = false;
    const turn = (): void => {
      turns++;
      if (!isOver) setTimeout(turn);
    };
    turn();
    for (let read = 0; read < 2000; read++) {
      const message = await consumer.receive();
      void message?.ack();
    }
    isOver = true;
    assert(turns > 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }),
);

Deno.test(
  "what a work queue is done with makes room for what comes in the same commit",
  withBus(async (bus) => {
    const jobs = await bus.stream("jobs", {
      subjects: ["jobs"],
      retention: "work_queue",
      maxMessages: 1,
      discard: "newest",
    });
    const consumer = await jobs.consume("jobs", { name: "worker" });
    for (let index = 0; index < 3; index++) {
      const publishing = jobs.publish("jobs", index);
      const message = await nextOf(consumer);
      await publishing;
      await Promise.all([message.ack(), jobs.publish("jobs", "next")]);
      await (await nextOf(consumer)).ack();
    }
    assertEquals((await jobs.info()).messages, 0);
  }),
);
