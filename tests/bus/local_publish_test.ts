import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  Bus,
  BusClosedError,
  type BusMessage,
  subject,
} from "../../src/bus/mod.ts";
import { type Codec, json, msgpack } from "../../src/codec/mod.ts";

/** A codec that counts how often it encodes. */
function counting(): { codec: Codec<number>; encoded: () => number } {
  const inner = json<number>({ parse: Number });
  let encoded = 0;
  const codec: Codec<number> = {
    name: inner.name,
    encode: (value) => (encoded++, inner.encode(value)),
    decode: (bytes) => inner.decode(bytes),
  };
  return { codec, encoded: () => encoded };
}

Deno.test("a message comes to all subscriptions whose pattern matches, and to no other", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const got: string[] = [];
  for (const pattern of ["a.b", "a.*", "a.>", ">", "a.c", "b.*"]) {
    bus.subscribe(pattern, { handler: () => void got.push(pattern) });
  }
  bus.publish("a.b", 1);
  await system.idle();
  assertEquals(got.sort(), [">", "a.*", "a.>", "a.b"]);
  assertEquals(bus.stats(), {
    published: 1,
    delivered: 4,
    dropped: 0,
    subscriptions: 6,
  });
});

Deno.test("messages of one publisher on one subject come in order, to loops, reads and handlers", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const handled: unknown[] = [];
  bus.subscribe("n", { handler: ({ value }) => void handled.push(value) });
  const slow: unknown[] = [];
  bus.subscribe("n", {
    handler: async ({ value }) => {
      await system.idle();
      slow.push(value);
    },
  });
  const looped: unknown[] = [];
  const loop = bus.subscribe("n");
  const reads = bus.subscribe("n");
  const expected = Array.from({ length: 50 }, (_, index) => index);
  for (const index of expected) bus.publish("n", index);
  for await (const { value } of loop) {
    if (looped.push(value) === expected.length) break;
  }
  const read = [];
  for (const _ of expected) read.push((await reads.receive())?.value);
  await reads.unsubscribe();
  await bus.close();
  assertEquals(handled, expected);
  assertEquals(slow, expected);
  assertEquals(looped, expected);
  assertEquals(read, expected);
});

Deno.test("a publish runs no code of a subscriber, and one that nobody waits for costs no promise", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  let calls = 0;
  bus.subscribe("a", { handler: () => void calls++ });
  const first = bus.publish("a", 1);
  assertEquals(calls, 0);
  assertStrictEquals(bus.publish("a", 2), first);
  assertStrictEquals(bus.publish("nobody", 2), first);
  await system.idle();
  assertEquals(calls, 2);
});

Deno.test("who shares the codec gets the very value, and others what is encoded once for all of them", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const { codec, encoded } = counting();
  const shared = subject("n", codec);
  const same = bus.subscribe(shared);
  bus.publish(shared, 7);
  assertEquals((await same.receive())?.value, 7);
  assertEquals(encoded(), 0);
  const others = Array.from(
    { length: 5 },
    () => bus.subscribe(subject("n", json<number>({ parse: Number }))),
  );
  bus.publish(shared, 8);
  for (const other of others) {
    assertEquals((await other.receive())?.value, 8);
  }
  assertEquals(encoded(), 1);
  await same.unsubscribe();

  // Nor is it decoded more than once for those who share another codec.
  let decoded = 0;
  const parsed = subject(
    "n",
    json({ parse: (value) => (decoded++, Number(value)) }),
  );
  const alike = [bus.subscribe(parsed), bus.subscribe(parsed)];
  bus.publish(shared, 9);
  for (const one of alike) assertEquals((await one.receive())?.value, 9);
  assertEquals(decoded, 1);

  const value = { deep: [1] };
  const plain = bus.subscribe("o");
  bus.publish("o", value);
  assertStrictEquals((await plain.receive())?.value, value);
});

Deno.test("a message that cannot be decoded is dropped, counted and reported, and the next one comes", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const errors: unknown[] = [];
  const strings = subject(
    "a",
    msgpack({
      parse: (value) => {
        if (typeof value !== "string") throw new TypeError("not text");
        return value;
      },
    }),
  );
  const subscription = bus.subscribe(strings, {
    onError: (error) => void errors.push(error),
  });
  bus.publish("a", 1);
  bus.publish("a", "text");
  const message = await subscription.receive();
  assertEquals(message?.value, "text");
  assertEquals(message?.gap, 0);
  assertEquals(errors.length, 1);
  assertEquals(subscription.stats(), {
    delivered: 1,
    pending: 0,
    dropped: 0,
    undecodable: 1,
  });
});

Deno.test("a subscriber that throws or rejects harms nobody, and has its next message", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const errors: unknown[] = [];
  const seen: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const boom = new Error("boom");
  bus.subscribe("a", {
    onError,
    handler: ({ value }) => {
      if (value === 1) throw boom;
      seen.push(value);
    },
  });
  bus.subscribe("a", { onError, handler: () => Promise.reject(boom) });
  bus.subscribe("a", { handler: ({ value }) => void seen.push(value) });
  bus.publish("a", 1);
  bus.publish("a", 2);
  await system.idle();
  assertEquals(errors, [boom, boom, boom]);
  assertEquals(seen.sort(), [1, 2, 2]);
});

Deno.test("a handler is called with one message after the other, each when the promise of the last has settled", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  let running = 0;
  let most = 0;
  const gates: (() => void)[] = [];
  bus.subscribe("a", {
    handler: async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running--;
    },
  });
  for (let index = 0; index < 3; index++) bus.publish("a", index);
  for (let index = 0; index < 3; index++) {
    await system.idle();
    assertEquals(gates.length, index + 1);
    gates[index]?.();
  }
  assertEquals(most, 1);
});

Deno.test("handlers that publish to themselves, or on to ten thousand others, do not overflow the stack", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  let left = 20_000;
  bus.subscribe("self", {
    handler: () => {
      if (--left > 0) bus.publish("self", left);
    },
  });
  const chain = 10_000;
  let last = false;
  for (let index = 0; index < chain; index++) {
    bus.subscribe(`chain.${index}`, {
      handler: () => void bus.publish(`chain.${index + 1}`, index),
    });
  }
  bus.subscribe(`chain.${chain}`, { handler: () => void (last = true) });
  bus.publish("self", 0);
  bus.publish("chain.0", 0);
  await system.idle();
  assertEquals(left, 0);
  assert(last);
});

Deno.test("a subject with wildcards, one of the bus itself, or what is none is refused", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  for (const wrong of ["a.*", ">", "", "a..b", "a b", "$SYS.a"]) {
    await assertRejects(() => bus.publish(wrong, 1), TypeError, "Cannot use");
  }
  await assertRejects(() => bus.publish("x".repeat(256), 1), RangeError);
  assertThrows(() => bus.subscribe("a.>.b"), TypeError, "Cannot use");
  assertThrows(
    () => bus.subscribe("a", { maxMessages: 0 }),
    RangeError,
    "maxMessages",
  );
  assertEquals(bus.stats().published, 0);
});

Deno.test("a subscription ends with its signal, with its holder, and with its loop, and gets nothing afterwards", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const controller = new AbortController();
  const { signal } = controller;
  const ended = [
    bus.subscribe("a", { signal }),
    bus.subscribe("a", { holder: { signal } }),
  ];
  const looped = bus.subscribe("a");
  assertEquals(bus.stats().subscriptions, 3);
  bus.publish("a", 1);
  for await (const _ of looped) break;
  controller.abort();
  for (const subscription of [...ended, looped]) {
    await subscription.closed;
    assertEquals(await subscription.receive(), undefined);
  }
  assertEquals(bus.stats().subscriptions, 0);
  const late = bus.subscribe("a", { signal });
  await late.closed;
  assertEquals(bus.stats().subscriptions, 0);
});

Deno.test("a subscription that drains has what waits read, and nothing new", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a");
  bus.publish("a", 1);
  bus.publish("a", 2);
  const drained = subscription.drain();
  bus.publish("a", 3);
  const values: unknown[] = [];
  for await (const { value } of subscription) values.push(value);
  await drained;
  assertEquals(values, [1, 2]);
});

Deno.test("a read that is given up loses no message, and two reads at a time are refused", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a");
  const controller = new AbortController();
  const read = subscription.receive({ signal: controller.signal });
  await assertRejects(() => subscription.receive(), Error, "pending");
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await read.catch((error) => error), reason);
  bus.publish("a", 1);
  assertEquals((await subscription.receive())?.value, 1);
  const handled = bus.subscribe("a", { handler: () => {} });
  await assertRejects(() => handled.receive(), Error, "has a handler");
});

Deno.test("a publish and a subscribe on a closed bus are refused", async () => {
  await using system = new ActorSystem();
  const bus = new Bus(system);
  await bus.close();
  await assertRejects(() => bus.publish("a", 1), BusClosedError);
  await assertRejects(() => bus.request("a", 1), BusClosedError);
  assertThrows(() => bus.subscribe("a"), BusClosedError);
  await bus.closed;
});

Deno.test("a message that is no request can be responded to, and nobody minds", async () => {
  await using system = new ActorSystem();
  await using bus = new Bus(system);
  const subscription = bus.subscribe("a");
  bus.publish("a", 1);
  const message = await subscription.receive() as BusMessage<unknown, number>;
  assertEquals(message.isRequest, false);
  await message.respond(1);
});

Deno.test("a flush waits until streams have what was published before", async () => {
  await using system = new ActorSystem();
  const directory = await Deno.makeTempDir();
  for (const options of [{}, { directory }]) {
    await using bus = new Bus(system, options);
    const stream = await bus.stream("orders", { subjects: ["orders.*"] });
    for (let order = 0; order < 10; order++) bus.publish("orders.eu", order);
    await bus.flush();
    assertEquals((await stream.info()).messages, 10);
  }
  await Deno.remove(directory, { recursive: true });
});
