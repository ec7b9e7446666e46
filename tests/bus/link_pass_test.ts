// What the server hands on without keeping it, and whom it waits for.
import { assert, assertEquals } from "@std/assert";
import { type MessageBus, subject } from "../../src/bus/mod.ts";
import { raw } from "../../src/codec/mod.ts";
import { bounded } from "../support/net.ts";
import { next, nextOf, until } from "./conformance/waiting.ts";
import { LinkRig } from "./link_rig.ts";

const bytesOf = subject("bytes", raw);

/** Bytes that differ from one message to the next. */
function numbered(index: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(index);
  new DataView(bytes.buffer).setUint32(0, index);
  return bytes;
}

/** Returns the index of the first that is not as expected, or −1. */
function firstWrong(
  all: readonly Uint8Array[],
  expected: readonly Uint8Array[],
): number {
  assertEquals(all.length, expected.length);
  return all.findIndex((bytes, index) => {
    const other = expected[index] ?? [];
    return bytes.length !== other.length ||
      bytes.some((byte, at) => byte !== other[at]);
  });
}

async function publishNumbered(
  bus: MessageBus,
  count: number,
  length: number,
): Promise<void> {
  for (let index = 0; index < count; index++) {
    void bus.publish(bytesOf, numbered(index, length));
    if (index % 500 === 499) await bus.flush();
  }
  await bus.flush();
}

Deno.test(
  "memory of blocks is used again, and whoever keeps a message of one has it as it was",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const [from, quick, slow] = await Promise.all(
      [1, 2, 3].map(() => rig.connect()),
    );
    if (!from || !quick || !slow) return;
    const passed: Uint8Array[] = [];
    await quick.bus.subscribe(bytesOf, {
      overflow: "wait",
      handler: ({ value }) => void passed.push(value),
    }).ready;
    const unread = slow.bus.subscribe(bytesOf, { maxMessages: 20_000 });
    await unread.ready;

    // Nobody keeps these.
    await publishNumbered(from.bus, 4000, 128);
    await until(() => passed.length === 4000, "all are passed on");

    // A handler in the process of the bus keeps the first of these, and a stream
    // the last.
    const kept: Uint8Array[] = [];
    const local = rig.bus.subscribe(bytesOf, {
      handler: ({ value }) => void kept.push(value),
    });
    await publishNumbered(from.bus, 2000, 128);
    await until(() => kept.length === 2000, "all are kept");
    await local.unsubscribe();
    await publishNumbered(from.bus, 2000, 128);
    const stream = await rig.bus.stream("kept", {
      subjects: ["bytes"],
      durability: "memory",
    });
    await publishNumbered(from.bus, 2000, 128);
    await publishNumbered(from.bus, 20, 50_000);
    await until(() => passed.length === 10_020, "all are passed on");

    await using consumer = await stream.consume(bytesOf);
    for (let index = 0; index < 2000; index++) {
      const message = await nextOf(consumer);
      kept.push(message.value);
      void message.ack();
    }
    const read: Uint8Array[] = [];
    while (read.length < 10_020) read.push((await next(unread)).value);
    const expected = [
      [4000, 128],
      [2000, 128],
      [2000, 128],
      [2000, 128],
      [20, 50_000],
    ].flatMap(([count = 0, length = 0]) =>
      Array.from({ length: count }, (_, index) => numbered(index, length))
    );
    for (const all of [passed, read]) {
      assertEquals(firstWrong(all, expected), -1);
    }
    assertEquals(firstWrong(kept, expected.slice(4000, 8000)), -1);
  },
);

Deno.test(
  "what a client publishes waits there, and not at the bus, while a subscriber by wait has no room",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const [from, to, other] = await Promise.all(
      [1, 2, 3].map(() => rig.connect()),
    );
    if (!from || !to || !other) return;
    const full = to.bus.subscribe(bytesOf, {
      maxMessages: 1,
      overflow: "wait",
    });
    await full.ready;
    const count = 4000;
    let isTaken = false;
    const publishing = publishNumbered(from.bus, count, 1000).then(() =>
      isTaken = true
    );
    const pendingAtBus = () => {
      const { published, delivered } = rig.bus.stats();
      return published - delivered;
    };
    await until(() => full.stats().pending > 0, "the first ones arrive");
    // Another client is not stopped.
    assertEquals(await echoed(other.bus), 7);
    assert(!isTaken);
    assertEquals(pendingAtBus(), 0);
    for (let index = 0; index < count; index++) {
      assertEquals((await next(full)).value, numbered(index, 1000));
      assertEquals(pendingAtBus(), 0);
    }
    await publishing;

    // One who is gone does not wait for ever.
    const again = publishNumbered(from.bus, count, 1000).catch(() => {});
    await until(() => full.stats().pending > 0, "it is full again");
    await from.bus.close();
    await again;
    await until(() => rig.server.stats().clients === 2, "the client is gone");
  },
);

Deno.test(
  "what drop_newest has dropped is the gap of the next message, though nothing waits before that",
  bounded,
  async () => {
    await using rig = new LinkRig({
      serve: { maxQueuedBytes: 200_000 },
    });
    const [from, to] = await Promise.all([1, 2].map(() => rig.connect()));
    if (!from || !to) return;
    const slow = to.bus.subscribe(bytesOf, { overflow: "drop_newest" });
    await slow.ready;
    to.proxy.stall("to_dialler");
    let published = 0;
    while (rig.bus.stats().dropped < 3) {
      void from.bus.publish(bytesOf, numbered(published++, 50_000));
      await from.bus.flush();
    }
    const { dropped } = rig.bus.stats();
    to.proxy.flow("to_dialler");
    for (let index = 0; index < published - dropped; index++) {
      const message = await next(slow);
      assertEquals([message.value, message.gap], [numbered(index, 50_000), 0]);
    }
    await from.bus.publish(bytesOf, numbered(published, 10));
    const last = await next(slow);
    assertEquals([last.value, last.gap], [numbered(published, 10), dropped]);
    assertEquals(slow.stats().dropped, dropped);
  },
);

Deno.test(
  "whoever transfers the buffer of a request or a reply takes nothing of what came with it",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    const asked = subject("asked", raw, raw);
    const kept: Uint8Array[] = [];
    await using listener = rig.bus.subscribe(bytesOf, {
      handler: ({ value }) => void kept.push(value),
    });
    await using responder = rig.bus.subscribe(asked, {
      handler: (message) => message.respond(transferred(message.value)),
    });
    await Promise.all([listener.ready, responder.ready]);
    // The bus knows both subjects, so that what comes next comes in one block.
    await bus.publish(bytesOf, numbered(0, 10));
    await bus.request(asked, numbered(0, 10));
    const asking = [18_000, 100].map((length) =>
      bus.request(asked, numbered(7, length))
    );
    const count = 180;
    for (let index = 1; index <= count; index++) {
      void bus.publish(bytesOf, numbered(index, 60));
    }
    const replies = await Promise.all(asking);
    await bus.flush();
    await until(() => kept.length > count, "all have come");
    const all = Array.from({ length: count }, (_, at) => numbered(at + 1, 60));
    assertEquals(firstWrong(kept.slice(1), all), -1);
    const [large, small] = replies;
    if (!large || !small) return;
    assertEquals(transferred(large), numbered(7, 18_000));
    assertEquals(small, numbered(7, 100));
  },
);

/** Returns the bytes, whose buffer nobody else has from now on. */
function transferred(bytes: Uint8Array): Uint8Array {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError("It is shared");
  return structuredClone(bytes, { transfer: [buffer] });
}

async function echoed(bus: MessageBus): Promise<unknown> {
  await using echo = bus.subscribe("echo", {
    handler: (message) => message.respond(message.value),
  });
  await echo.ready;
  return await bus.request("echo", 7);
}
