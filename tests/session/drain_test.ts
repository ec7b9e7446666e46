import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ConnectError,
  ConnectionRefusedError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { listen } from "../../src/tcp/listener.ts";
import {
  decodeGoAway,
  decodeHello,
  encodeHello,
} from "../../src/session/wire/frame.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { RawPeer, RawServer, welcomeTo } from "../support/raw_peer.ts";

Deno.test(
  "drain() lets running connections finish, and then closes",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    let drained = false;
    const draining = net.listener.drain().then(() => drained = true);
    await here.send(utf8("one"));
    assertEquals(text(await there.receive()), "one");
    await there.send(utf8("two"));
    assertEquals(text(await here.receive()), "two");
    assertEquals(drained, false);
    await Promise.all([here.close(), there.close()]);
    await draining;
    assertEquals(net.listener.stats().sessions, 0);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test("drain() of a listener without sessions closes it", async () => {
  await using net = new Net();
  await net.listener.drain();
  await assertRejects(() => net.connect(), ConnectError);
});

Deno.test(
  "a drained socket takes no new connections: the pool dials again",
  bounded,
  async () => {
    await using net = new ProxiedNet({ serve: echo });
    await using other = listen(net.system, { port: 0, serve: echo });
    const before = await net.connect();
    await roundTrip(before);
    const draining = net.listener.drain();
    net.proxy.target = other.address;
    // It has heard of it when the ping after it is answered.
    while (net.pool.stats().leases > 0) await roundTrip(before);
    const after = await net.connect();
    await roundTrip(after);
    await roundTrip(before);
    assertEquals(other.stats().sessions, 1);
    await before.close();
    await draining;
    await roundTrip(after);
  },
);

Deno.test(
  "connect() to a listener that drains rejects with an error that says so",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const draining = net.listener.drain();
    await net.system.idle();
    await using other = new Net();
    const error = await assertRejects(
      () => other.pool.connect(net.listener.address),
      SessionLostError,
      "going away",
    );
    assertEquals(error.code, ErrorCode.GOING_AWAY);
    here.reset();
    await draining;
  },
);

Deno.test(
  "a pool does not dial a drained address for retryAfterMs, and its error says for how long",
  bounded,
  async () => {
    const clock = new ManualClock();
    // The clock jumps: nobody can reply meanwhile.
    const quiet = { keepAliveMs: 1_000_000 };
    await using net = new ProxiedNet({
      clock,
      serve: echo,
      listen: quiet,
      pool: quiet,
    });
    await using other = listen(net.system, { port: 0, serve: echo });
    const before = await net.connect();
    await roundTrip(before);
    const draining = net.listener.drain({ retryAfterMs: 60_000 });
    while (net.pool.stats().leases > 0) await roundTrip(before);
    net.proxy.target = other.address;
    clock.advance(20_000);
    const { dials } = net.pool.stats();
    await assertRejects(() => net.connect(), ConnectError, "40000 ms");
    assertEquals(net.pool.stats().dials, dials);
    clock.advance(39_999);
    await assertRejects(() => net.connect(), ConnectError, "another 1 ms");
    clock.advance(1);
    await roundTrip(await net.connect());
    before.reset();
    await draining;
  },
);

for (const retryAfterMs of [-1, NaN, Infinity, 2 ** 32]) {
  Deno.test(
    `drain() with a retryAfterMs of ${retryAfterMs} is refused, and drains nothing`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo });
      await assertRejects(
        () => net.listener.drain({ retryAfterMs }),
        RangeError,
        `Cannot use retryAfterMs: it is ${retryAfterMs}, it must be from 0 to 4294967295`,
      );
      await roundTrip(await net.connect());
    },
  );
}

Deno.test(
  "a pool does not dial an address for an hour at most, whatever its server asks for",
  bounded,
  async () => {
    const clock = new ManualClock();
    using server = new RawServer();
    await using net = new Net({ clock });
    const refused = assertRejects(
      () => net.pool.connect(server.address),
      SessionLostError,
    );
    using peer = await server.accept();
    await peer.next(FrameType.HELLO);
    const goAway = { retryAfterMs: 2 ** 32 - 1 };
    await peer.preface().goodbye(ErrorCode.CALM, "full", goAway).flush();
    await refused;
    await assertRejects(
      () => net.pool.connect(server.address),
      ConnectError,
      "another 3600000 ms",
    );
  },
);

Deno.test(
  "an address that refuses with a retryAfterMs is not dialled before that",
  bounded,
  async () => {
    const clock = new ManualClock();
    using server = new RawServer();
    await using net = new Net({ clock });
    const refused = assertRejects(
      () => net.pool.connect(server.address),
      SessionLostError,
    );
    using peer = await server.accept();
    await peer.next(FrameType.HELLO);
    const goAway = { retryAfterMs: 5000 };
    await peer.preface().goodbye(ErrorCode.CALM, "full", goAway).flush();
    assertEquals((await refused).retryAfterMs, 5000);
    await assertRejects(
      () => net.pool.connect(server.address),
      ConnectError,
      "5000 ms",
    );
    clock.advance(5000);
    const again = net.pool.connect(server.address);
    using _ = await server.meet();
    await again;
  },
);

Deno.test(
  "drain() stops waiting at its signal, and closes what is left",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const patience = new AbortController();
    const draining = net.listener.drain({ signal: patience.signal });
    const ended = assertRejects(() => here.receive(), SessionLostError);
    patience.abort();
    await draining;
    await ended;
  },
);

Deno.test(
  "drain() with a signal that has aborted closes",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    await net.listener.drain({ signal: AbortSignal.abort() });
    await assertRejects(() => here.receive(), SessionLostError);
  },
);

Deno.test(
  "the last stream is named, and later ones are refused",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).open(3).flush();
    await peer.next(FrameType.ACCEPT);
    await peer.next(FrameType.ACCEPT);
    const draining = net.listener.drain({ retryAfterMs: 7 });
    const { payload } = await peer.next(FrameType.GOAWAY);
    const { code, lastStream, retryAfterMs } = decodeGoAway(payload);
    assertEquals(
      [code, lastStream, retryAfterMs],
      [ErrorCode.GOING_AWAY, 3, 7],
    );
    await peer.open(5).frame(FrameType.DATA, 3, utf8("hello"), 1).flush();
    const frames = [await peer.any(), await peer.any()];
    const refused = frames.find(({ stream }) => stream === 5);
    assertEquals(refused?.type, FrameType.RESET);
    const reply = frames.find(({ stream }) => stream === 3);
    assertEquals(text(reply?.payload), "hello");
    await peer.reason(FrameType.RESET, 1, ErrorCode.CANCELLED)
      .reason(FrameType.RESET, 3, ErrorCode.CANCELLED).flush();
    const { payload: last } = await peer.next(FrameType.GOAWAY);
    assertEquals(decodeGoAway(last).code, ErrorCode.NONE);
    await peer.ack().flush();
    peer[Symbol.dispose]();
    await draining;
  },
);

Deno.test(
  "connections above the last stream of a GOAWAY are refused, and the others go on",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net();
    const connecting = [1, 3].map(() => net.pool.connect(server.address));
    using peer = await server.meet();
    const [one, three] = await Promise.all(connecting);
    assert(one !== undefined && three !== undefined);
    await peer.goodbye(ErrorCode.GOING_AWAY, "full", { lastStream: 1 }).flush();
    await assertRejects(() => three.accepted, ConnectionRefusedError, "full");
    await assertRejects(() => three.receive(), ConnectionRefusedError);
    await peer.frame(FrameType.DATA, 1, utf8("still here"), 1).flush();
    assertEquals(text(await one.receive()), "still here");
  },
);

Deno.test(
  "a session may be resumed while its listener drains",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [here, there] = await net.connected();
    const draining = net.listener.drain();
    await net.interrupt();
    await here.send(utf8("one"));
    net.proxy.refuse = false;
    assertEquals(text(await there.receive()), "one");
    await Promise.all([here.close(), there.close()]);
    await draining;
  },
);

Deno.test(
  "a server that sends a GOAWAY right after its WELCOME is a typed error, and not dialled without end",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net();
    const refused = assertRejects(
      () => net.pool.connect(server.address),
      ConnectError,
      "went away",
    );
    using peer = await server.accept();
    const { payload } = await peer.next(FrameType.HELLO);
    const welcome = encodeHello(welcomeTo(decodeHello(payload)));
    await peer.preface().frame(FrameType.WELCOME, 0, welcome)
      .goodbye(ErrorCode.GOING_AWAY).flush();
    await refused;
    assertEquals(net.pool.stats().dials, 1);
  },
);
