/**
 * The faults of the Go package that this layer learns from, each of them as a
 * test that it is not here.
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ConnectError,
  HandshakeTimeoutError,
  SessionLostError,
} from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { ErrorCode } from "../../src/session/wire/protocol.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settledMemory } from "../support/memory.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { RawPeer, RawServer } from "../support/raw_peer.ts";

Deno.test(
  "one id that nobody reads stalls no other on the same socket",
  bounded,
  async () => {
    await using net = new Net();
    const [unread] = await net.pair();
    const bulk = unread.send(pattern(10_000_000)).catch(() => {});
    const [read, readThere] = await net.pair();
    for (let i = 0; i < 100; i++) {
      await read.send(pattern(20_000, i));
      const got = await readThere.receive();
      assertEquals(sha256(got ?? utf8("")), sha256(pattern(20_000, i)));
    }
    assertEquals(net.pool.stats().sockets, 1);
    unread.reset();
    await bulk;
  },
);

Deno.test(
  "after a reconnect there is another socket, and not the dead one",
  bounded,
  async () => {
    await using net = new ProxiedNet({ serve: echo });
    const connection = await net.connect();
    for (let socket = 1; socket <= 5; socket++) {
      await roundTrip(connection);
      assertEquals(net.proxy.accepted, socket);
      net.proxy.cut();
    }
    await roundTrip(connection);
    await roundTrip(await net.connect());
  },
);

Deno.test(
  "an id that was closed while idle can be used again",
  bounded,
  async () => {
    const clock = new ManualClock();
    // The clock jumps: nobody can answer meanwhile.
    const quiet = { keepAliveMs: 1_000_000 };
    await using net = new Net({
      clock,
      listen: quiet,
      pool: { ...quiet, idleMs: 30_000, lingerMs: 0 },
    });
    for (let round = 0; round < 3; round++) {
      const [here, there] = await net.pair({ id: "the same" });
      await here.send(utf8(`round ${round}`));
      assertEquals(text(await there.receive()), `round ${round}`);
      for (let look = 0; look < 3; look++) {
        clock.advance(15_000);
        await net.system.idle();
      }
      await here.closed;
      await there.closed;
    }
  },
);

Deno.test(
  "no receiver hangs when its socket ends, on either side",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      listen: { resumeMs: 0 },
      pool: { resumeMs: 0 },
    });
    const ends: LogicalConnection[] = [];
    for (let i = 0; i < 10; i++) ends.push(...await net.pair());
    const waiting = ends.map((end) =>
      assertRejects(() => end.receive(), SessionLostError)
    );
    net.proxy.cut();
    await Promise.all(waiting);
    await Promise.all(ends.map((end) => end.closed));
  },
);

Deno.test(
  "two peers that send each other 100 MB at once both finish",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const message = pattern(1_000_000);
    const finished = await Promise.all([here, there].map(async (end) => {
      const sending = (async () => {
        for (let i = 0; i < 100; i++) await end.send(message);
        await end.closeWrite();
      })();
      let bytes = 0;
      for await (const got of end) bytes += got.length;
      await sending;
      return bytes;
    }));
    assertEquals(finished, [100_000_000, 100_000_000]);
  },
);

Deno.test(
  "two peers that first send and only then read get along, while it fits the credit",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await Promise.all([here, there].map(async (end) => {
      await end.send(pattern(60_000));
      assertEquals((await end.receive())?.length, 60_000);
    }));
  },
);

Deno.test(
  "a dial to where nobody answers holds up no other, and ends in time",
  bounded,
  async () => {
    const clock = new ManualClock();
    // It is accepted by the system, and nobody says a word.
    using hole = new RawServer();
    await using net = new Net({ clock, serve: echo });
    const lost = assertRejects(
      () => net.pool.connect(hole.address),
      HandshakeTimeoutError,
    );
    using silent = await hole.accept();
    await roundTrip(await net.connect());
    clock.advance(10_000);
    await lost;
    await silent.rest().catch(() => {});
  },
);

Deno.test(
  "a pool gives up a dial without holding up its close",
  bounded,
  async () => {
    using hole = new RawServer();
    await using net = new Net();
    await using pool = new ConnectionPool(net.system);
    const lost = assertRejects(() => pool.connect(hole.address));
    const silent = await hole.accept();
    const closing = pool.close();
    await silent.rest().catch(() => {});
    silent[Symbol.dispose]();
    await Promise.all([closing, lost]);
    await assertRejects(() => pool.connect(hole.address), ConnectError);
  },
);

Deno.test(
  "a length that a peer announces reserves nothing",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const other = await net.connect();
    const before = await settledMemory();
    const peers: RawPeer[] = [];
    for (let i = 0; i < 20; i++) {
      const peer = await RawPeer.meet(net.listener.address);
      peers.push(peer);
      // The most that the header can say: 16 MiB of DATA.
      await peer.write(Uint8Array.of(255, 255, 255, 0, 0, 0, 0, 1));
      const goAway = await peer.goAway();
      assertEquals(goAway?.code, ErrorCode.FRAME_TOO_LARGE);
      assert(await net.peerErrors.next() instanceof ProtocolError);
    }
    // The largest that is allowed, of which nothing more comes.
    const patient = await RawPeer.meet(net.listener.address);
    await patient.open(1).flush();
    await patient.write(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1));
    await roundTrip(other);
    const after = await settledMemory();
    assert(after.external - before.external < 5_000_000);
    for (const peer of [...peers, patient]) peer[Symbol.dispose]();
  },
);

Deno.test(
  "empty messages arrive, each for itself, across a cut as well",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [here, there] = await net.pair();
    for (let i = 0; i < 5; i++) await here.send(new Uint8Array(0));
    net.proxy.cut();
    for (let i = 0; i < 5; i++) await here.send(new Uint8Array(0));
    await here.closeWrite();
    const lengths: number[] = [];
    for await (const message of there) lengths.push(message.length);
    assertEquals(lengths, new Array(10).fill(0));
  },
);

Deno.test(
  "a message that is cut in the middle arrives once and whole, and so does the next",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [here, there] = await net.connected();
    const first = pattern(200_000, 1);
    const second = pattern(200_000, 2);
    for (const place of [1, 70_000, 150_000]) {
      net.proxy.cutAfter(place, "to_target");
      const sending = [here.send(first), here.send(second)];
      for (const expected of [first, second]) {
        const got = await there.receive();
        assertEquals(sha256(got ?? utf8("")), sha256(expected));
      }
      await Promise.all(sending);
    }
    assertEquals(net.listener.stats().resumes, 3);
  },
);

Deno.test(
  "a message whose session is lost in the middle is not completed by another",
  bounded,
  async () => {
    await using net = new ProxiedNet({
      listen: { resumeMs: 0 },
      pool: { resumeMs: 0 },
    });
    const [here, there] = await net.pair({ id: "the same" });
    net.proxy.cutAfter(100_000, "to_target");
    const message = pattern(200_000);
    const sending = here.send(message).catch(() => {});
    await assertRejects(() => there.receive(), SessionLostError);
    await sending;
    const [retry, retried] = await net.pair({ id: "the same" });
    const again = retry.send(message);
    const got = await retried.receive();
    assertEquals(sha256(got ?? utf8("")), sha256(message));
    await again;
  },
);
