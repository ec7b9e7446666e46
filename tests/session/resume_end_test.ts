import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import {
  KeepAliveError,
  ResumeLostError,
  SessionLostError,
} from "../../src/session/errors.ts";
import { listen } from "../../src/tcp/listener.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { hello, RawPeer, RawServer } from "../support/raw_peer.ts";

/** A net on a clock that stands still, but for the tries to connect. */
function slowNet(clock: ManualClock): ProxiedNet {
  return new ProxiedNet({ clock, pool: { backoff: { maxMs: 0 } } });
}

/** All messages until the end or the error. */
async function everything(connection: LogicalConnection): Promise<string[]> {
  const got: string[] = [];
  try {
    for await (const message of connection) got.push(text(message) ?? "");
  } catch (error) {
    assertInstanceOf(error, SessionLostError);
  }
  return got;
}

Deno.test(
  "a listener whose process was restarted loses all connections at once, and the next connect() starts another session",
  bounded,
  async () => {
    await using net = new ProxiedNet({ serve: echo });
    await using restarted = listen(net.system, { port: 0, serve: echo });
    const connections = [
      await net.connect(),
      await net.connect(),
      await net.connect(),
    ];
    for (const connection of connections) await roundTrip(connection);
    net.proxy.target = restarted.address;
    net.proxy.cut();
    for (const connection of connections) {
      const error = await assertRejects(
        () => connection.receive(),
        ResumeLostError,
      );
      assertEquals(error.code, ErrorCode.RESUME_LOST);
      await assertRejects(() => connection.send(utf8("x")), ResumeLostError);
      assertEquals(connection.phase, "lost");
    }
    await roundTrip(await net.connect());
    assertEquals(restarted.stats().sessions, 1);
    assertEquals(net.pool.stats().evictions, 1);
  },
);

Deno.test(
  "a session without a socket for resumeMs is lost on both sides",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = slowNet(clock);
    const [here, there] = await net.connected();
    await net.interrupt();
    clock.advance(119_999);
    await net.system.idle();
    assertEquals([here.phase, there.phase], ["resuming", "resuming"]);
    clock.advance(1);
    for (const connection of [here, there]) {
      await assertRejects(() => connection.receive(), ResumeLostError);
      assertEquals(connection.phase, "lost");
    }
    assertInstanceOf(await net.peerErrors.next(), ResumeLostError);
    await net.system.idle();
    assertEquals(net.listener.stats().sessions, 0);
  },
);

Deno.test(
  "a socket whose other end is silent is destroyed, and the session goes on over another",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = slowNet(clock);
    const [here, there] = await net.connected();
    // The look at the handshake's bytes, which have come.
    clock.advance(15_000);
    net.proxy.halfOpen();
    await here.send(utf8("into the void"));
    clock.advance(25_000);
    for (const side of ["here", "there"] as const) {
      const [state] = await net.expect(side, "resuming");
      assert(state?.phase === "resuming");
      assertInstanceOf(state.cause, KeepAliveError);
    }
    clock.advance(0);
    await net.expect("here", "connected");
    assertEquals(text(await there.receive()), "into the void");
    await there.send(utf8("heard"));
    assertEquals(text(await here.receive()), "heard");
  },
);

Deno.test(
  "a later socket takes a session over, and an earlier one is refused",
  bounded,
  async () => {
    await using net = new Net();
    const { address } = net.listener;
    using first = await RawPeer.meet(address);
    await first.open(1).flush();
    const there = await net.served.next();
    const { sessionId, token } = first.theirs ?? {};
    assert(sessionId !== undefined && token !== undefined);
    using second = await RawPeer.meet(address, { sessionId, token, epoch: 3 });
    await first.rest();
    for (const epoch of [2, 3]) {
      using late = await RawPeer.dial(address);
      await hello(FrameType.HELLO, { sessionId, token, epoch })(late);
      assertEquals((await late.goAway())?.code, ErrorCode.PROTOCOL);
    }
    await second.frame(FrameType.DATA, 1, utf8("still here"), 1).flush();
    assertEquals(text(await there.receive()), "still here");
    assertEquals(net.listener.stats().sessions, 1);
    assertEquals(net.listener.stats().resumes, 1);
  },
);

Deno.test(
  "a wrong token is refused, and the owner of the session is untouched",
  bounded,
  async () => {
    await using net = new Net();
    const { address } = net.listener;
    using owner = await RawPeer.meet(address);
    const { sessionId } = owner.theirs ?? {};
    assert(sessionId !== undefined);
    const token = new Uint8Array(32).fill(1);
    using thief = await RawPeer.dial(address);
    await hello(FrameType.HELLO, { sessionId, token, epoch: 9 })(thief);
    assertEquals((await thief.goAway())?.code, ErrorCode.RESUME_LOST);
    // Nor does it get it by beginning what there is.
    using second = await RawPeer.dial(address);
    await hello(FrameType.HELLO, { sessionId })(second);
    assertEquals((await second.goAway())?.code, ErrorCode.PROTOCOL);
    await owner.open(1).frame(FrameType.DATA, 1, utf8("mine"), 1).flush();
    const there = await net.served.next();
    assertEquals(text(await there.receive()), "mine");
    assertEquals(net.listener.stats().resumes, 0);
  },
);

Deno.test(
  "a socket that claims impossible bytes is refused, and the owner of the session is untouched",
  bounded,
  async () => {
    await using net = new Net();
    const { address } = net.listener;
    using owner = await RawPeer.meet(address);
    const { sessionId, token } = owner.theirs ?? {};
    assert(sessionId !== undefined && token !== undefined);
    using second = await RawPeer.dial(address);
    const resume = { sessionId, token, epoch: 2, received: 1_000_000 };
    await hello(FrameType.HELLO, resume)(second);
    assertEquals((await second.goAway())?.code, ErrorCode.PROTOCOL);
    await owner.open(1).frame(FrameType.DATA, 1, utf8("mine"), 1).flush();
    const there = await net.served.next();
    assertEquals(text(await there.receive()), "mine");
    assertEquals(net.listener.stats().resumes, 0);
  },
);

Deno.test(
  "what is done while the session has no socket takes effect with the next one",
  bounded,
  async () => {
    await using net = new ProxiedNet();
    const [sends, sendsThere] = await net.connected();
    const [resets, resetsThere] = await net.pair();
    const [closes, closesThere] = await net.pair();
    const [, stopsThere] = await net.pair();
    await net.interrupt();
    await sends.send(utf8("one"));
    await sends.send(utf8("two"));
    await sends.closeWrite();
    await sendsThere.send(utf8("three"));
    resets.reset(ErrorCode.INTERNAL, "for a test");
    await closes.send(utf8("last"));
    await closes.close();
    stopsThere.reset();
    const opened = await net.connect({ id: "late" });
    await opened.send(utf8("four"));
    assertEquals([sends.phase, opened.phase], ["resuming", "resuming"]);
    net.proxy.refuse = false;
    await net.expect("here", "connected");
    assertEquals(await everything(sendsThere), ["one", "two"]);
    assertEquals(text(await sends.receive()), "three");
    const error = await assertRejects(() => resetsThere.receive());
    assert(String(error).includes("for a test"), String(error));
    assertEquals(await everything(closesThere), ["last"]);
    const late = await net.served.next();
    assertEquals([late.id, text(await late.receive())], ["late", "four"]);
    assertEquals(net.listener.stats().resumes, 1);
  },
);

Deno.test(
  "a session with nothing under way ends with its socket, and the next connect() dials again",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net();
    const connecting = net.pool.connect(server.address);
    const before = await server.meet();
    const connection = await connecting;
    const { stream } = await before.next(FrameType.OPEN);
    await before.reason(FrameType.RESET, stream, ErrorCode.CANCELLED).ack()
      .flush();
    await connection.closed;
    before[Symbol.dispose]();
    await net.until(() => net.pool.stats().sockets === 0);
    const again = net.pool.connect(server.address);
    using after = await server.meet();
    await again;
    assert(after.theirs?.token.every((byte) => byte === 0));
    assert(`${after.theirs?.sessionId}` !== `${before.theirs?.sessionId}`);
    assertEquals(net.pool.stats().dials, 2);
  },
);

for (const side of ["pool", "listener"] as const) {
  Deno.test(
    `${side}.close() without a socket delivers what was sent when one comes`,
    bounded,
    async () => {
      await using net = new ProxiedNet();
      const [here, there] = await net.connected();
      await net.interrupt();
      const [from, to] = side === "pool" ? [here, there] : [there, here];
      await from.send(utf8("one"));
      await from.send(utf8("two"));
      const closed = net[side].close();
      await assertRejects(() => from.receive(), SessionLostError);
      net.proxy.refuse = false;
      assertEquals(await everything(to), ["one", "two"]);
      await closed;
      assertEquals(to.phase, "closed");
    },
  );

  Deno.test(
    `${side}.close() without a socket ends after closeMs`,
    bounded,
    async () => {
      const clock = new ManualClock();
      await using net = slowNet(clock);
      const [here, there] = await net.connected();
      await net.interrupt();
      await (side === "pool" ? here : there).send(utf8("never heard"));
      let over = false;
      const closed = net[side].close().then(() => over = true);
      await net.system.idle();
      clock.advance(4999);
      await net.system.idle();
      assertEquals(over, false);
      clock.advance(1);
      await closed;
    },
  );
}

Deno.test(
  "a session without connections does not delay the close of a listener",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock });
    {
      using _ = await RawPeer.meet(net.listener.address);
    }
    await net.until(() => net.listener.stats().sockets === 0);
    assertEquals(net.listener.stats().sessions, 1);
    await net.listener.close();
  },
);

Deno.test(
  "the first connection of a session is not lost when its OPEN is",
  bounded,
  async () => {
    await using net = new ProxiedNet({ serve: echo });
    await using pool = new ConnectionPool(net.system, {
      backoff: { initialMs: 0 },
    });
    net.proxy.stall("to_target");
    const connecting = pool.connect(net.proxy.address);
    await net.proxy.connections.next();
    // All of the HELLO, with its preface, and nothing of what follows.
    net.proxy.splitBytes = 8 + 8 + 74;
    net.proxy.cutAfter(8 + 8 + 74 + 1, "to_target");
    net.proxy.flow("to_target");
    await roundTrip(await connecting);
    assertEquals(net.listener.stats().resumes, 1);
  },
);

/** A connection whose first socket is gone, and what asks to resume it. */
async function resuming(
  net: Net,
  server: RawServer,
): Promise<[LogicalConnection, RawPeer]> {
  const connecting = net.pool.connect(server.address);
  const first = await server.meet();
  const connection = await connecting;
  await first.next(FrameType.OPEN);
  first[Symbol.dispose]();
  const second = await server.accept();
  await second.next(FrameType.HELLO);
  return [connection, second];
}

for (const code of ["TIMEOUT", "CALM", "INTERNAL"] as const) {
  Deno.test(
    `a socket that is refused with ${code} does not cost the session, which tries another`,
    bounded,
    async () => {
      using server = new RawServer();
      await using net = new Net({ pool: { backoff: { initialMs: 0 } } });
      const [connection, second] = await resuming(net, server);
      await second.preface().goodbye(ErrorCode[code]).flush();
      using third = await server.meet();
      second[Symbol.dispose]();
      await connection.send(utf8("still here"));
      const { payload } = await third.next(FrameType.DATA);
      assertEquals(text(payload), "still here");
    },
  );
}

Deno.test(
  "a session ends when its next socket is refused as not authorized",
  bounded,
  async () => {
    using server = new RawServer();
    await using net = new Net({ pool: { backoff: { initialMs: 0 } } });
    const [connection, second] = await resuming(net, server);
    using _ = second;
    await second.preface().goodbye(ErrorCode.UNAUTHORIZED).flush();
    const error = await assertRejects(
      () => connection.receive(),
      SessionLostError,
    );
    assertEquals(error.code, ErrorCode.UNAUTHORIZED);
  },
);
