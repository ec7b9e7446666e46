import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ConnectionResetError,
  SessionLostError,
} from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { SendAllError } from "../../src/session/wire/errors.ts";
import { Digest, pattern, sha256 } from "../support/bytes.ts";
import { bounded, Net } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";

function messages(count: number, bytes: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => pattern(bytes, i));
}

async function receiveAll(connection: LogicalConnection): Promise<string[]> {
  const received: string[] = [];
  for await (const message of connection) received.push(sha256(message));
  return received;
}

Deno.test(
  "what sendAll() sends arrives in order between other messages, before the end",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const first = messages(3000, 300);
    const second = [0, 1, 70_000, 20, 300_000, 5].map((n, i) => pattern(n, i));
    const receiving = receiveAll(there);
    const sends = [
      here.sendAll(first),
      here.send(pattern(9)),
      here.sendAll(second.values()),
      here.send(pattern(8)),
      here.sendAll([]),
      here.closeWrite(),
    ];
    const sent = [...first, pattern(9), ...second, pattern(8)];
    assertEquals(await receiving, sent.map(sha256));
    await Promise.all(sends);
  },
);

Deno.test(
  "what sendAll() has taken may be reused, and arrives over the next socket",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [here, there] = await net.connected();
    await net.interrupt();
    const list = messages(20, 1000);
    const expected = list.map(sha256);
    await here.sendAll(list);
    for (const message of list) message.fill(0);
    here.closeWrite();
    net.proxy.refuse = false;
    assertEquals(await receiveAll(there), expected);
  },
);

Deno.test(
  "a sendAll() that nobody reads waits, and a reset says how many messages were taken",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const list = messages(10_000, 1000);
    const sending = assertRejects(() => here.sendAll(list), SendAllError);
    await there.receive();
    there.reset(ErrorCode.CANCELLED, "enough");
    const { taken, cause, message } = await sending;
    assertInstanceOf(cause, ConnectionResetError);
    assert(taken > 0 && taken < list.length, `${taken}`);
    assert(message.startsWith(`Cannot send all: it ended after ${taken}`));
  },
);

Deno.test(
  "the rest of a sendAll() goes over another connection, and no message is doubled",
  bounded,
  async () => {
    await using net = new Net({
      serve: async (connection) => {
        if (connection.id === "first") {
          // What has arrived by then can be read, whatever becomes of the rest.
          await connection.receive();
          return connection.close();
        }
        let count = 0;
        const digest = new Digest();
        for await (const message of connection) {
          digest.update(message);
          count++;
        }
        await connection.send(new TextEncoder().encode(`${count}`));
      },
    });
    const list = messages(5000, 1000);
    const first = await net.connect({ id: "first" });
    const { taken } = await assertRejects(
      () => first.sendAll(list),
      SendAllError,
    );
    const second = await net.connect({ id: "second" });
    await second.sendAll(list.slice(taken));
    await second.closeWrite();
    const count = new TextDecoder().decode(await second.receive());
    assertEquals(Number(count) + taken, list.length);
  },
);

Deno.test(
  "a sendAll() fails with the session, and says why",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const sending = assertRejects(
      () => here.sendAll(messages(1000, 1000)),
      SendAllError,
    );
    await net.system.shutdown();
    const { taken, cause } = await sending;
    assertInstanceOf(cause, SessionLostError);
    assert(taken < 1000);
  },
);

Deno.test(
  "a peer that ends a sendAll() is no failure of whoever serves it",
  bounded,
  async () => {
    await using net = new Net({
      serve: (connection) => connection.sendAll(messages(10_000, 1000)),
    });
    const connection = await net.connect();
    await connection.receive();
    connection.reset();
    await net.pool.close();
    await net.listener.close();
    assertEquals(net.failures.untaken, 0);
  },
);
