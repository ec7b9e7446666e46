// Sides that do not keep to the messages of remote actors, over real sockets.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import fc from "fast-check";
import { msgpack, type MsgpackValue } from "../../src/codec/mod.ts";
import {
  connectActor,
  implement,
  protocol,
  request,
  stream,
} from "../../src/remote/mod.ts";
import {
  ConnectionResetError,
  ErrorCode,
  HandshakeTimeoutError,
  type LogicalConnection,
  ProtocolError,
} from "../../src/session/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, Net } from "../support/net.ts";
import { Counter, counter, counterOf, RemoteNet } from "./remote_net.ts";

/** A message of a type, a number and a body. */
function message(
  type: number,
  number: number,
  body: MsgpackValue | undefined,
): Uint8Array {
  const bytes = body === undefined ? [] : msgpack().encode(body);
  const head = new Uint8Array(5);
  head[0] = type;
  new DataView(head.buffer).setUint32(1, number);
  return new Uint8Array([...head, ...bytes]);
}

/** A request with a deadline and an operation. */
function call(type: number, id: number, operation: number): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, type);
  view.setUint32(1, id);
  view.setUint32(5, 1000);
  view.setUint32(9, operation);
  return bytes;
}

/** Connects as a client of the counter that keeps to nothing. */
async function badClient(net: RemoteNet): Promise<LogicalConnection> {
  const { pool, proxy } = net.net;
  return await pool.connect(proxy.address, {
    id: "counter/1",
    metadata: new Uint8Array([1]),
  });
}

for (
  const [what, messages] of [
    ["an empty message", [new Uint8Array(0)]],
    ["a message that is too short", [new Uint8Array([5, 0, 0])]],
    ["a type that there is not", [message(99, 0, undefined)]],
    ["a message of the other side", [message(2, 0, 1)]],
    ["an operation that there is not", [message(5, 7, { by: 1 })]],
    ["an actor that there is not", [message(5, 256, { by: 1 })]],
    ["a command in place of a request", [message(5, 1, undefined)]],
    ["a request in place of a command", [call(1, 1, 0)]],
    ["a stream in place of a request", [call(6, 1, 1)]],
    ["a request without an operation", [message(1, 1, undefined)]],
    ["credit without a number", [message(8, 1, undefined)]],
  ] as const
) {
  Deno.test(
    `A client that sends ${what} is reset, and harms no other`,
    bounded,
    async () => {
      await using net = new RemoteNet(({ system }) => [
        counterOf(system.spawn(counter)),
      ]);
      await using good = await net.connect(Counter);
      const bad = await badClient(net);
      for (const one of messages) await bad.send(one);
      const error = await assertRejects(async () => {
        while (await bad.receive() !== undefined);
      }, ConnectionResetError);
      assertEquals(error.code, ErrorCode.PROTOCOL);
      assertInstanceOf(await net.errors.next(), ProtocolError);
      good.add({ by: 1 });
      assertEquals(await good.read(), 1);
    },
  );
}

Deno.test(
  "An id that is used twice at once is a fault of the client",
  bounded,
  async () => {
    const Slow = protocol("counter/1", { read: request<void, number>() });
    await using net = new RemoteNet(() => [
      implement(Slow, {
        read: () =>
          new Promise<number>((_, reject) => {
            setTimeout(reject, 0, new Error("Over"));
          }),
      }),
    ]);
    const bad = await badClient(net);
    await bad.sendAll([call(1, 5, 0), call(1, 5, 0)]);
    await assertRejects(
      async () => {
        while (await bad.receive() !== undefined);
      },
      ConnectionResetError,
      "its id 5 is already in use",
    );
  },
);

Deno.test(
  "A body that is no MessagePack is refused, and the connection goes on",
  bounded,
  async () => {
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    const bad = await badClient(net);
    await bad.send(new Uint8Array([5, 0, 0, 0, 0, 0xc1]));
    await bad.send(new Uint8Array([...call(1, 1, 1), 0xc1]));
    await bad.send(call(1, 2, 1));
    assertEquals((await bad.receive())?.[0], 11);
    assertEquals((await bad.receive())?.[0], 10);
    assertEquals(await bad.receive(), message(2, 2, 0));
    assertEquals(net.exposed.stats().refusedMessages, 2);
    await bad.close();
  },
);

Deno.test(
  "Whatever a client sends, the others are served",
  bounded,
  async () => {
    await using net = new RemoteNet(({ system }) => [
      counterOf(system.spawn(counter)),
    ]);
    await using good = await net.connect(Counter);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.tuple(
        fc.constantFrom(1, 4, 5, 6, 8, 14),
        fc.uint8Array({ maxLength: 30 }),
      )
        .map(([type, rest]) => new Uint8Array([type, ...rest])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 10 }), async (messages) => {
        const bad = await badClient(net);
        await bad.sendAll(messages).catch(() => {});
        await bad.close();
        assert(await good.read() >= 0);
      }),
      { numRuns: 50 },
    );
  },
);

const Odd = protocol("odd/1", {
  read: request<void, number>(),
  numbers: stream<void, number>(),
});
const TABLE = message(11, 0, [["read", "request"], ["numbers", "stream"]]);

/** A stub whose other side sends what a test says. */
async function stubOf(
  net: Net,
  say: (connection: LogicalConnection) => Promise<void>,
) {
  const connecting = connectActor(net.pool.peer(net.listener.address), Odd);
  const there = await net.served.next();
  await there.send(TABLE);
  const stub = await connecting;
  return { stub, said: say(there) };
}

for (
  const [what, junk] of [
    ["a message that is too short", new Uint8Array([2])],
    ["a type that there is not", message(77, 0, undefined)],
    ["a message of the other side", call(1, 1, 0)],
  ] as const
) {
  Deno.test(
    `A server that sends ${what} ends the stub with a ProtocolError`,
    bounded,
    async () => {
      await using net = new Net();
      const { stub, said } = await stubOf(net, async (there) => {
        await there.receive();
        await there.send(junk);
      });
      await assertRejects(() => stub.read(), ProtocolError);
      await said;
      await assertRejects(() => stub.read(), ProtocolError);
    },
  );
}

Deno.test(
  "A server that sends more values than it has credit for ends the stub",
  bounded,
  async () => {
    await using net = new Net();
    const { stub, said } = await stubOf(net, async (there) => {
      await there.receive();
      for (let n = 0; n < 4; n++) await there.send(message(7, 1, n));
    });
    const numbers = stub.numbers(undefined, { window: 2 });
    const first = numbers.next();
    await said;
    assertEquals((await first).value, 0);
    await assertRejects(() => stub.read(), ProtocolError, "no credit");
    assertEquals((await numbers.next()).value, 1);
    assertEquals((await numbers.next()).value, 2);
    await assertRejects(() => numbers.next(), ProtocolError, "no credit");
  },
);

Deno.test(
  "A reply that nobody waits for is counted and dropped",
  bounded,
  async () => {
    await using net = new Net();
    const { stub } = await stubOf(net, async (there) => {
      const request = await there.receive();
      await there.sendAll([
        message(2, 4242, 1),
        message(10, 4242, { name: "Error" }),
        message(2, request?.[4] ?? 0, 7),
      ]);
    });
    assertEquals(await stub.read(), 7);
    assertEquals(stub.stats().lateReplies, 2);
  },
);

Deno.test(
  "An actor that is given unasked is released at once",
  bounded,
  async () => {
    await using net = new Net();
    const released = Promise.withResolvers<Uint8Array | undefined>();
    await stubOf(net, async (there) => {
      await there.send(message(13, 4242, [3, []]));
      released.resolve(await there.receive());
    });
    assertEquals(await released.promise, message(14, 3, undefined));
  },
);

Deno.test(
  "A server that never says what it serves is given up at the deadline, or by the signal",
  bounded,
  async () => {
    await using net = new Net();
    const clock = new ManualClock();
    const peer = net.pool.peer(net.listener.address);
    const late = assertRejects(
      () => connectActor(peer, Odd, { clock, timeoutMs: 100 }),
      HandshakeTimeoutError,
    );
    const there = await net.served.next();
    await clock.advance(100);
    await late;
    await there.closed;
    const controller = new AbortController();
    const aborted = assertRejects(
      () => connectActor(peer, Odd, { signal: controller.signal }),
      Error,
      "Not needed",
    );
    await net.served.next();
    controller.abort(new Error("Not needed"));
    await aborted;
  },
);
