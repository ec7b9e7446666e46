// Peers that ask for more than they read, and what cannot be sent.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { encodeFields } from "../../src/bus/link/control_protocol.ts";
import {
  connectionId,
  PublishEntry,
  SubscriberEntry,
} from "../../src/bus/link/protocol.ts";
import { Untaken } from "../../src/bus/link/server/untaken.ts";
import { CodecError } from "../../src/codec/mod.ts";
import { connectBus } from "../../src/bus/mod.ts";
import { bounded } from "../support/net.ts";
import { until } from "./conformance/waiting.ts";
import { LinkRig } from "./link_rig.ts";

Deno.test("a flush waits for what came before it, and for nothing after", async () => {
  const untaken = new Untaken();
  const [first, second, third] = [1, 2, 3].map(() =>
    Promise.withResolvers<void>()
  );
  const passed: number[] = [];
  untaken.whenTaken(() => passed.push(0));
  assertEquals(passed, [0]);
  if (first === undefined || second === undefined) return;
  untaken.add(first.promise, 1);
  untaken.add(second.promise, 1);
  untaken.whenTaken(() => passed.push(1));
  if (third !== undefined) untaken.add(third.promise, 1);
  assertEquals(untaken.untilRoom(4), undefined);
  const room = untaken.untilRoom(3);
  second.resolve();
  await room;
  assertEquals(passed, [0]);
  first.reject(new Error("refused"));
  await until(() => passed.length === 2, "the flush");
  third?.resolve();
  await untaken.settled();
});

Deno.test(
  "a flood of flushes behind messages that wait costs each of them little",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const slow = rig.bus.subscribe("a", { overflow: "wait", maxMessages: 1 });
    const { connector } = await rig.connect();
    await using connection = await connector.connect({
      id: connectionId("publish"),
    });
    const text = [PublishEntry.SUBJECT, 0, 1, 97];
    const messages = Array.from(
      { length: 200 },
      () => [PublishEntry.MESSAGE, 0, 1, 0],
    );
    const flushes = Array.from(
      { length: 20_000 },
      () => [PublishEntry.FLUSH, 7],
    );
    await connection.send(
      Uint8Array.from([text, ...messages, ...flushes].flat()),
    );
    let count = 0;
    for await (const _ of slow) if (++count === 200) break;
    let bytes = 0;
    while (bytes < 2 + 2 * 20_000) {
      bytes += (await connection.receive())?.length ?? Infinity;
    }
    assertEquals(bytes, 2 + 2 * 20_000);
  },
);

Deno.test(
  "what is retained is held for a few who join at a time, however many ask",
  bounded,
  async () => {
    await using rig = new LinkRig();
    await rig.bus.publish("a", 1, { retain: true });
    const subscribe = rig.bus.subscribe.bind(rig.bus);
    let most = 0;
    Object.defineProperty(rig.bus, "subscribe", {
      value(...given: Parameters<typeof subscribe>) {
        most = Math.max(most, rig.bus.stats().subscriptions);
        return subscribe(...given);
      },
    });
    const { connector } = await rig.connect();
    const connection = await connector.connect({
      id: connectionId("subscribe"),
      metadata: encodeFields({ pattern: "a", maxMessages: 1, maxBytes: 1 }),
    });
    const asks = Array.from(
      { length: 1000 },
      () => [SubscriberEntry.SNAPSHOT, 1, 1],
    );
    await connection.send(Uint8Array.from(asks.flat()));
    for (let bytes = 0; bytes < 4000;) {
      bytes += (await connection.receive())?.length ?? Infinity;
    }
    assert(most <= 9, `${most} at a time`);
    connection.reset();
    await until(() => rig.server.stats().clients === 1, "the client is gone");
  },
);

Deno.test(
  "a reply that cannot be encoded is an error for the client that has asked",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    rig.bus.subscribe("a", {
      // What JavaScript allows.
      handler: (message) => message.respond(Reflect.get({}, "nothing")),
    });
    await assertRejects(() => bus.request("a", 1), CodecError);
  },
);

Deno.test(
  "what is said about an entry is bounded, and many may leave at once",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { bus } = await rig.connect();
    const meta = new Uint8Array(70_000);
    await assertRejects(() => bus.track("room", "ann", meta), CodecError);
    await assertRejects(() => rig.bus.track("room", "ann", meta), CodecError);
    const large = await bus.track("room", "bob", new Uint8Array(60_000));
    await assertRejects(() => large.update(meta), CodecError);
    const presence = bus.presence("room");
    await presence.ready;
    const entries = await Promise.all(
      Array.from(
        { length: 30_000 },
        (_, key) => rig.bus.track("room", `${key}`, key),
      ),
    );
    await until(() => presence.members().length === 30_001, "the members");
    for (const entry of entries) void entry[Symbol.asyncDispose]();
    await until(() => presence.members().length === 1, "the members");
  },
);

Deno.test(
  "what a client has tracked does not count when its bus is closed",
  bounded,
  async () => {
    await using rig = new LinkRig({ serve: { maxTracked: 1 } });
    // Another bus of the same session, which goes on.
    const { connector } = await rig.connect();
    for (let count = 0; count < 3; count++) {
      await using bus = await connectBus(connector);
      await bus.track("room", "ann", count);
    }
  },
);
