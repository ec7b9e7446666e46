import { assertEquals, assertRejects } from "@std/assert";
import { TroupeError } from "../../src/actor/errors.ts";
import { listen } from "../../src/tcp/listener.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { RawPeer, RawServer } from "../support/raw_peer.ts";

/** Settles when the wait has, but not with an error that is not ours. */
async function typed(wait: Promise<unknown>): Promise<void> {
  try {
    await wait;
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
  }
}

/** Sends and reads on both ends, more than fits, and never to an end. */
function keepBusy(ends: LogicalConnection[]): Promise<void>[] {
  return ends.flatMap((end) => [
    ...overfill(end),
    typed((async () => {
      while (await end.receive() !== undefined) await end.send(utf8("more"));
    })()),
  ]);
}

/** Sends more than there is credit for. */
function overfill(end: LogicalConnection): Promise<void>[] {
  return Array.from({ length: 20 }, () => typed(end.send(pattern(65_536))));
}

Deno.test(
  "shutdown() with everything in flight ends everything at once",
  bounded,
  async () => {
    using silent = new RawServer();
    const net = new Net({
      // It stands still: whatever waited for a deadline would wait for ever.
      clock: new ManualClock(),
      serve(connection) {
        net.served.push(connection);
        return connection.closed;
      },
    });
    const other = listen(net.system, { port: 0, serve: echo });
    const waits: Promise<void>[] = [];
    for (let i = 0; i < 20; i++) waits.push(...keepBusy(await net.pair()));
    const stalled = await net.pair();
    for (const end of stalled) waits.push(...overfill(end));
    // It waits for its sends, which wait for the other end.
    waits.push(stalled[0].close());
    const [here, there] = await net.pair();
    waits.push(
      typed(here.readable.pipeTo(there.writable)),
      typed(there.readable.pipeTo(here.writable)),
      here.closed,
    );
    await roundTrip(await net.pool.connect(other.address));
    // A dial that nobody answers, and sockets that say nothing.
    waits.push(typed(net.pool.connect(silent.address)));
    using unanswered = await silent.accept();
    using quiet = await RawPeer.dial(net.listener.address);
    using met = await RawPeer.meet(net.listener.address);
    const ends = [unanswered, quiet, met].map(async (peer) => {
      await peer.rest();
      await peer.socket.closeWrite();
    });

    const { killed } = await net.system.shutdown();
    assertEquals(killed, []);
    await Promise.all(waits);
    await Promise.all(ends);
    assertEquals(net.pool.stats().sockets, 0);
    assertEquals(net.listener.stats().sockets, 0);
    assertEquals(net.failures.untaken, 0);
    // The root is left.
    assertEquals(net.actors, 0);
  },
);

Deno.test(
  "shutdown() does not wait long for a peer that neither reads nor closes",
  bounded,
  async () => {
    const clock = new ManualClock();
    const net = new Net({
      clock,
      serve: (connection) => connection.send(pattern(16_000_000)),
    });
    using peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).flush();
    let over = false;
    const shutdown = net.system.shutdown().finally(() => over = true);
    await net.system.idle();
    clock.advance(999);
    await net.system.idle();
    assertEquals(over, false);
    clock.advance(1);
    assertEquals((await shutdown).killed, []);
  },
);

Deno.test(
  "shutdown() in the middle of connecting leaves nothing",
  bounded,
  async () => {
    const net = new Net({ serve: echo });
    const waits = Array.from({ length: 50 }, () => typed(net.connect()));
    await net.system.shutdown();
    await Promise.all(waits);
    assertEquals(net.actors, 0);
  },
);

for (const turns of [1, 2, 3, 5, 8, 13, 21]) {
  Deno.test(
    `shutdown() ${turns} turns after the first dial leaves nothing`,
    bounded,
    async () => {
      await using lively = new Net({ serve: echo });
      const connection = await lively.connect();
      const net = new Net({ serve: echo });
      const waits = [typed(net.connect()), typed(net.connect())];
      for (let i = 0; i < turns; i++) await roundTrip(connection);
      await net.system.shutdown();
      await Promise.all(waits);
      assertEquals(net.actors, 0);
    },
  );
}

Deno.test(
  "shutdown() twice, and close() after it, are harmless",
  bounded,
  async () => {
    const net = new Net({ serve: echo });
    const connection = await net.connect();
    await Promise.all([net.system.shutdown(), net.system.shutdown()]);
    await Promise.all([
      net.pool.close(),
      net.listener.close(),
      connection.close(),
    ]);
    connection.reset();
    await connection.closed;
    await assertRejects(() => net.connect(), TroupeError);
  },
);

Deno.test(
  "both sides of a socket may close it at once, and neither calls it an error",
  bounded,
  async () => {
    for (let i = 0; i < 8; i++) {
      await using net = new Net();
      const ends = await net.pair();
      const waits = keepBusy(ends);
      await Promise.all([net.pool.close(), net.listener.close()]);
      await Promise.all(waits);
      await Promise.all(ends.map((end) => end.closed));
      assertEquals(net.peerErrors.untaken, 0);
      assertEquals(net.pool.stats().evictions, 0);
    }
  },
);

Deno.test(
  "a thousand connections that come and go leave everything as it was",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 100 } });
    const first = await net.connect();
    await roundTrip(first);
    const before = { actors: net.actors, stats: net.pool.stats() };
    for (let round = 0; round < 10; round++) {
      // As many as there is room for: one that stayed behind would be refused.
      const connections = await Promise.all(
        Array.from({ length: 99 }, () => net.connect()),
      );
      await Promise.all(connections.map(async (connection, i) => {
        await roundTrip(connection, `no. ${i}`);
        if (i % 3 === 0) connection.reset();
        else if (i % 3 === 1) await connection.close();
        else await connection.closeWrite();
        await connection.closed;
      }));
    }
    await net.until(() => net.actors === before.actors);
    const { dials, leases, sockets, evictions } = net.pool.stats();
    assertEquals(
      { dials, leases, sockets, evictions, reuses: 0 },
      before.stats,
    );
    await roundTrip(first);
  },
);

Deno.test(
  "a thousand sockets that come and go leave everything as it was",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, pool: { lingerMs: 0 } });
    // Those of the listener and the pool start first.
    await net.system.idle();
    const before = net.actors;
    for (let i = 0; i < 1000; i++) {
      const connection = await net.connect();
      if (i % 2 === 0) connection.reset();
      else await connection.close();
    }
    await net.until(() => net.actors === before);
    assertEquals(net.listener.stats(), {
      accepted: 1000,
      sockets: 0,
      sessions: 0,
      resumes: 0,
    });
    assertEquals(net.pool.stats().sockets, 0);
    assertEquals(net.peerErrors.untaken, 0);
  },
);
