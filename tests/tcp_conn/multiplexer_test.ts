import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  ConnectError,
  ConnectionClosedError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { type Chunk, ChunkReader } from "../../src/tcp_conn/chunk_reader.ts";
import {
  IdleTimeoutError,
  MixedMessagesError,
  UnreadOverflowError,
} from "../../src/tcp_conn/errors.ts";
import { Multiplexer } from "../../src/tcp_conn/multiplexer.ts";
import {
  resolveTcpConnOptions,
  type TcpConnOptions,
} from "../../src/tcp_conn/options.ts";
import type { RoutedConnection } from "../../src/tcp_conn/routed_connection.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import { pattern } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { uuid } from "./support.ts";

const A = uuid(0xa);
const B = uuid(0xb);

/** A multiplexer without a socket. */
class Bench {
  readonly clock = new ManualClock();
  readonly opened: RoutedConnection[] = [];
  readonly counter = { droppedBytes: 0 };
  readonly multiplexer: Multiplexer;

  constructor(side: "listener" | "dialler", options: TcpConnOptions = {}) {
    this.multiplexer = new Multiplexer({
      limits: resolveTcpConnOptions({
        idleMs: Infinity,
        stallMs: 0,
        ...options,
      }),
      clock: this.clock,
      remote: { hostname: "192.0.2.1", port: 1 },
      counter: this.counter,
      onOpen: side === "dialler"
        ? undefined
        : (connection) => this.opened.push(connection),
      onOutput() {},
    });
  }

  /** The peer says this. */
  hear(id: string, totalBytes: number, data: Uint8Array): void {
    this.multiplexer.sink({ id, totalBytes, data });
  }

  /** Whole chunks that the socket takes, as much as there is room for. */
  written(): Chunk[] {
    const reader = new ChunkReader();
    const chunks: Chunk[] = [];
    const bytes = this.multiplexer.out.take();
    for (let at = 0; at < bytes.length;) {
      const space = reader.space();
      const count = Math.min(space.length, bytes.length - at);
      space.set(bytes.subarray(at, at + count));
      reader.advance(
        count,
        (chunk) => chunks.push({ ...chunk, data: chunk.data.slice() }),
      );
      at += count;
    }
    reader.end();
    this.multiplexer.pump();
    return chunks;
  }
}

// What arrives.

Deno.test("the first chunk of an id opens it, and later ones do not", async () => {
  const bench = new Bench("listener");
  bench.hear(A, 3, pattern(2));
  bench.hear(A, 3, pattern(1));
  bench.hear(A, 0, pattern(0));
  assertEquals(bench.opened.map(({ id }) => id), [A]);
  assertEquals((await bench.opened[0]?.receive())?.length, 3);
  assertEquals((await bench.opened[0]?.receive())?.length, 0);
});

Deno.test("messages of many ids that arrive in turns stay apart", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          id: fc.nat({ max: 3 }).map(uuid),
          sizes: fc.array(fc.integer({ min: 1, max: 50 }), {
            minLength: 1,
            maxLength: 4,
          }),
        }),
        { maxLength: 12 },
      ),
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (messages, turns) => {
        const bench = new Bench("listener");
        const queues = new Map<string, (() => void)[]>();
        const expected = new Map<string, string[]>();
        for (const [i, { id, sizes }] of messages.entries()) {
          const total = sizes.reduce((sum, size) => sum + size, 0);
          const whole = pattern(total, i);
          const queue = queues.get(id) ?? [];
          let at = 0;
          for (const size of sizes) {
            const data = whole.subarray(at, at += size);
            queue.push(() => bench.hear(id, total, data));
          }
          queues.set(id, queue);
          expected.set(id, [...expected.get(id) ?? [], String(whole)]);
        }
        while (queues.size > 0) {
          const ids = [...queues.keys()];
          const id = ids[(turns.next().value ?? 0) % ids.length] as string;
          queues.get(id)?.shift()?.();
          if (queues.get(id)?.length === 0) queues.delete(id);
        }
        for (const connection of bench.opened) {
          for (const message of expected.get(connection.id) ?? []) {
            assertEquals(String(await connection.receive()), message);
          }
        }
        assertEquals(bench.opened.length, expected.size);
        assertEquals(bench.multiplexer.holdings.bytes, 0);
      },
    ),
    { numRuns: 100, seed: 20_260_104 },
  );
});

Deno.test("a dialler drops and counts what comes for ids that nobody uses", () => {
  const bench = new Bench("dialler");
  bench.hear(A, 5, pattern(3));
  bench.hear(A, 5, pattern(2));
  assertEquals(bench.counter.droppedBytes, 5);
});

Deno.test("an id that is taken into use in the middle of a message starts with the next", async () => {
  const bench = new Bench("dialler");
  bench.hear(A, 5, pattern(3));
  const connection = bench.multiplexer.open(A);
  bench.hear(A, 5, pattern(2));
  bench.hear(A, 4, pattern(4));
  assertEquals((await connection.receive()).length, 4);
});

Deno.test("the rest of a message whose connection was closed never starts another", async () => {
  const bench = new Bench("listener");
  bench.hear(A, 10, pattern(4));
  bench.opened[0]?.reset();
  bench.hear(A, 10, pattern(6));
  assertEquals(bench.opened.length, 1);
  bench.hear(A, 2, pattern(2));
  assertEquals(bench.opened.length, 2);
  assertEquals((await bench.opened[1]?.receive())?.length, 2);
});

for (
  const [what, totalBytes, data] of [
    ["of another length", 9, pattern(2)],
    ["longer than its rest", 10, pattern(7)],
  ] as const
) {
  Deno.test(`a chunk ${what} in the middle of a message ends its id alone`, async () => {
    const bench = new Bench("listener");
    bench.hear(B, 4, pattern(2));
    bench.hear(A, 10, pattern(4));
    const [other, mixed] = bench.opened;
    const read = mixed?.receive();
    bench.hear(A, totalBytes, data);
    await assertRejects(async () => await read, MixedMessagesError);
    bench.hear(A, 1, pattern(1));
    assertEquals(bench.opened.length, 2);
    bench.hear(B, 4, pattern(2));
    assertEquals((await other?.receive())?.length, 4);
    assertEquals(bench.counter.droppedBytes, 4 + data.length + 1);
  });
}

// Bounds.

Deno.test("an id that nobody reads fails alone, and is dropped and counted from then on", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536 });
  bench.hear(B, 3, pattern(3));
  for (let i = 0; i < 100; i++) bench.hear(A, 1000, pattern(1000));
  const [other, unread] = bench.opened;
  await assertRejects(async () => await unread?.receive(), UnreadOverflowError);
  await assertRejects(
    async () => await unread?.send(pattern(1)),
    UnreadOverflowError,
  );
  await unread?.closed;
  assertEquals(bench.opened.length, 2);
  assert(bench.counter.droppedBytes >= 100_000, "dropped and not counted");
  assert(bench.multiplexer.holdings.bytes < 65_536);
  assertEquals((await other?.receive())?.length, 3);
});

Deno.test("a message that is never ended counts as unread", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536 });
  const [total, piece] = [16_777_216, pattern(30_000)];
  for (let i = 0; i < 3; i++) bench.hear(A, total, piece);
  await assertRejects(
    async () => await bench.opened[0]?.receive(),
    UnreadOverflowError,
  );
  assertEquals(bench.multiplexer.holdings.bytes, 0);
});

Deno.test("empty messages that nobody reads are bounded as well", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536 });
  for (let i = 0; i < 300; i++) bench.hear(A, 0, pattern(0));
  await assertRejects(
    async () => await bench.opened[0]?.receive(),
    UnreadOverflowError,
  );
});

Deno.test("messages that were read no longer count", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536 });
  for (let i = 0; i < 100; i++) {
    bench.hear(A, 10_000, pattern(10_000));
    assertEquals((await bench.opened[0]?.receive())?.length, 10_000);
  }
  assertEquals(bench.multiplexer.holdings.bytes, 0);
});

Deno.test("when a socket holds too much, the connection that holds most of it fails", async () => {
  const bench = new Bench("listener", { maxSocketUnreadBytes: 65_536 });
  bench.hear(A, 40_000, pattern(40_000));
  bench.hear(B, 26_000, pattern(26_000));
  const [fullest, other] = bench.opened;
  await assertRejects(
    async () => await fullest?.receive(),
    UnreadOverflowError,
  );
  assertEquals((await other?.receive())?.length, 26_000);
});

Deno.test("a peer with too many ids breaks the protocol, and spoiled ones count", () => {
  const bench = new Bench("listener", {
    maxConnections: 2,
    maxUnreadBytes: 65_536,
  });
  bench.hear(A, 70_000, pattern(65_536));
  bench.hear(A, 70_000, pattern(4464));
  bench.hear(B, 1, pattern(1));
  assertThrows(() => bench.hear(uuid(3), 1, pattern(1)), ProtocolError);
});

Deno.test("ids that are done with make room for others", () => {
  const bench = new Bench("listener", { maxConnections: 1 });
  for (let n = 0; n < 10; n++) {
    bench.hear(uuid(n), 1, pattern(1));
    bench.opened[n]?.reset();
  }
  assertEquals(bench.opened.length, 10);
});

Deno.test("an id that is in use or spoiled is refused", () => {
  const bench = new Bench("dialler", { maxUnreadBytes: 65_536 });
  bench.multiplexer.open(A);
  assertThrows(() => bench.multiplexer.open(A), ConnectError, "in use");
  for (let i = 0; i < 300; i++) bench.hear(A, 0, pattern(0));
  assertThrows(() => bench.multiplexer.open(A), ConnectError, "spoiled");
});

// Backpressure.

Deno.test("a full connection holds up its socket while it is read, and then no more", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536, stallMs: 100 });
  const { multiplexer, clock } = bench;
  for (let i = 0; i < 10; i++) bench.hear(A, 10_000, pattern(10_000));
  const [connection] = bench.opened;
  const stalled = multiplexer.stalled;
  assert(stalled !== undefined, "nobody waits");
  for (let i = 0; i < 4; i++) {
    assert(multiplexer.stalled !== undefined, "it was read on too early");
    clock.advance(90);
    await connection?.receive();
  }
  await stalled;
  assertEquals(multiplexer.stalled, undefined);
  for (let i = 0; i < 6; i++) await connection?.receive();
  assertEquals(bench.counter.droppedBytes, 0);
});

Deno.test("a full connection that nobody reads fails after stallMs, and its socket goes on", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536, stallMs: 100 });
  bench.hear(B, 5, pattern(5));
  for (let i = 0; i < 10; i++) bench.hear(A, 10_000, pattern(10_000));
  const [other, full] = bench.opened;
  const { stalled } = bench.multiplexer;
  bench.clock.advance(60);
  await other?.receive();
  assert(bench.multiplexer.stalled !== undefined, "another one's read counts");
  bench.clock.advance(40);
  await stalled;
  await assertRejects(async () => await full?.receive(), UnreadOverflowError);
  assertEquals(bench.multiplexer.stalled, undefined);
});

Deno.test("two full connections hold up their socket until both are read or gone", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536, stallMs: 100 });
  for (const id of [A, B]) {
    for (let i = 0; i < 7; i++) bench.hear(id, 10_000, pattern(10_000));
  }
  const { stalled } = bench.multiplexer;
  await bench.opened[0]?.receive();
  assert(bench.multiplexer.stalled !== undefined, "the other one is full");
  bench.opened[1]?.reset();
  await stalled;
  assertEquals(bench.multiplexer.stalled, undefined);
});

Deno.test("a full socket is held up until some of it is read", async () => {
  const bench = new Bench("listener", {
    maxSocketUnreadBytes: 65_536,
    stallMs: 100,
  });
  for (const id of [A, B]) {
    for (let i = 0; i < 4; i++) bench.hear(id, 10_000, pattern(10_000));
  }
  const { stalled } = bench.multiplexer;
  assert(stalled !== undefined, "nobody waits");
  for (const connection of bench.opened) await connection.receive();
  await stalled;
  assertEquals(bench.counter.droppedBytes, 0);
});

Deno.test("the end of a socket ends what holds it up", async () => {
  const bench = new Bench("listener", { maxUnreadBytes: 65_536, stallMs: 100 });
  for (let i = 0; i < 10; i++) bench.hear(A, 10_000, pattern(10_000));
  const { stalled } = bench.multiplexer;
  bench.multiplexer.fail(new Error("the cable is cut"));
  await stalled;
  assertEquals(bench.clock.pending, 0);
});

// What goes out.

Deno.test("large messages take turns, and a small one waits for few of their chunks", () => {
  const bench = new Bench("dialler");
  const { multiplexer } = bench;
  const [large, other] = [A, B].map((id) => multiplexer.open(id));
  large?.send(pattern(500_000));
  other?.send(pattern(300_000, 2));
  multiplexer.open(uuid(1)).send(pattern(1));
  const order: string[] = [];
  for (let chunks = bench.written(); chunks.length > 0;) {
    order.push(...chunks.map(({ id }) => id));
    chunks = bench.written();
  }
  assertEquals(order.filter((id) => id === A).length, 8);
  assertEquals(order.filter((id) => id === B).length, 5);
  const small = order.indexOf(uuid(1));
  assert(small >= 0 && small < 6, `the small one was number ${small}`);
});

Deno.test("no more than 64 messages are under way at once, and all arrive", () => {
  const bench = new Bench("dialler");
  const arrived = new Map<string, number>();
  let most = 0;
  for (let n = 0; n < 100; n++) {
    bench.multiplexer.open(uuid(n)).send(pattern(700_000, n));
  }
  const started = new Set<string>();
  for (let chunks = bench.written(); chunks.length > 0;) {
    for (const { id, data, totalBytes } of chunks) {
      const bytes = (arrived.get(id) ?? 0) + data.length;
      arrived.set(id, bytes);
      started.add(id);
      most = Math.max(most, started.size);
      if (bytes === totalBytes) started.delete(id);
    }
    chunks = bench.written();
  }
  assertEquals(most, 64);
  assertEquals([...arrived.values()], Array(100).fill(700_000));
});

Deno.test("a send settles when its last chunk is taken, and not before", async () => {
  const bench = new Bench("dialler");
  let settled = false;
  const sent = bench.multiplexer.open(A).send(pattern(500_000));
  sent.then(() => settled = true);
  await Promise.resolve();
  assert(!settled);
  while (bench.written().length > 0);
  await sent;
});

Deno.test("a message that has started is finished although its connection is reset, and the next one follows it", async () => {
  const bench = new Bench("dialler");
  const first = bench.multiplexer.open(A);
  const message = pattern(400_000);
  const started = first.send(message);
  const waiting = first.send(pattern(7));
  first.reset();
  await assertRejects(() => started, ConnectionClosedError);
  await assertRejects(() => waiting, ConnectionClosedError);
  // Its sender has the buffer back.
  message.fill(0);
  bench.multiplexer.open(A).send(pattern(5));
  const sizes: number[] = [];
  for (let chunks = bench.written(); chunks.length > 0;) {
    for (const { data, totalBytes } of chunks) {
      sizes.push(totalBytes);
      if (sizes.length === 7) assert(data.some((byte) => byte !== 0));
    }
    chunks = bench.written();
  }
  assertEquals(sizes, [...Array(7).fill(400_000), 5]);
});

Deno.test("a message whose buffer is transferred while it waits is rejected, and no byte of it is sent", async () => {
  const bench = new Bench("dialler");
  const connection = bench.multiplexer.open(A);
  connection.send(pattern(400_000));
  const message = pattern(9);
  const sent = connection.send(message);
  message.buffer.transfer();
  connection.send(pattern(3));
  const totals = new Set<number>();
  for (let chunks = bench.written(); chunks.length > 0;) {
    for (const { totalBytes } of chunks) totals.add(totalBytes);
    chunks = bench.written();
  }
  await assertRejects(() => sent, TypeError, "transferred");
  assertEquals([...totals], [400_000, 3]);
});

// The end.

Deno.test("the end of the socket ends all connections, after what was whole", async () => {
  const bench = new Bench("listener");
  bench.hear(A, 3, pattern(3));
  bench.hear(A, 10, pattern(3));
  bench.hear(B, 1, pattern(1));
  const [a, b] = bench.opened;
  await b?.receive();
  const pending = b?.receive();
  const cause = new Error("the cable is cut");
  bench.multiplexer.fail(cause);
  const error = await assertRejects(
    async () => await pending,
    SessionLostError,
  );
  assertEquals(error.cause, cause);
  assertEquals((await a?.receive())?.length, 3);
  await assertRejects(async () => await a?.receive(), SessionLostError);
  await assertRejects(async () => await a?.send(pattern(1)), SessionLostError);
  await Promise.all([a?.closed, b?.closed]);
  assertThrows(() => bench.multiplexer.open(A), SessionLostError);
});

Deno.test("the end of the socket rejects what was not sent", async () => {
  const bench = new Bench("dialler");
  const connection = bench.multiplexer.open(A);
  const sends = [
    connection.send(pattern(500_000)),
    connection.send(pattern(1)),
  ];
  bench.multiplexer.fail(new Error("the cable is cut"));
  for (const sent of sends) await assertRejects(() => sent, SessionLostError);
});

Deno.test("a socket that ends in the middle of a message is truncated", () => {
  const bench = new Bench("listener");
  bench.hear(A, 3, pattern(3));
  bench.multiplexer.finish();
  bench.hear(A, 3, pattern(2));
  assertThrows(() => bench.multiplexer.finish(), TruncatedError, A);
});

// Idleness.

for (const direction of ["arrives", "is sent"] as const) {
  Deno.test(`a connection over which something ${direction} is not idle`, async () => {
    const bench = new Bench("dialler", { idleMs: 100 });
    const connection = bench.multiplexer.open(A);
    for (let i = 0; i < 5; i++) {
      bench.clock.advance(60);
      if (direction === "arrives") bench.hear(A, 1, pattern(1));
      else connection.send(pattern(1));
    }
    await connection.send(pattern(1));
    bench.clock.advance(100);
    await assertRejects(() => connection.send(pattern(1)), IdleTimeoutError);
    await connection.closed;
  });
}

Deno.test("a read that waits ends with an idle connection, and the id opens anew", async () => {
  const bench = new Bench("listener", { idleMs: 100 });
  bench.hear(A, 1, pattern(1));
  await bench.opened[0]?.receive();
  const read = bench.opened[0]?.receive();
  bench.clock.advance(100);
  const error = await assertRejects(async () => await read);
  assertInstanceOf(error, IdleTimeoutError);
  bench.hear(A, 2, pattern(2));
  assertEquals((await bench.opened[1]?.receive())?.length, 2);
});

Deno.test("a send that the peer never takes ends when the connection is idle", async () => {
  const bench = new Bench("dialler", { idleMs: 100 });
  const sent = bench.multiplexer.open(A).send(pattern(500_000));
  bench.clock.advance(100);
  await assertRejects(() => sent, IdleTimeoutError);
});
