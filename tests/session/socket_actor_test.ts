import { assertEquals, assertInstanceOf } from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import type { ActorRef } from "../../src/actor/ref.ts";
import {
  HandshakeTimeoutError,
  SessionLostError,
  SocketLostError,
} from "../../src/session/errors.ts";
import { resolveSessionOptions } from "../../src/session/options.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { Session } from "../../src/session/session.ts";
import { socketActor } from "../../src/session/socket_actor.ts";
import type { Link } from "../../src/session/socket_port.ts";
import type { Stream } from "../../src/session/stream.ts";
import {
  ProtocolError,
  TruncatedError,
} from "../../src/session/wire/errors.ts";
import {
  decodeHello,
  encodeHello,
  encodeUint64,
} from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  PONG,
  PREFACE,
  Priority,
} from "../../src/session/wire/protocol.ts";
import { pattern } from "../support/bytes.ts";
import { Happenings } from "../support/happenings.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryTransport } from "../support/memory_transport.ts";
import { bounded, echo, Net } from "../support/net.ts";
import {
  framesOf,
  GOOD_HELLO,
  RawPeer,
  RawServer,
  Speech,
} from "../support/raw_peer.ts";

/** A socket actor over memory, with the session that it carries. */
class Bench implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly system = new ActorSystem({ clock: this.clock });
  readonly transport = new MemoryTransport();
  readonly ends = new Happenings<unknown>();
  readonly attached = new Happenings<Link>();
  readonly session: Session;
  readonly ref: ActorRef<never>;

  constructor() {
    const limits = resolveSessionOptions({
      handshakeMs: 500,
    });
    this.session = new Session({
      side: "dialler",
      options: limits,
      port: {
        phase: "connecting",
        onOpen() {},
        onRemoved() {},
        onGoingAway() {},
        notify(call) {
          call();
        },
        onAcknowledged() {},
      },
      clock: this.clock,
      remote: { hostname: "127.0.0.1", port: 1 },
    });
    this.ref = this.system.spawn(socketActor({
      transport: this.transport,
      limits,
      greeting: PREFACE,
      onHello: (_, payload) => {
        this.session.start(decodeHello(payload));
        const { session } = this;
        return () => ({ session, peerReceived: 0, reply: new Uint8Array(0) });
      },
      onAttached: (link) => this.attached.push(link),
      onEnd: (cause) => this.ends.push(cause),
    }));
  }

  /** Does the handshake, and drops the first ping. */
  async meet(): Promise<void> {
    assertEquals(await this.transport.writes.next(), PREFACE);
    this.transport.say(
      new Speech().preface()
        .frame(FrameType.WELCOME, 0, encodeHello(GOOD_HELLO)).bytes(),
    );
    await this.attached.next();
    const [ping] = framesOf(await this.transport.writes.next());
    assertEquals(ping?.type, FrameType.PING);
  }

  /** Opens a connection. */
  open(): Stream {
    return this.session.open({
      id: "x",
      metadata: new Uint8Array(0),
      priority: Priority.NORMAL,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.transport.end();
    await this.system.shutdown();
  }
}

/** Size of the ping that each socket starts with. */
const PING_BYTES = 16;

/** Messages of 100 bytes in one write. */
function messagesIn(written: Uint8Array): number {
  return Math.floor(written.length / 108);
}

Deno.test("messages of one turn leave in one write", bounded, async () => {
  await using bench = new Bench();
  await bench.meet();
  await bench.transport.idle();
  const connection = bench.open();
  for (let i = 0; i < 30; i++) connection.send(pattern(100));
  const written = await bench.transport.writes.next();
  assertEquals(messagesIn(written), 30);
  const end = PING_BYTES + written.length;
  bench.transport.say(
    new Speech().frame(FrameType.ACK, 0, encodeUint64(end)).bytes(),
  );
  await bench.transport.idle();
  for (let i = 0; i < 20; i++) connection.send(pattern(100));
  assertEquals(messagesIn(await bench.transport.writes.next()), 20);
});

Deno.test(
  "messages that come during a write leave together after it",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    await bench.transport.idle();
    const { transport } = bench;
    const gate = Promise.withResolvers<void>();
    const connection = bench.open();
    transport.gate = gate.promise;
    connection.send(pattern(100));
    await Promise.resolve();
    await Promise.resolve();
    for (let i = 0; i < 10; i++) connection.send(pattern(100));
    gate.resolve();
    assertEquals(messagesIn(await transport.writes.next()), 1);
    assertEquals(messagesIn(await transport.writes.next()), 10);
  },
);

Deno.test(
  "what is sent while the greeting is written comes after it",
  bounded,
  async () => {
    await using bench = new Bench();
    const { transport } = bench;
    const gate = Promise.withResolvers<void>();
    transport.gate = gate.promise;
    transport.say(pattern(100));
    assertInstanceOf(await bench.ends.next(), ProtocolError);
    gate.resolve();
    assertEquals(await transport.writes.next(), PREFACE);
    const [goAway] = framesOf(await transport.writes.next());
    assertEquals(goAway?.type, FrameType.GOAWAY);
  },
);

Deno.test(
  "a socket whose handshake takes too long sends a GOAWAY and ends",
  bounded,
  async () => {
    await using bench = new Bench();
    const { transport, clock } = bench;
    await transport.writes.next();
    clock.advance(499);
    await transport.idle();
    assertEquals(bench.ends.untaken, 0);
    clock.advance(1);
    assertInstanceOf(await bench.ends.next(), HandshakeTimeoutError);
    bench.ref.stop();
    const [goAway] = framesOf(await transport.writes.next());
    assertEquals(goAway?.type, FrameType.GOAWAY);
  },
);

Deno.test(
  "the end of the socket is reported once, as SocketLostError",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    bench.transport.end();
    assertInstanceOf(await bench.ends.next(), SocketLostError);
    bench.ref.stop();
    await bench.ref.stopped;
    assertEquals(bench.ends.untaken, 0);
  },
);

Deno.test(
  "the end of the socket in a frame is reported as TruncatedError",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    bench.transport.say(new Uint8Array([0, 0]));
    bench.transport.end();
    assertInstanceOf(await bench.ends.next(), TruncatedError);
  },
);

Deno.test(
  "what breaks the socket is the cause of a SocketLostError",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    const broken = new Deno.errors.ConnectionReset("broken");
    bench.transport.end(broken);
    const error = await bench.ends.next();
    assertInstanceOf(error, SocketLostError);
    assertEquals(error.cause, broken);
  },
);

Deno.test(
  "a write that fails does not hide what the peer said last",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    const { transport } = bench;
    await transport.idle();
    transport.failure = new Deno.errors.BrokenPipe("broken");
    const connection = bench.open();
    await connection.send(pattern(100));
    await transport.idle();
    assertEquals(bench.ends.untaken, 0);
    transport.say(
      new Speech().goodbye(ErrorCode.INTERNAL, "!").bytes(),
    );
    const error = await bench.ends.next();
    assertInstanceOf(error, SessionLostError);
    assertEquals(error.code, ErrorCode.INTERNAL);
  },
);

Deno.test(
  "a write that fails is the cause when the peer says nothing",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    const { transport } = bench;
    await transport.idle();
    transport.failure = new Deno.errors.BrokenPipe("broken");
    bench.open();
    await transport.idle();
    transport.end();
    const error = await bench.ends.next();
    assertInstanceOf(error, SocketLostError);
    assertEquals(error.cause, transport.failure);
  },
);

Deno.test(
  "a socket that stops ends its direction, and reads on until the peer has closed",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    await bench.transport.idle();
    bench.ref.stop();
    await bench.transport.writeClosed;
    let gone = false;
    const stopped = bench.ref.stopped.then(() => gone = true);
    for (let i = 0; i < 3; i++) bench.transport.say(pattern(100));
    await bench.transport.idle();
    assertEquals(gone, false);
    bench.transport.end();
    await Promise.all([stopped, bench.transport.closed]);
    assertEquals(bench.ends.untaken, 0);
  },
);

Deno.test(
  "a socket that stops waits a second at most for a peer that stays",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    bench.ref.stop();
    await bench.transport.writeClosed;
    bench.clock.advance(999);
    let closed = false;
    bench.transport.closed.then(() => closed = true);
    await bench.transport.idle();
    assertEquals(closed, false);
    bench.clock.advance(1);
    await Promise.all([bench.transport.closed, bench.ref.stopped]);
  },
);

Deno.test(
  "a socket that stops waits a second at most for a peer that reads nothing",
  bounded,
  async () => {
    await using bench = new Bench();
    await bench.meet();
    await bench.transport.idle();
    bench.transport.gate = new Promise(() => {});
    bench.session.goAway(ErrorCode.NONE, "closed");
    bench.ref.stop();
    await bench.transport.idle();
    bench.clock.advance(1000);
    await Promise.all([bench.transport.closed, bench.ref.stopped]);
  },
);

Deno.test("a socket that is killed is closed", bounded, async () => {
  await using bench = new Bench();
  await bench.meet();
  bench.ref.kill();
  bench.transport.end();
  await bench.transport.closed;
});

Deno.test(
  "closing delivers all that was sent to a peer that goes on sending",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const connecting = pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    await peer.frame(FrameType.ACCEPT, 1, encodeUint64(2 ** 40)).flush();
    for (let i = 0; i < 10; i++) await connection.send(pattern(100_000));
    // More than the other side takes in one go: some of it will be unread.
    for (let i = 0; i < 8000; i++) {
      peer.frame(FrameType.PING, 0, new Uint8Array(8), PONG);
    }
    await peer.flush();
    const closing = pool.close();
    await peer.frame(FrameType.PING, 0, new Uint8Array(8), PONG).flush();
    let bytes = 0;
    let type: number;
    do {
      const frame = await peer.any();
      type = frame.type;
      if (type === FrameType.DATA) bytes += frame.payload.length;
    } while (type !== FrameType.GOAWAY);
    assertEquals(bytes, 1_000_000);
    await peer.ack().flush();
    assertEquals(await peer.rest(), []);
    peer.socket.closeWrite();
    await closing;
  },
);

Deno.test(
  "what a peer sent before it half-closed its socket is received",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { resumeMs: 0 } });
    using peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).frame(FrameType.DATA, 1, pattern(10), DataFlag.END)
      .flush();
    await peer.next(FrameType.DATA);
    await peer.socket.closeWrite();
    assertInstanceOf(await net.peerErrors.next(), SessionLostError);
    assertEquals(await peer.rest(), []);
  },
);
