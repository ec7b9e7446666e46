import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ConnectionClosedError,
  ConnectionResetError,
  SessionLostError,
} from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { FrameType } from "../../src/session/wire/protocol.ts";
import { pattern, sha256 } from "../support/bytes.ts";
import { Happenings } from "../support/happenings.ts";
import { bounded, Net } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { randomFrom } from "../support/random.ts";
import { RawServer } from "../support/raw_peer.ts";
import { ActorSystem } from "../../src/actor/system.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";

/** A message in a buffer of its own, larger than it. */
function message(bytes: number, seed = 0): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(bytes + 20);
  buffer.set(pattern(bytes, seed), 10);
  return buffer.subarray(10, bytes + 10);
}

/** Buffers that come back, each of which is to come once. */
class Returns {
  readonly buffers = new Happenings<ArrayBuffer>();
  count = 0;

  /** Sends a message with its buffer. */
  send(
    connection: LogicalConnection,
    message: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    return connection.send(message, {
      transfer: true,
      onReturn: (buffer) => {
        this.count++;
        this.buffers.push(buffer);
      },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The next one has this message in it, as it had at first. */
  async expect(bytes: number, seed = 0): Promise<void> {
    const buffer = await this.buffers.next();
    assertEquals(buffer.byteLength, bytes + 20);
    const returned = new Uint8Array(buffer, 10, bytes);
    assertEquals(sha256(returned), sha256(pattern(bytes, seed)));
  }
}

const SIZES = [0, 1, 1000, 262_143, 262_144, 1_048_576, 5_000_000];

Deno.test(
  "a message with its buffer arrives as any other, and the buffer is returned once, with its contents",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const returns = new Returns();
    for (const [seed, bytes] of SIZES.entries()) {
      const sent = message(bytes, seed);
      const sending = returns.send(here, sent);
      assertEquals([sent.length, sent.buffer.byteLength], [0, 0]);
      const received = await there.receive() ?? new Uint8Array(1);
      assertEquals(sha256(received), sha256(pattern(bytes, seed)));
      await sending;
      await returns.expect(bytes, seed);
    }
    assertEquals(returns.count, SIZES.length);
  },
);

Deno.test(
  "messages with and without their buffers stay in order",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const returns = new Returns();
    const expected: string[] = [];
    const sends: Promise<void>[] = [];
    for (let seed = 0; seed < 60; seed++) {
      const bytes = SIZES[seed % SIZES.length] ?? 0;
      const sent = message(bytes, seed);
      expected.push(sha256(sent));
      if (seed % 3 === 0) sends.push(here.send(sent));
      else if (seed % 3 === 1) sends.push(returns.send(here, sent));
      else sends.push(here.sendAll([sent]));
    }
    sends.push(here.closeWrite());
    for await (const received of there) {
      assertEquals(sha256(received), expected.shift());
    }
    assertEquals(expected, []);
    await Promise.all(sends);
    for (let i = 0; i < 20; i++) await returns.buffers.next();
  },
);

Deno.test(
  "a buffer that was transferred is returned when its message is not sent",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const returns = new Returns();
    await here.closeWrite();
    await assertRejects(
      () => returns.send(here, message(1000)),
      ConnectionClosedError,
    );
    await returns.expect(1000);
    const reason = new Error("too late");
    const signal = AbortSignal.abort(reason);
    await assertRejects(
      () => returns.send(there, message(400_000), signal),
      "too late",
    );
    await returns.expect(400_000);
    assertEquals(returns.count, 2);
  },
);

for (
  const [what, end] of Object.entries({
    "its signal aborts": (giveUp: AbortController): void =>
      giveUp.abort(new ConnectionResetError("enough", 0)),
    "this side resets the connection": (
      _: AbortController,
      here: LogicalConnection,
    ): void => here.reset(),
    "the other side resets the connection": (
      _: AbortController,
      _here: LogicalConnection,
      there: LogicalConnection,
    ): void => there.reset(),
    "the other side no longer reads": (
      _: AbortController,
      _here: LogicalConnection,
      there: LogicalConnection,
    ): void => void there.close(),
  })
) {
  Deno.test(
    `the buffers of messages on their way are returned once when ${what}`,
    bounded,
    async () => {
      await using net = new Net();
      const [here, there] = await net.pair();
      const other = await net.pair();
      const returns = new Returns();
      const giveUp = new AbortController();
      const sizes = [20_000_000, 400_000, 3_000_000, 10];
      const sends = sizes.map((bytes, seed) => {
        const sending = returns.send(here, message(bytes, seed), giveUp.signal);
        return assertRejects(() => sending);
      });
      // Some of the first is on its way by then, and the others wait.
      await there.readable.getReader().read();
      end(giveUp, here, there);
      for (const sending of sends) {
        const error = await sending;
        assert(
          error instanceof ConnectionResetError ||
            error instanceof ConnectionClosedError,
          `${error}`,
        );
      }
      const left = new Map(sizes.map((bytes, seed) => [bytes + 20, seed]));
      while (left.size > 0) {
        const buffer = await returns.buffers.next();
        const seed = left.get(buffer.byteLength) ?? -1;
        assert(left.delete(buffer.byteLength));
        const bytes = new Uint8Array(buffer, 10, buffer.byteLength - 20);
        assertEquals(sha256(bytes), sha256(pattern(bytes.length, seed)));
      }
      // The session is none the worse.
      other[0].send(pattern(10));
      assertEquals(await other[1].receive(), pattern(10));
      assertEquals(returns.count, sizes.length);
    },
  );
}

Deno.test(
  "the buffers of messages on their way are returned once when the session is lost",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      pool: { resumeMs: 1 },
    });
    const [here, there] = await net.connected();
    const returns = new Returns();
    const sizes = [20_000_000, 400_000, 10];
    const sends = sizes.map((bytes, seed) => {
      const sending = returns.send(here, message(bytes, seed));
      return assertRejects(() => sending, SessionLostError);
    });
    await there.readable.getReader().read();
    net.proxy.refuse = true;
    net.proxy.cut();
    await Promise.all(sends);
    const returned = [];
    for (const _ of sizes) {
      returned.push((await returns.buffers.next()).byteLength - 20);
    }
    assertEquals(returned.sort(), sizes.toSorted());
    assertEquals(returns.count, sizes.length);
  },
);

Deno.test(
  "the buffers of messages that were taken and not received are returned when the session is closed",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system, { closeMs: 1 });
    const connecting = pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    const returns = new Returns();
    await returns.send(connection, message(60_000));
    await peer.next(FrameType.DATA);
    await returns.expect(60_000);
    await pool.close();
    assertEquals(returns.count, 1);
  },
);

Deno.test(
  "an onReturn that throws is reported, and the session goes on",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const error = new Error("no room for it");
    await here.send(message(10), {
      transfer: true,
      onReturn: () => {
        throw error;
      },
    });
    assertEquals(await net.failures.next(), error);
    assertEquals(await there.receive(), pattern(10, 0));
  },
);

Deno.test(
  "a buffer that cannot be transferred is refused, and stays as it is",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const returns = new Returns();
    const shared = new Uint8Array(new SharedArrayBuffer(10));
    const error = await assertRejects(() => returns.send(here, shared));
    assertInstanceOf(error, TypeError);
    await here.send(shared);
    assertEquals((await there.receive())?.length, 10);
    assertEquals(returns.count, 0);
  },
);

Deno.test(
  "cuts lose, double and reorder nothing of messages with their buffers and of many at once, and each buffer is returned",
  bounded,
  async () => {
    const returns = new Returns();
    const random = randomFrom(11);
    const sizes = Array.from(
      { length: 150 },
      () =>
        random() < 0.3
          ? Math.floor(random() * 2_000_000)
          : Math.floor(random() * 3000),
    );
    const talk = async (connection: LogicalConnection): Promise<string[]> => {
      const sending = (async () => {
        for (const [seed, bytes] of sizes.entries()) {
          if (seed % 3 > 0) {
            await returns.send(connection, message(bytes, seed));
          } else await connection.sendAll([message(bytes, seed)]);
        }
        await connection.closeWrite();
      })();
      const received: string[] = [];
      for await (const message of connection) received.push(sha256(message));
      await sending;
      return received;
    };
    const served = new Happenings<string[]>();
    await using net = new ProxiedNet({
      serve: async (connection) => served.push(await talk(connection)),
      pool: { retryMs: 10_000, backoff: { initialMs: 0 } },
    });
    let isOver = false;
    const cutting = (async () => {
      while (!isOver) {
        const link = await net.proxy.connections.next();
        const direction = random() < 0.5 ? "to_target" : "to_dialler";
        net.proxy.cutAfter(1 + Math.floor(random() * 4_000_000), direction);
        await link.closed;
      }
    })();
    const connection = await net.connect();
    const expected = sizes.map((bytes, seed) => sha256(pattern(bytes, seed)));
    assertEquals(await talk(connection), expected);
    assertEquals(await served.next(), expected);
    isOver = true;
    assert(net.listener.stats().resumes > 5);
    for (let i = 0; i < 200; i++) await returns.buffers.next();
    assertEquals(returns.count, 200);
    await net.pool.close();
    net.proxy.cut();
    await cutting;
  },
);
