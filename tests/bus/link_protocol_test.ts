// The blocks of the bus protocol, and peers that send what they should not.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ActorSystem } from "../../src/actor/mod.ts";
import { connectBus } from "../../src/bus/mod.ts";
import { EntryReader } from "../../src/bus/link/entry_reader.ts";
import { EntryWriter, numberBytes } from "../../src/bus/link/entry_writer.ts";
import { encodeFields } from "../../src/bus/link/control_protocol.ts";
import {
  BLOCK_BYTES,
  connectionId,
  type ConnectionKind,
  DeliveryEntry,
  PublishEntry,
  ReplyEntry,
  SubscriberEntry,
} from "../../src/bus/link/protocol.ts";
import {
  ConnectionRefusedError,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../../src/session/mod.ts";
import { ConnectionPool, listen } from "../../src/tcp/mod.ts";
import { settledMemory } from "../support/memory.ts";
import { bounded } from "../support/net.ts";
import { isSlow } from "../support/slow.ts";
import { next, until } from "./conformance/waiting.ts";
import { LinkRig } from "./link_rig.ts";

type Field =
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "bytes"; readonly value: Uint8Array }
  | { readonly type: "text"; readonly value: string };

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({
    type: fc.constant("number" as const),
    value: fc.oneof(fc.nat(300), fc.maxSafeNat()),
  }),
  fc.record({
    type: fc.constant("bytes" as const),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(1000, 20_000, 40_000).map((length) =>
        new Uint8Array(length)
      ),
    ),
  }),
  fc.record({
    type: fc.constant("text" as const),
    value: fc.string({ unit: "grapheme", maxLength: 20 }),
  }),
);

function most({ type, value }: Field): number {
  if (type === "number") return 8;
  return 8 + (type === "text" ? value.length * 3 : value.length);
}

Deno.test("what is written as entries is read as the same, in blocks of at most 32 KiB unless one is larger", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { maxLength: 5 }), { maxLength: 40 }),
      async (entries) => {
        const blocks: Uint8Array[] = [];
        const writer = new EntryWriter({
          send(block) {
            blocks.push(block.slice());
            return Promise.resolve();
          },
        });
        for (const [index, fields] of entries.entries()) {
          const bytes = 1 + fields.reduce((sum, one) => sum + most(one), 0);
          writer.begin(index % 256, bytes);
          for (const { type, value } of fields) {
            if (type === "number") writer.number(value);
            else if (type === "text") writer.text(value);
            else writer.bytes(value);
          }
        }
        await writer.idle();
        let index = 0;
        for (const block of blocks) {
          const reader = new EntryReader(block);
          let count = 0;
          for (; reader.hasMore; count++, index++) {
            assertEquals(reader.byte(), index % 256);
            for (const { type, value } of entries[index] ?? []) {
              if (type === "number") assertEquals(reader.number(), value);
              else if (type === "text") {
                assertEquals(reader.text(1024), value);
              } else assertEquals(reader.bytes(), value);
            }
          }
          assert(block.length <= BLOCK_BYTES || count === 1);
        }
        assertEquals(index, entries.length);
        assertEquals(writer.waitingBytes, 0);
      },
    ),
    { numRuns: isSlow ? 500 : 40, endOnFailure: true },
  );
});

Deno.test("a number has as many bytes as it needs, and none beyond what is exact", () => {
  assertEquals([0, 127, 128, 2 ** 53 - 1].map(numberBytes), [1, 1, 2, 8]);
  const tooLarge = new Uint8Array(8).fill(0xff);
  assertThrows(() => new EntryReader(tooLarge).number(), ProtocolError);
  const exact = Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 15);
  assertEquals(new EntryReader(exact).number(), 2 ** 53 - 1);
});

Deno.test("whatever a block is, reading it ends, in order or with a ProtocolError", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.constantFrom("byte", "number", "bytes", "text")),
      (block, reads) => {
        const reader = new EntryReader(block);
        try {
          for (const read of reads) {
            if (read === "text") reader.text(50);
            else if (read === "bytes") reader.bytes();
            else if (read === "number") reader.number();
            else reader.byte();
          }
        } catch (error) {
          assert(error instanceof ProtocolError);
        }
      },
    ),
    { numRuns: isSlow ? 20_000 : 2000 },
  );
});

const METADATA: Record<ConnectionKind, Uint8Array> = {
  control: encodeFields({ version: 1 }),
  publish: encodeFields({ version: 1 }),
  subscribe: encodeFields({
    pattern: "a.>",
    overflow: "drop_oldest",
    maxMessages: 10,
    maxBytes: 1000,
    credit: 0,
  }),
  presence: encodeFields({ topic: "room" }),
  interest: encodeFields({ subject: "a" }),
  consume: encodeFields({
    stream: "none",
    pattern: "a.>",
    options: {},
    credit: 1,
  }),
};

const KINDS = Object.keys(METADATA) as ConnectionKind[];

Deno.test(
  "whatever a client sends, its connection ends at worst, and the bus goes on",
  bounded,
  async () => {
    await using rig = new LinkRig({ serve: { onError: () => {} } });
    const { connector } = await rig.connect();
    await using lively = await rig.connect().then(({ bus }) => bus);
    await using subscription = lively.subscribe("lively");
    await subscription.ready;
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...KINDS),
        fc.option(fc.uint8Array({ maxLength: 60 })),
        fc.array(
          fc.tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array()).map((
            [type, rest],
          ) => Uint8Array.of(type, ...rest)),
          { minLength: 1, maxLength: 4 },
        ),
        async (kind, metadata, blocks) => {
          const connection = await connector.connect({
            id: connectionId(kind),
            metadata: metadata ?? METADATA[kind],
          });
          for (const block of blocks) {
            await connection.send(block).catch(
              () => {},
            );
          }
          await connection.closeWrite().catch(() => {});
          await drained(connection);
          void rig.bus.publish("lively", ++round);
          assertEquals((await next(subscription)).value, round);
        },
      ),
      { numRuns: isSlow ? 1000 : 60 },
    );
    await until(() => rig.server.stats().subscriptions === 1, "all have gone");
  },
);

/** Reads until the connection has ended, in whatever way. */
async function drained(connection: LogicalConnection): Promise<void> {
  try {
    for await (const _ of connection);
  } catch {
    // However it ends.
  }
  await connection.close();
}

Deno.test(
  "a connection that is none of this version of the bus is refused with the reason",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { connector } = await rig.connect();
    for (
      const [id, reason] of [
        ["bus/2/publish", "speaks version 1"],
        ["bus/1/other", "speaks version 1"],
        ["echo", "Only a bus"],
      ] as const
    ) {
      const connection = await connector.connect({ id });
      const error = await assertRejects(
        () => connection.accepted,
        ConnectionRefusedError,
      );
      assert(error.message.includes(reason), error.message);
    }
  },
);

Deno.test(
  "a client that reads no replies, and asks for more and more, is not read any more",
  bounded,
  async () => {
    await using rig = new LinkRig({ session: { windowBytes: 65_536 } });
    const { connector } = await rig.connect();
    await using responder = rig.bus.subscribe("ask", {
      handler: (message) => message.respond("x".repeat(50_000)),
    });
    await responder.ready;
    const connection = await connector.connect({ id: connectionId("publish") });
    const before = await settledMemory();
    let id = 0;
    const ask = (): Uint8Array =>
      Uint8Array.of(PublishEntry.REQUEST, ...varint(++id), 0, 100, 1, 1, 0xc0);
    const subject = new TextEncoder().encode("ask");
    await connection.send(
      Uint8Array.of(PublishEntry.SUBJECT, 0, subject.length, ...subject),
    );
    const count = isSlow ? 20_000 : 1000;
    let sent = 0;
    const flooding = (async () => {
      for (; sent < count; sent++) await connection.send(ask());
    })();
    await until(() => rig.bus.stats().delivered > 100, "some were asked");
    const answered = (): number => rig.bus.stats().delivered;
    let last = -1;
    await until(async () => {
      const isStill = answered() === last;
      last = answered();
      await new Promise((done) => setTimeout(done, 50));
      return isStill;
    }, "it is not read any more, or all was asked");
    const after = await settledMemory();
    const grown = after.external + after.heap - before.external - before.heap;
    assert(grown < 100e6, `${grown} bytes more`);
    connection.reset();
    await flooding.catch(() => {});
  },
);

function varint(value: number): number[] {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) {
    bytes.push(value % 128 + 128);
  }
  return [...bytes, value];
}

Deno.test(
  "whatever a server sends, a client ends at worst, and holds no more than its bounds",
  bounded,
  async () => {
    let send: (connection: LogicalConnection) => Promise<void> = drained;
    await using system = new ActorSystem();
    await using listener = listen(system, {
      port: 0,
      async serve(connection) {
        if (connection.id === connectionId("control")) {
          await connection.send(
            encodeFields({ features: ["retained"], maxMessageBytes: 1000 }),
          );
          return await drained(connection);
        }
        await send(connection);
      },
    });
    await using pool = new ConnectionPool(system);
    const connector = pool.peer(listener.address);
    const entries = [
      ...Object.values(DeliveryEntry),
      ...Object.values(ReplyEntry),
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.constantFrom(...entries), fc.uint8Array()).map((
            [type, rest],
          ) => Uint8Array.of(type, ...rest)),
          { minLength: 1, maxLength: 4 },
        ),
        async (blocks) => {
          send = async (connection) => {
            for (const block of blocks) await connection.send(block);
          };
          const bus = await connectBus(connector, {
            reconnect: false,
            drainMs: 0,
          });
          const subscription = bus.subscribe("a");
          const presence = bus.presence("room");
          await Promise.race([
            Promise.allSettled([
              subscription.closed,
              presence[Symbol.asyncIterator]().next(),
            ]),
            bus.closed.catch(() => {}),
          ]);
          await bus.close();
        },
      ),
      { numRuns: isSlow ? 500 : 40 },
    );
    // Messages without end: what is not read is bounded.
    const before = await settledMemory();
    send = async (connection) => {
      if (connection.id !== connectionId("subscribe")) {
        return await drained(connection);
      }
      const bytes = new Uint8Array(60_000);
      const subject = Uint8Array.of(DeliveryEntry.SUBJECT, 0, 1, 97);
      const message = Uint8Array.of(DeliveryEntry.MESSAGE, 0, 0xe0, 0xd4, 3);
      await connection.send(subject);
      const block = new Uint8Array(message.length + bytes.length);
      block.set(message);
      for (let sent = 0; sent < (isSlow ? 20_000 : 1000); sent++) {
        await connection.send(block);
      }
    };
    const bus = await connectBus(connector, { reconnect: false, drainMs: 0 });
    const subscription = bus.subscribe("a", { maxBytes: 1_000_000 });
    await until(
      () => subscription.stats().dropped > 500,
      "much was dropped",
    );
    const after = await settledMemory();
    const grown = after.external + after.heap - before.external - before.heap;
    assert(grown < 60e6, `${grown} bytes more`);
    await bus.close();
  },
);

Deno.test(
  "a client that replies to requests it never got, and asks for endless points, harms nobody",
  bounded,
  async () => {
    await using rig = new LinkRig();
    const { connector } = await rig.connect();
    const connection = await connector.connect({
      id: connectionId("subscribe"),
      metadata: METADATA.subscribe,
    });
    const block: number[] = [];
    for (let index = 0; index < 5000; index++) {
      block.push(SubscriberEntry.REPLY, ...varint(index), 1, 0);
      block.push(SubscriberEntry.SNAPSHOT, ...varint(index), index % 2);
      block.push(SubscriberEntry.CREDIT, ...varint(2 ** 50));
    }
    await connection.send(Uint8Array.from(block));
    await rig.bus.publish("a.b", 1);
    await connection.receive();
    connection.reset(ErrorCode.CANCELLED);
    await until(() => rig.server.stats().subscriptions === 0, "it has gone");
  },
);
