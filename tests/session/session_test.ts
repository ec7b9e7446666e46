import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import {
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  ConnectError,
  ConnectionResetError,
  HandshakeTimeoutError,
  SessionLostError,
  SocketLostError,
} from "../../src/session/errors.ts";
import { resolveSessionOptions } from "../../src/session/options.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { Session } from "../../src/session/session.ts";
import type { Side } from "../../src/session/stream_table.ts";
import { ProtocolError } from "../../src/session/wire/errors.ts";
import {
  decodeReason,
  encodeHello,
  encodeOpen,
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
import { pattern, text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net } from "../support/net.ts";
import {
  frameBytes,
  GOOD_HELLO,
  hello,
  RawPeer,
  RawServer,
} from "../support/raw_peer.ts";

const { HELLO, WELCOME, OPEN, DATA, WINDOW, RESET, STOP, PING, ACK } =
  FrameType;

/** Returns the next reply to a ping. */
async function nextPong(peer: RawPeer): Promise<string | undefined> {
  while (true) {
    const { flags, payload } = await peer.next(PING);
    if (flags === PONG) return text(payload);
  }
}

Deno.test(
  "a listener understands a peer whose bytes come one by one",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    using peer = await RawPeer.dial(net.listener.address);
    const speakSlowly = async (bytes: number[]): Promise<void> => {
      for (const byte of bytes) await peer.write(new Uint8Array([byte]));
    };
    const said = [
      ...frameBytes(
        OPEN,
        0,
        1,
        encodeOpen({
          id: "slow",
          creditLimit: 65_536,
          priority: Priority.NORMAL,
          metadata: utf8(""),
        }),
      ),
      ...frameBytes(DATA, DataFlag.END, 1, utf8("hello")),
    ];
    await speakSlowly([
      ...PREFACE,
      ...frameBytes(HELLO, 0, 0, encodeHello(GOOD_HELLO)),
    ]);
    await peer.next(WELCOME);
    await speakSlowly(said);
    assertEquals(text((await peer.next(DATA)).payload), "hello");
  },
);

Deno.test(
  "a peer that ends the session in order is no error",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    {
      using peer = await RawPeer.meet(net.listener.address);
      await peer.goodbye(ErrorCode.NONE).flush();
      // It sends no GOAWAY of its own, but acknowledges everything.
      assertEquals((await peer.rest()).map(({ type }) => type), [PING, ACK]);
    }
    await net.until(() => net.listener.stats().sockets === 0);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

// What a peer may do.

Deno.test("a ping is answered with its own bytes", bounded, async () => {
  await using net = new Net({ serve: echo });
  using peer = await RawPeer.meet(net.listener.address);
  await peer.frame(PING, 0, utf8("12345678")).flush();
  assertEquals(await nextPong(peer), "12345678");
});

Deno.test("a reply to no ping is ignored", bounded, async () => {
  await using net = new Net({ serve: echo });
  using peer = await RawPeer.meet(net.listener.address);
  await peer.frame(PING, 0, utf8("12345678"), PONG)
    .frame(PING, 0, utf8("abcdefgh")).flush();
  assertEquals(await nextPong(peer), "abcdefgh");
});

Deno.test(
  "pings are answered while the peer leaves megabytes unread",
  bounded,
  async () => {
    await using net = new Net({
      serve: (connection) => connection.send(pattern(16_000_000)),
      listen: { replayBytes: 32_000_000 },
    });
    using peer = await RawPeer.meet(net.listener.address);
    const open = encodeOpen({
      id: "big",
      creditLimit: 2 ** 31,
      priority: Priority.NORMAL,
      metadata: utf8(""),
    });
    await peer.frame(OPEN, 1, open).flush();
    await peer.next(DATA);
    let before = 0;
    for (let i = 0; i < 200; i++) peer.frame(PING, 0, new Uint8Array(8));
    await peer.flush();
    for (let pongs = 0; pongs < 200;) {
      const { type, flags, payload } = await peer.any();
      if (type === PING && flags === PONG) pongs++;
      else before += payload.length;
    }
    // What the sockets hold comes first, but not all that is to be sent.
    assertLess(before, 15_000_000);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test(
  "late frames of a stream that has ended are ignored",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    using peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).reason(RESET, 1, ErrorCode.CANCELLED)
      .frame(DATA, 1, utf8("late"), DataFlag.END)
      .frame(WINDOW, 1, encodeUint64(1e6))
      .reason(STOP, 1, ErrorCode.CANCELLED)
      .reason(RESET, 1, ErrorCode.CANCELLED)
      .frame(PING, 0, utf8("are you?"))
      .flush();
    assertEquals(await nextPong(peer), "are you?");
  },
);

Deno.test(
  "streams over the limit are refused and the others go on",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 2 } });
    using peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).open(3).open(5).flush();
    const { stream, payload } = await peer.next(RESET);
    assertEquals(stream, 5);
    assertEquals(decodeReason(payload).code, ErrorCode.REFUSED);
    await peer.frame(DATA, 3, utf8("three"), DataFlag.END).flush();
    assertEquals((await peer.next(DATA)).stream, 3);
  },
);

Deno.test(
  "a stream that has ended makes room for another",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 1 } });
    using peer = await RawPeer.meet(net.listener.address);
    const before = net.actors;
    for (let i = 0; i < 500; i++) {
      peer.open(4 * i + 1).reason(RESET, 4 * i + 1, ErrorCode.CANCELLED)
        .open(4 * i + 3).frame(DATA, 4 * i + 3, utf8(""), DataFlag.FIN);
      await peer.flush();
      // The echo has nothing to say and ends its side as well.
      assertEquals((await peer.next(DATA)).flags, DataFlag.FIN);
    }
    await net.until(() => net.actors === before);
  },
);

// A dialler whose server is none.

const servers: [
  string,
  (peer: RawPeer) => Promise<void>,
  typeof SessionLostError | typeof ConnectError,
  string,
  number | undefined,
][] = [
  [
    "responds in HTTP",
    (peer) => peer.write(utf8("HTTP/1.1 400 Bad Request\r\n\r\n")),
    ConnectError,
    "is it a Troupe peer?",
    ErrorCode.PROTOCOL,
  ],
  [
    "responds as SSH does",
    (peer) => peer.write(utf8("SSH-2.0-OpenSSH_9.6\r\n")),
    ConnectError,
    "is it a Troupe peer?",
    ErrorCode.PROTOCOL,
  ],
  [
    "responds with an alert of TLS",
    (peer) => peer.write(new Uint8Array([0x15, 3, 1, 0, 2, 2, 70])),
    ConnectError,
    "The peer speaks TLS",
    ErrorCode.PROTOCOL,
  ],
  [
    "closes at once",
    (peer) => peer.socket.closeWrite(),
    ConnectError,
    "is it a Troupe peer?",
    ErrorCode.PROTOCOL,
  ],
  [
    "speaks a newer version",
    hello(WELCOME, { minVersion: 2, maxVersion: 2 }),
    ConnectError,
    "versions 2 to 2",
    ErrorCode.VERSION,
  ],
  [
    "responds with too few bytes",
    (peer) =>
      peer.preface().frame(WELCOME, 0, new Uint8Array(3).fill(1)).flush(),
    ConnectError,
    "it has 3 bytes",
    ErrorCode.PROTOCOL,
  ],
  [
    "dials as well",
    hello(HELLO, {}),
    ConnectError,
    "before the handshake",
    ErrorCode.PROTOCOL,
  ],
  [
    "welcomes another session",
    (peer) => peer.welcome({ sessionId: new Uint8Array(16) }),
    ConnectError,
    "another session",
    ErrorCode.PROTOCOL,
  ],
  [
    "welcomes another socket of the session",
    (peer) => peer.welcome({ epoch: 2 }),
    ConnectError,
    "another session",
    ErrorCode.PROTOCOL,
  ],
  [
    "has received what nobody has sent",
    (peer) => peer.welcome({ received: 5 }),
    ConnectError,
    "acknowledges 5 bytes, of which 0 were sent",
    ErrorCode.PROTOCOL,
  ],
  [
    "refuses",
    (peer) => peer.preface().goodbye(ErrorCode.REFUSED, "full").flush(),
    SessionLostError,
    "full",
    undefined,
  ],
];

for (const [what, say, error, message, code] of servers) {
  Deno.test(
    `connecting to a server that ${what} rejects and closes the socket`,
    bounded,
    async () => {
      using server = new RawServer();
      await using system = new ActorSystem();
      const pool = new ConnectionPool(system);
      const connecting = assertRejects(() => pool.connect(server.address));
      using peer = await server.accept();
      await say(peer);
      const rejection = await connecting;
      assertInstanceOf(rejection, error);
      assertStringIncludes(rejection.message, message);
      if (error === ConnectError) {
        assertInstanceOf(rejection.cause, ProtocolError);
      }
      assertEquals((await peer.goAway())?.code, code);
      assertEquals(pool.stats().sockets, 0);
      assertEquals(pool.stats().leases, 0);
    },
  );
}

Deno.test(
  "connecting to a server that resets the socket is a ConnectError",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const server = createServer((socket) => {
      socket.once("data", () => socket.resetAndDestroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const error = await assertRejects(
      () => pool.connect({ port }),
      ConnectError,
    );
    assertInstanceOf(error.cause, SocketLostError);
    assertInstanceOf(error.cause.cause, Deno.errors.ConnectionReset);
    server.close();
    await once(server, "close");
  },
);

Deno.test(
  "connecting to a silent server rejects at the deadline",
  bounded,
  async () => {
    using server = new RawServer();
    const clock = new ManualClock();
    await using system = new ActorSystem({ clock });
    const pool = new ConnectionPool(system, { handshakeMs: 500 });
    const connecting = assertRejects(
      () => pool.connect(server.address),
      HandshakeTimeoutError,
      "500 ms",
    );
    using peer = await server.accept();
    await peer.next(HELLO);
    clock.advance(500);
    await connecting;
    assertEquals((await peer.goAway())?.code, ErrorCode.TIMEOUT);
  },
);

/** A connection to a server that a test plays by hand. */
async function connected(server: RawServer, pool: ConnectionPool) {
  const connecting = pool.connect(server.address);
  const peer = await server.meet();
  return { peer, connection: await connecting };
}

Deno.test(
  "a server that breaks the protocol ends the connections to it",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const { peer, connection } = await connected(server, pool);
    using _peer = peer;
    const read = assertRejects(() => connection.receive(), SessionLostError);
    await peer.frame(DATA, 3, utf8("x"), DataFlag.END).flush();
    const error = await read;
    assertInstanceOf(error.cause, ProtocolError);
    assertEquals((await peer.goAway())?.code, ErrorCode.PROTOCOL);
    assertEquals(pool.stats().evictions, 1);
  },
);

Deno.test(
  "a reset with an unknown code is passed on",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const { peer, connection } = await connected(server, pool);
    using _peer = peer;
    const read = assertRejects(
      () => connection.receive(),
      ConnectionResetError,
    );
    await peer.reason(RESET, 1, 4711, "for reasons").flush();
    const error = await read;
    assertEquals(error.code, 4711);
    assertStringIncludes(error.message, "for reasons");
  },
);

Deno.test(
  "what the server sent before it closed is received",
  bounded,
  async () => {
    using server = new RawServer();
    await using system = new ActorSystem();
    const pool = new ConnectionPool(system);
    const { peer, connection } = await connected(server, pool);
    using _peer = peer;
    await peer.frame(DATA, 1, utf8("farewell"), DataFlag.END)
      .goodbye(ErrorCode.INTERNAL, "on fire").flush();
    peer.socket.closeWrite();
    await connection.closed;
    assertEquals(text(await connection.receive()), "farewell");
    const error = await assertRejects(
      () => connection.receive(),
      SessionLostError,
      "on fire",
    );
    assertEquals(error.code, ErrorCode.INTERNAL);
  },
);

Deno.test("the peer's smaller frames are respected", bounded, async () => {
  using server = new RawServer();
  await using system = new ActorSystem();
  const pool = new ConnectionPool(system);
  const connecting = pool.connect(server.address);
  using peer = await server.meet({ maxFrameBytes: 1024 });
  const connection = await connecting;
  const message = pattern(5000);
  const sent = connection.send(message);
  const lengths: number[] = [];
  let flags = 0;
  while (flags !== DataFlag.END) {
    const frame = await peer.next(DATA);
    lengths.push(frame.payload.length);
    flags = frame.flags;
  }
  await sent;
  assertEquals(lengths, [1024, 1024, 1024, 1024, 904]);
});

// A session without sockets.

/** One whose frames go to `wake` and come from the test. */
function sessionOn(
  clock: ManualClock,
  side: Side,
  wake: (session: Session) => void,
): Session {
  const session = new Session({
    side,
    options: resolveSessionOptions({}),
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
    clock,
    remote: { hostname: "127.0.0.1", port: 1 },
  });
  session.start({ ...GOOD_HELLO, maxStreams: 1 });
  session.attach({ wake: () => wake(session), stop() {} }, 0);
  return session;
}

Deno.test("a session opens no more than the peer allows", () => {
  const session = sessionOn(new ManualClock(), "dialler", () => {});
  const options = {
    id: "x",
    metadata: utf8(""),
    priority: Priority.NORMAL,
  };
  const only = session.open(options);
  assertThrows(() => session.open(options), RangeError, "allows 1 at once");
  only.reset();
  session.open(options);
});

/** Takes all that a session has to say, and returns how many bytes it was. */
function drain(session: Session): number {
  let bytes = 0;
  let piece: Uint8Array;
  while ((piece = session.nextPiece()).length > 0) {
    session.sent(piece.length);
    bytes += piece.length;
  }
  return bytes;
}

/** Asks on and on, slowly enough to be no flood. */
function askForEver(session: Session, clock: ManualClock): void {
  const ping = new Uint8Array(8);
  while (true) {
    clock.advance(1);
    session.frame(PING, 0, 0, ping, 0, 8);
  }
}

Deno.test("a session ends when its peer reads no reply", () => {
  const clock = new ManualClock();
  const session = sessionOn(clock, "listener", () => {});
  assertThrows(
    () => askForEver(session, clock),
    ProtocolError,
    "more replies than it reads",
  );
  assertLess(drain(session), 1e6);
});

Deno.test("a session ends when its peer acknowledges no reply", () => {
  const clock = new ManualClock();
  let sent = 0;
  const session = sessionOn(clock, "listener", (session) => {
    sent += drain(session);
  });
  assertThrows(
    () => askForEver(session, clock),
    ProtocolError,
    "acknowledges nothing",
  );
  assertLess(sent, 16e6);
});
