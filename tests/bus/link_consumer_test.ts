// A reader of a stream of another process, which may take its time.
import { assertEquals, assertRejects } from "@std/assert";
import { AckError, type StreamMessage } from "../../src/bus/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { LinkRig } from "./link_rig.ts";

const ACK_WAIT_MS = 100;

Deno.test("a slow reader of a stream of another process has each message once, as its time begins when it is read", async () => {
  const clock = new ManualClock();
  await using rig = new LinkRig({ clock });
  const { bus } = await rig.connect();
  const stream = await bus.stream("jobs", {
    subjects: ["jobs.*"],
    durability: "memory",
  });
  for (let job = 0; job < 6; job++) await stream.publish("jobs.resize", job);
  const consumer = await stream.consume("jobs.*", {
    name: "workers",
    ackWaitMs: ACK_WAIT_MS,
    maxDeliveries: 2,
  });
  for (let job = 0; job < 6; job++) {
    const message = await consumer.receive();
    assertEquals([message?.value, message?.deliveries], [job, 1]);
    clock.advance(ACK_WAIT_MS - 1);
    await message?.ack();
  }
  await consumer.close();
});

Deno.test("what a quick reader of a stream of another process has read ahead is kept for it", async () => {
  const clock = new ManualClock();
  await using rig = new LinkRig({ clock });
  const { bus } = await rig.connect({ clock, drainMs: 0 });
  const stream = await bus.stream("jobs", {
    subjects: ["jobs.*"],
    durability: "memory",
  });
  for (let job = 0; job < 50; job++) await stream.publish("jobs.resize", job);
  const consumer = await stream.consume("jobs.*", {
    name: "workers",
    ackWaitMs: ACK_WAIT_MS,
  });
  for (let job = 0; job < 50; job++) {
    const message = await consumer.receive();
    assertEquals([message?.value, message?.deliveries], [job, 1]);
    await message?.ack();
    if (job !== 10) continue;
    const { pendingAcks } = await consumer.info();
    assertEquals(pendingAcks > 0, true);
    for (let step = 0; step < 5; step++) {
      clock.advance(ACK_WAIT_MS / 3 + 1);
      // It comes after what keeps the others.
      await consumer.info();
    }
  }
  await consumer.close();
});

Deno.test("acknowledgements of one turn are confirmed as one, and each has its own outcome whenever somebody waits", async () => {
  const clock = new ManualClock();
  await using rig = new LinkRig({ clock });
  const { bus } = await rig.connect();
  const stream = await bus.stream("jobs", {
    subjects: ["jobs.*"],
    durability: "memory",
  });
  for (let job = 0; job < 6; job++) await stream.publish("jobs.resize", job);
  const consumer = await stream.consume("jobs.*", {
    name: "workers",
    ackWaitMs: ACK_WAIT_MS,
  });
  const messages: StreamMessage<unknown>[] = [];
  for (let job = 0; job < 6; job++) {
    const message = await consumer.receive();
    if (message !== undefined) messages.push(message);
  }
  clock.advance(ACK_WAIT_MS - 1);
  for (const index of [0, 1, 5]) await messages[index]?.inProgress();
  clock.advance(1);
  // 2, 3 and 4 are over; one is acknowledged twice.
  const acks = messages.map((message) => message.ack());
  const again = messages[0]?.ack();
  await assertRejects(() => again ?? Promise.resolve(), AckError);
  const { pendingAcks } = await consumer.info();
  assertEquals(pendingAcks, 3);
  const outcomes = await Promise.allSettled(acks);
  assertEquals(
    outcomes.map((one) =>
      one.status === "rejected" ? one.reason instanceof AckError : "known"
    ),
    ["known", "known", true, true, true, "known"],
  );
  for (const job of [2, 3, 4]) {
    const message = await consumer.receive();
    assertEquals([message?.value, message?.deliveries], [job, 2]);
    await message?.ack();
  }
  await consumer.close();
});
