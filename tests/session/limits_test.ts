import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  ConnectionResetError,
  KeepAliveError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import { encodeUint64 } from "../../src/session/wire/frame.ts";
import { ErrorCode, FrameType, PONG } from "../../src/session/wire/protocol.ts";
import { pattern, text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import {
  frameBytes,
  hello,
  RawPeer,
  RawServer,
  type Speech,
} from "../support/raw_peer.ts";

/** Sends a ping and awaits its reply: everything before it has arrived then. */
async function ping(peer: RawPeer): Promise<void> {
  const payload = crypto.getRandomValues(new Uint8Array(8));
  await peer.frame(FrameType.PING, 0, payload).flush();
  while (true) {
    const frame = await peer.next(FrameType.PING);
    if (`${frame.payload}` === `${payload}`) return;
  }
}

// Signs of life.

Deno.test(
  "any byte is a sign of life, even of an incomplete frame",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({
      clock,
      serve: echo,
      listen: { frameMs: 1_000_000 },
      pool: { keepAliveMs: 1_000_000 },
    });
    const other = await net.connect();
    using peer = await RawPeer.meet(net.listener.address);
    await ping(peer);
    clock.advance(15_000);
    const trickle = frameBytes(FrameType.PING, 0, 0, encodeUint64(77));
    // It pings, and receives no reply but a byte of something else each time.
    for (const byte of trickle.subarray(0, -1)) {
      clock.advance(15_000);
      await peer.next(FrameType.PING);
      await peer.write(Uint8Array.of(byte));
      // By the time that these have come and gone, so has the byte.
      await roundTrip(other);
      await roundTrip(other);
      clock.advance(10_000);
      await roundTrip(other);
      assertEquals(net.peerErrors.untaken, 0);
    }
    await peer.write(trickle.subarray(-1));
    const { payload } = await peer.next(FrameType.PING);
    assertEquals(payload, encodeUint64(77));
  },
);

Deno.test(
  "a silent peer is pinged after keepAliveMs, and given up after another keepAliveTimeoutMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    const limits = { keepAliveMs: 1000, keepAliveTimeoutMs: 500, resumeMs: 0 };
    await using net = new Net({ clock, listen: limits });
    using peer = await RawPeer.meet(net.listener.address);
    await ping(peer);
    clock.advance(1000);
    clock.advance(1000);
    const asked = await peer.next(FrameType.PING);
    assertEquals(asked.flags & PONG, 0);
    clock.advance(499);
    await net.system.idle();
    assertEquals(net.peerErrors.untaken, 0);
    clock.advance(1);
    assertInstanceOf(await net.peerErrors.next(), KeepAliveError);
    await net.until(() => net.listener.stats().sockets === 0);
  },
);

Deno.test(
  "a peer that replies to pings is kept",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock });
    using peer = await RawPeer.meet(net.listener.address);
    await ping(peer);
    clock.advance(15_000);
    for (let round = 0; round < 5; round++) {
      clock.advance(15_000);
      const { payload } = await peer.next(FrameType.PING);
      await peer.frame(FrameType.PING, 0, payload, PONG).flush();
      await ping(peer);
      clock.advance(10_000);
    }
    await ping(peer);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test(
  "a peer that trickles a frame for over frameMs is cut off, and others are not",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock, serve: echo });
    const other = await net.connect();
    using peer = await RawPeer.meet(net.listener.address);
    await ping(peer);
    const slow = frameBytes(FrameType.DATA, 0, 1, new Uint8Array(1000));
    let at = 0;
    for (; net.peerErrors.untaken === 0 && at < 10; at++) {
      await peer.write(slow.subarray(at, at + 1));
      await net.system.idle();
      await roundTrip(other);
      clock.advance(7500);
      await net.system.idle();
    }
    const error = await net.peerErrors.next();
    assertInstanceOf(error, ProtocolError);
    assertEquals(error.code, ErrorCode.TIMEOUT);
    assertEquals((await peer.goAway())?.code, ErrorCode.TIMEOUT);
    await roundTrip(other);
  },
);

// Floods.

const floods: Record<string, (speech: Speech, number: number) => void> = {
  pings: (speech) => speech.frame(FrameType.PING, 0, new Uint8Array(8)),
  resets: (speech, number) =>
    speech.open(number).reason(FrameType.RESET, number, ErrorCode.CANCELLED),
  "opens over the limit": (speech, number) => speech.open(number),
  "credit that changes nothing": (speech) =>
    speech.frame(FrameType.ACK, 0, encodeUint64(0)),
};

for (const [what, say] of Object.entries(floods)) {
  Deno.test(
    `a flood of ${what} ends its session with CALM, and touches no other`,
    bounded,
    async () => {
      // Time stands still: it is as fast as can be.
      const clock = new ManualClock();
      await using net = new Net({
        clock,
        serve: echo,
        listen: { maxStreams: 5 },
      });
      const other = await net.connect();
      using peer = await RawPeer.meet(net.listener.address);
      const ended = peer.goAway();
      let number = 1;
      try {
        for (let round = 0; round < 110; round++) {
          for (let i = 0; i < 100; i++, number += 2) say(peer, number);
          await peer.flush();
        }
      } catch {
        // It is over already.
      }
      assertEquals((await ended.catch(() => undefined))?.code, ErrorCode.CALM);
      const error = await net.peerErrors.next();
      assertInstanceOf(error, ProtocolError);
      assertEquals(error.code, ErrorCode.CALM);
      await roundTrip(other);
    },
  );
}

// Idleness.

Deno.test(
  "an idle connection is reset with TIMEOUT, and a busy one is not",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock, listen: { idleMs: 10_000 } });
    const [idle, idleThere] = await net.pair();
    const [sends, sendsThere] = await net.pair();
    const [hears, hearsThere] = await net.pair();
    for (let checks = 0; checks < 6; checks++) {
      await sends.send(utf8("up"));
      assertEquals(text(await sendsThere.receive()), "up");
      await hearsThere.send(utf8("down"));
      assertEquals(text(await hears.receive()), "down");
      clock.advance(5000);
      await net.system.idle();
      if (checks < 2) assertEquals(idleThere.phase, "connected");
    }
    const error = await assertRejects(
      () => idle.receive(),
      ConnectionResetError,
    );
    assertEquals(error.code, ErrorCode.TIMEOUT);
    await idleThere.closed;
    await sends.send(utf8("still here"));
    assertEquals(text(await sendsThere.receive()), "still here");
  },
);

Deno.test(
  "a connection with a long message under way is not idle",
  bounded,
  async () => {
    const clock = new ManualClock();
    const windows = { windowBytes: 65_536, maxWindowBytes: 65_536 };
    await using net = new Net({
      clock,
      pool: { idleMs: 10_000 },
      listen: windows,
    });
    const [here, there] = await net.pair();
    const sending = here.send(new Uint8Array(3_000_000));
    const reader = there.readable.getReader();
    let got = 0;
    for (let read = 0; got < 3_000_000; read++) {
      got += (await reader.read()).value?.length ?? 0;
      // The reader takes far longer than idleMs over all of it.
      if (read % 5 === 0) clock.advance(5000);
    }
    await sending;
    assert(clock.now() > 10_000, `${clock.now()}`);
    reader.releaseLock();
  },
);

Deno.test(
  "a session without connections is closed after idleMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new ProxiedNet({ clock, listen: { idleMs: 10_000 } });
    const [here, there] = await net.connected();
    here.reset();
    await there.closed;
    for (let checks = 0; checks < 3; checks++) {
      clock.advance(5000);
      await net.system.idle();
    }
    await net.expect("here", "closed");
    await net.until(() => net.listener.stats().sessions === 0);
  },
);

// How many.

Deno.test(
  "connect() waits while the peer allows no more connections, in order and each for one",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 1 } });
    const first = await net.connect();
    const waiting = [1, 2, 3].map(async () => {
      const connection = await net.connect();
      await roundTrip(connection);
      await connection.close();
    });
    await roundTrip(first);
    await first.close();
    await Promise.all(waiting);
    assertEquals(net.pool.stats().leases, 0);
  },
);

for (const who of ["signal", "holder"] as const) {
  Deno.test(
    `a ${who} ends the wait for a connection, which then costs nothing`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo, listen: { maxStreams: 1 } });
      const first = await net.connect();
      await first.accepted;
      const patience = new AbortController();
      const { signal } = patience;
      const given = who === "signal" ? { signal } : { holder: { signal } };
      const waiting = assertRejects(() => net.connect(given), Error, "no time");
      await roundTrip(first);
      assertEquals(net.pool.stats().leases, 2);
      patience.abort(new Error("no time"));
      await waiting;
      await net.system.idle();
      assertEquals(net.pool.stats().leases, 1);
      await roundTrip(first);
    },
  );
}

Deno.test(
  "sessions over maxSessions are refused with CALM and a retryAfterMs",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxSessions: 2 } });
    const connection = await net.connect();
    const peers = await Promise.all(
      Array.from({ length: 10 }, () => RawPeer.dial(net.listener.address)),
    );
    // All at once: there is room for one.
    await Promise.all(peers.map((peer) => {
      const sessionId = crypto.getRandomValues(new Uint8Array(16));
      return hello(FrameType.HELLO, { sessionId })(peer);
    }));
    const replies = await Promise.all(peers.map((peer) => peer.any()));
    const welcomes = replies.filter(({ type }) => type === FrameType.WELCOME);
    assertEquals(welcomes.length, 1);
    await using pool = new ConnectionPool(net.system);
    const error = await assertRejects(
      () => pool.connect(net.listener.address),
      SessionLostError,
    );
    assertEquals(error.code, ErrorCode.CALM);
    assert(error.retryAfterMs > 0);
    for (const peer of peers) peer[Symbol.dispose]();
    await roundTrip(connection);
  },
);

Deno.test(
  "socketsPerPeer spreads connections, and shares when all are in use",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, pool: { socketsPerPeer: 3 } });
    const connections = [];
    for (let i = 0; i < 7; i++) connections.push(await net.connect());
    for (const connection of connections) await roundTrip(connection);
    assertEquals(net.listener.stats().sessions, 3);
    assertEquals(net.pool.stats().leases, 7);
  },
);

// Whose turn it is.

Deno.test(
  "streams of high priority that wait go before those of lower priority",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net();
    const open = (priority: "high" | "normal" | "low") =>
      net.pool.connect(server.address, { priority });
    const connecting = [open("low"), open("normal"), open("high")];
    using peer = await server.meet();
    const [low, normal, high] = await Promise.all(connecting);
    for (const stream of [1, 3, 5]) {
      peer.frame(FrameType.WINDOW, stream, encodeUint64(16_000_000));
    }
    await ping(peer);
    // More than leaves at once, while nobody reads.
    const bulk = pattern(3_000_000);
    const sending = [low?.send(bulk), normal?.send(bulk)];
    for (let i = 0; i < 20; i++) sending.push(high?.send(pattern(1000)));
    const bytes = { low: 0, normal: 0 };
    for (let count = 0; count < 20;) {
      const { stream, payload } = await peer.next(FrameType.DATA);
      if (stream === 5) count++;
      else bytes[stream === 1 ? "low" : "normal"] += payload.length;
    }
    // Some of what came first had left before.
    assert(bytes.low + bytes.normal < 1_000_000, Deno.inspect(bytes));
    // Low bulk is not starved by normal bulk, but has the smaller share.
    while (bytes.normal < bulk.length) {
      const { stream, payload } = await peer.next(FrameType.DATA);
      if (stream !== 5) {
        bytes[stream === 1 ? "low" : "normal"] += payload.length;
      }
      await peer.ack().flush();
    }
    assert(bytes.low > 0 && bytes.low < bulk.length / 2, Deno.inspect(bytes));
    while (bytes.low < bulk.length) {
      bytes.low += (await peer.next(FrameType.DATA)).payload.length;
      await peer.ack().flush();
    }
    await Promise.all(sending);
  },
);
