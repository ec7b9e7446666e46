// What others on the same servers of NATS may send, by mistake or not.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorSystem } from "../../src/actor/mod.ts";
import { msgpack } from "../../src/codec/mod.ts";
import { Bus, BusTimeoutError } from "../../src/bus/mod.ts";
import { bridge, natsBus } from "../../src/bus/nats/mod.ts";
import {
  decodeRecord,
  encodeRecord,
} from "../../src/bus/nats/presence_records.ts";
import { PresenceRoom } from "../../src/bus/nats/presence_room.ts";
import { bounded } from "../support/net.ts";
import { next, nextOf, take, until } from "./conformance/waiting.ts";
import { NatsServer, natsServerMissing } from "./support/nats_server.ts";
import { RawNats } from "./support/raw_nats.ts";

const options = { ...bounded, ignore: natsServerMissing !== undefined };
const CODEC = msgpack();
const NOTHING = new Uint8Array();
/** Headers that the server hands on, and its client does not read. */
const UNREADABLE = [
  "NATS/1.0\r\nno name: 1\r\n\r\n",
  "NATS/1.0\r\nTwo-Lines: 1\n2\r\n\r\n",
  "nonsense\r\n\u0000: \u0000\r\n",
  "\r\n",
];

Deno.test(
  "A message on NATS whose headers cannot be read comes as any other, and the connection hears on",
  options,
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using system = new ActorSystem();
    await using process = new Bus(system);
    await using bus = await natsBus({ servers: server.address });
    await using across = bridge(process, bus, ["far.*"]);
    using raw = await RawNats.connect(server.port);
    const log = await bus.stream("log", {
      subjects: ["log.*"],
      durability: "written",
    });
    // Its subscribers look at the headers of what comes live.
    await bus.publish("live", "retained", { retain: true });
    await using live = bus.subscribe("live");
    assertEquals((await next(live)).value, "retained");
    await using far = process.subscribe("far.*");
    await using consumer = await log.consume("log.*");
    const expected: string[] = [];
    for (const headers of UNREADABLE) {
      for (const subject of ["live", "far.a", "log.a"]) {
        await raw.publish(subject, CODEC.encode("raw"), { headers });
        await bus.publish(subject, "own");
      }
      await raw.settled();
      expected.push("raw", "own");
    }
    const count = expected.length;
    // Two publishers have no order between them.
    assertEquals((await take(live, count)).sort(), expected.toSorted());
    assertEquals((await take(far, count)).sort(), expected.toSorted());
    const kept: unknown[] = [];
    while (kept.length < count) {
      const message = await nextOf(consumer);
      kept.push(message.value);
      await message.ack();
    }
    assertEquals(kept.toSorted(), expected.toSorted());
    assertEquals(across.stats().toBus.forwarded, count);
  },
);

Deno.test(
  "A reply on NATS whose headers cannot be read is a reply, or none, and the connection hears on",
  options,
  async () => {
    await using server = await NatsServer.start();
    await using bus = await natsBus({ servers: server.address });
    using raw = await RawNats.connect(server.port);
    const asked = await raw.subscribe("ask");
    for (const headers of UNREADABLE) {
      const reply = bus.request("ask", 1);
      const message = await asked();
      await raw.publish(message.reply, CODEC.encode("raw"), { headers });
      assertEquals(await reply, "raw");
      // One that is empty could be the server's word that nobody is there.
      const empty = assertRejects(
        () => bus.request("ask", 2, { timeoutMs: 200 }),
        Error,
      );
      const { reply: inbox } = await asked();
      await raw.publish(inbox, NOTHING, { headers });
      await empty;
    }
    await assertRejects(
      () => bus.request("ask", 3, { timeoutMs: 20 }),
      BusTimeoutError,
    );
  },
);

Deno.test(
  "What others send to the reader of a stream on NATS is not of the stream, however much it is",
  options,
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await natsBus({ servers: server.address });
    using raw = await RawNats.connect(server.port);
    const log = await bus.stream("log", {
      subjects: ["log.*"],
      durability: "written",
    });
    const pulled = await raw.subscribe("$JS.API.CONSUMER.MSG.NEXT.>");
    await using consumer = await log.consume("log.*", { name: "reader" });
    const first = consumer.receive();
    const { reply: inbox } = await pulled();
    const acks = [
      "",
      "somewhere",
      "$JS.ACK.log.reader",
      "$JS.ACK.log.reader.1.x.1.1.0",
      "$JS.ACK.log.reader.1.-1.1.1.0",
      "$JS.ACK.log.reader.1.1e300.1.1.0",
    ];
    for (let round = 0; round < 500; round++) {
      for (const reply of acks) {
        await raw.publish(inbox, CODEC.encode("forged"), { reply });
      }
    }
    const statuses = ["100", "404", "408", "409 x", "503", "abc", "1e9"];
    for (let round = 0; round < 100; round++) {
      for (const status of statuses) {
        const headers = `NATS/1.0 ${status}\r\n\r\n`;
        await raw.publish(inbox, NOTHING, { headers });
      }
    }
    await raw.settled();
    for (let value = 0; value < 200; value++) await bus.publish("log.a", value);
    const values: unknown[] = [];
    for (let message = await first; message !== undefined;) {
      values.push(message.value);
      await message.ack();
      if (values.length === 200) break;
      message = await consumer.receive();
    }
    assertEquals(values, Array.from({ length: 200 }, (_, value) => value));
  },
);

Deno.test(
  "What others say of presence on NATS is bounded, and what is no record is ignored",
  options,
  async () => {
    await using server = await NatsServer.start({ hasJetStream: true });
    await using bus = await natsBus({ servers: server.address });
    using raw = await RawNats.connect(server.port);
    await using _ann = await bus.track("room", "ann", 1);
    await using presence = bus.presence("room");
    await presence.ready;
    const topic = btoa("room").replaceAll("=", "");
    const records = [
      NOTHING,
      Uint8Array.of(0xc1),
      new Uint8Array(500_000),
      CODEC.encode("text"),
      CODEC.encode(["", 1, 1, false]),
      CODEC.encode(["k".repeat(300), 1, 1, false]),
      CODEC.encode(["key", 1, NaN, false]),
      CODEC.encode(["key", 1, 1e300, false]),
      CODEC.encode(["key", "x".repeat(70_000), 1, false]),
    ];
    for (const [index, record] of records.entries()) {
      await raw.publish(`$TROUPE.PRESENCE.V.${topic}.x${index}`, record);
    }
    const honest = CODEC.encode(["bob", 2, 1, false]);
    await raw.publish(`$TROUPE.PRESENCE.V.${topic}.y`, honest);
    await until(() => presence.members().length === 2, "the honest one");
    assertEquals(
      presence.members().map(({ key }) => key).toSorted(),
      ["ann", "bob"],
    );
    await using again = bus.presence("room");
    await again.ready;
    assertEquals(again.members().length, 2);
  },
);

Deno.test("A topic on NATS has 100,000 entries at most, before it is known who is there and after", () => {
  const room = new PresenceRoom(() => {});
  const bytes = encodeRecord({ key: "k", meta: 1, version: 1, isGone: false });
  const record = decodeRecord(bytes);
  assert(record !== undefined);
  for (let id = 0; id < 101_000; id++) room.heard(`${id}`, record, 0);
  room.heard("1", { ...record, version: 2, meta: 2 }, 0);
  room.heard("2", { ...record, version: 2, isGone: true }, 0);
  room.begin([], 0);
  assertEquals(room.view.members().length, 99_999);
  for (let id = 0; id < 10; id++) room.heard(`late ${id}`, record, 0);
  assertEquals(room.view.members().length, 100_000);
  const first = room.view.members().find(({ id }) => id === "1");
  assertEquals(first?.meta, 2);
});
