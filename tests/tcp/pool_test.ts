import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { ActorSystem } from "../../src/actor/system.ts";
import {
  ConnectError,
  ConnectionClosedError,
  SessionLostError,
} from "../../src/session/errors.ts";
import type { Transport } from "../../src/session/transport.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { ErrorCode, FrameType } from "../../src/session/wire/protocol.ts";
import { text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { RawServer } from "../support/raw_peer.ts";

/** Waits until no socket is open, on either side. */
function allClosed(net: Net): Promise<void> {
  const { pool, listener } = net;
  return net.until(() => pool.stats().sockets + listener.stats().sockets === 0);
}

/** A pool of its own system, for servers that a test plays by hand. */
function aloneWith(
  options?: ConstructorParameters<typeof ConnectionPool>[1],
): { system: ActorSystem; pool: ConnectionPool } & AsyncDisposable {
  const system = new ActorSystem();
  const pool = new ConnectionPool(system, options);
  return {
    system,
    pool,
    [Symbol.asyncDispose]: async () => void await system.shutdown(),
  };
}

// Sharing.

Deno.test("concurrent first connections dial once", bounded, async () => {
  await using net = new Net({ serve: echo });
  const connections = await Promise.all(
    Array.from({ length: 50 }, () => net.connect()),
  );
  assertEquals(net.pool.stats(), {
    dials: 1,
    reuses: 49,
    leases: 50,
    sockets: 1,
    evictions: 0,
  });
  await Promise.all(connections.map((connection) => roundTrip(connection)));
});

Deno.test(
  "a default hostname and the same one spelled out share a socket",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const { port } = net.listener.address;
    await roundTrip(await net.pool.connect({ port }));
    await roundTrip(await net.pool.connect({ hostname: "127.0.0.1", port }));
    assertEquals(net.pool.stats().dials, 1);
  },
);

Deno.test(
  "a peer of a pool opens connections over the socket of its address",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const peer = net.pool.peer(net.listener.address);
    const connection = await peer.connect({ id: "of the peer" });
    assertEquals(connection.id, "of the peer");
    await roundTrip(connection);
    await roundTrip(await net.connect());
    assertEquals(net.pool.stats().dials, 1);
    await assertRejects(
      () => peer.connect({ id: "x".repeat(256) }),
      RangeError,
    );
    assertThrows(() => net.pool.peer({ port: 0 }), RangeError, "port");
  },
);

Deno.test("different ports get a socket each", bounded, async () => {
  await using one = new Net({ serve: echo });
  await using other = new Net({ serve: echo });
  await roundTrip(await one.pool.connect(one.listener.address));
  await roundTrip(await one.pool.connect(other.listener.address));
  assertEquals(one.pool.stats().dials, 2);
  assertEquals(one.pool.stats().sockets, 2);
});

Deno.test(
  "two pools do not share, and the end of one leaves the other alone",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const other = new ConnectionPool(net.system);
    const here = await net.connect();
    const there = await other.connect(net.listener.address);
    assertEquals(net.listener.stats().accepted, 2);
    await other.close();
    await there.closed;
    await roundTrip(here);
  },
);

// Leases.

Deno.test(
  "a socket lingers after its last connection and is used again",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ serve: echo, clock, pool: { lingerMs: 100 } });
    await (await net.connect()).close();
    assertEquals(net.pool.stats().leases, 0);
    clock.advance(99);
    await roundTrip(await net.connect());
    assertEquals(net.pool.stats().dials, 1);
    assertEquals(net.pool.stats().reuses, 1);
  },
);

Deno.test(
  "a socket that nobody has used for its linger time is closed",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ serve: echo, clock, pool: { lingerMs: 100 } });
    const connection = await net.connect();
    clock.advance(1000);
    await roundTrip(connection);
    await connection.close();
    clock.advance(100);
    await allClosed(net);
    assertEquals(net.pool.stats().evictions, 0);
    await roundTrip(await net.connect());
    assertEquals(net.pool.stats().dials, 2);
  },
);

Deno.test(
  "a socket without linger time closes with its last connection",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, pool: { lingerMs: 0 } });
    const [one, other] = await Promise.all([net.connect(), net.connect()]);
    await one.close();
    await roundTrip(other);
    await other.close();
    await allClosed(net);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test(
  "a connection that is made while the old socket closes gets a new one",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, pool: { lingerMs: 0 } });
    for (let i = 0; i < 10; i++) {
      const connection = await net.connect();
      await roundTrip(connection);
      const closing = connection.close();
      const next = net.connect();
      await closing;
      await roundTrip(await next);
      await (await next).close();
    }
    await allClosed(net);
    assertEquals(net.pool.stats().leases, 0);
  },
);

Deno.test(
  "the release of a connection counts once, however often it ends",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const [one, other] = await Promise.all([net.connect(), net.connect()]);
    await Promise.all([one.close(), one.close()]);
    one.reset();
    await one[Symbol.asyncDispose]();
    await one.closed;
    assertEquals(net.pool.stats().leases, 1);
    await roundTrip(other);
  },
);

Deno.test(
  "a connection that the peer resets gives its lease back",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    there.reset(ErrorCode.REFUSED);
    await here.closed;
    assertEquals(net.pool.stats().leases, 0);
    assertEquals(net.pool.stats().sockets, 1);
  },
);

Deno.test(
  "the end of its holder closes a connection and gives its lease back",
  bounded,
  async () => {
    await using net = new Net();
    const holder = new AbortController();
    const [here, there] = await net.pair({ holder });
    await here.send(utf8("last words"));
    holder.abort();
    assertEquals(text(await there.receive()), "last words");
    assertEquals(await there.receive(), undefined);
    await there.close();
    await here.closed;
    assertEquals(net.pool.stats().leases, 0);
  },
);

Deno.test(
  "an actor that stops closes the connections it holds",
  bounded,
  async () => {
    await using net = new Net();
    const actor = net.system.spawn<never>((context) => {
      net.connect({ holder: context });
      return { receive() {} };
    });
    const there = await net.served.next();
    actor.stop();
    assertEquals(await there.receive(), undefined);
  },
);

Deno.test("a holder that has ended gets no connection", bounded, async () => {
  await using net = new Net();
  const holder = { signal: AbortSignal.abort(new Error("gone")) };
  await assertRejects(() => net.connect({ holder }), Error, "gone");
  assertEquals(net.pool.stats().dials, 0);
});

Deno.test(
  "a holder that ends during the dial gets no connection and holds no lease",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const holder = new AbortController();
    const connecting = assertRejects(
      () => alone.pool.connect(server.address, { holder }),
      Error,
      "gone",
    );
    using peer = await server.accept();
    holder.abort(new Error("gone"));
    await connecting;
    const next = alone.pool.connect(server.address, { id: "next" });
    await peer.welcome();
    await next;
    assertEquals(alone.pool.stats().leases, 1);
    // Nothing was opened for the one that has ended.
    assertEquals((await peer.next(FrameType.OPEN)).stream, 1);
  },
);

// Failures.

Deno.test(
  "a refused dial rejects with ConnectError that names the address",
  bounded,
  async () => {
    using server = new RawServer();
    const { address } = server;
    server[Symbol.dispose]();
    await using alone = aloneWith();
    const error = await assertRejects(
      () => alone.pool.connect(address),
      ConnectError,
      `127.0.0.1:${address.port}`,
    );
    assertInstanceOf(error.cause, Deno.errors.ConnectionRefused);
    assertEquals(alone.pool.stats(), {
      dials: 1,
      reuses: 0,
      leases: 0,
      sockets: 0,
      evictions: 0,
    });
  },
);

Deno.test(
  "all who wait for a dial that fails are rejected",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const connecting = Promise.all([1, 2, 3].map(() =>
      assertRejects(
        () => alone.pool.connect(server.address),
        SessionLostError,
      )
    ));
    using peer = await server.accept();
    await peer.preface().goodbye(ErrorCode.REFUSED, "full").flush();
    const [first] = await connecting;
    assertEquals(first?.code, ErrorCode.REFUSED);
    assertEquals(alone.pool.stats().dials, 1);
    assertEquals(alone.pool.stats().leases, 0);
  },
);

Deno.test("an address that failed is dialled anew", bounded, async () => {
  await using net = new Net({ serve: echo });
  const { port } = net.listener.address;
  await net.listener.close();
  await assertRejects(() => net.connect(), ConnectError);
  await using second = new Net({ serve: echo, listen: { port } });
  await roundTrip(await net.connect());
  assertEquals(second.listener.stats().accepted, 1);
  assertEquals(net.pool.stats().dials, 2);
});

Deno.test(
  "a lost socket is evicted at once and the next connection dials anew",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith({ resumeMs: 0 });
    const connecting = alone.pool.connect(server.address);
    {
      using _lost = await server.meet();
      await connecting;
    }
    const connection = await connecting;
    await assertRejects(() => connection.receive(), SessionLostError);
    assertEquals(alone.pool.stats().leases, 0);
    assertEquals(alone.pool.stats().evictions, 1);

    const again = alone.pool.connect(server.address);
    using _peer = await server.meet();
    await again;
    assertEquals(alone.pool.stats().dials, 2);
    assertEquals(alone.pool.stats().sockets, 1);
  },
);

Deno.test(
  "a session that is lost while it lingers is dialled anew",
  bounded,
  async () => {
    using server = new RawServer();
    const lost = Promise.withResolvers<void>();
    await using alone = aloneWith({
      resumeMs: 0,
      onState: ({ phase }) => phase === "lost" && lost.resolve(),
    });
    const connecting = alone.pool.connect(server.address);
    {
      using _lost = await server.meet();
      await (await connecting).close();
    }
    await lost.promise;
    const again = alone.pool.connect(server.address);
    using _peer = await server.meet();
    await again;
    assertEquals(alone.pool.stats().dials, 2);
  },
);

Deno.test(
  "a peer that goes away in order is told apart from one that vanishes",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const lost = assertRejects(() => here.receive(), SessionLostError);
    await net.listener.close();
    assertEquals((await lost).code, ErrorCode.NONE);
  },
);

// Giving up.

Deno.test(
  "a signal gives the attempt up while the dial goes on for others",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const controller = new AbortController();
    const { signal } = controller;
    const given = assertRejects(
      () => alone.pool.connect(server.address, { signal }),
      Error,
      "no time",
    );
    const other = alone.pool.connect(server.address);
    using peer = await server.accept();
    controller.abort(new Error("no time"));
    await given;
    await peer.welcome();
    const connection = await other;
    assertEquals(alone.pool.stats().leases, 1);
    await connection.send(utf8("hello"));
    // The first stream of the session is the one that was wanted.
    assertEquals((await peer.next(FrameType.DATA)).stream, 1);
  },
);

Deno.test("a signal that has aborted dials nothing", bounded, async () => {
  await using net = new Net();
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => net.connect({ signal }), Error, "too late");
  assertEquals(net.pool.stats().dials, 0);
});

Deno.test(
  "a signal that aborts after the attempt leaves the connection alone",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const controller = new AbortController();
    const connection = await net.connect({ signal: controller.signal });
    controller.abort();
    await roundTrip(connection);
  },
);

Deno.test(
  "the holder's end gives the attempt up even with a signal of its own",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const holder = new AbortController();
    const { signal } = new AbortController();
    const given = assertRejects(
      () => alone.pool.connect(server.address, { signal, holder }),
      Error,
      "gone",
    );
    using _peer = await server.accept();
    holder.abort(new Error("gone"));
    await given;
  },
);

// Limits.

for (const id of ["", "x".repeat(256), "é".repeat(128)]) {
  const bytes = utf8(id).length;
  Deno.test(
    `an id of ${id.length} characters and ${bytes} bytes is refused and costs nothing`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo });
      await assertRejects(() => net.connect({ id }), RangeError, "1 to 255");
      assertEquals(net.pool.stats().leases, 0);
      await roundTrip(await net.connect());
    },
  );
}

Deno.test(
  "an id of 255 bytes and metadata of 4 KiB are taken",
  bounded,
  async () => {
    await using net = new Net();
    const metadata = new Uint8Array(4096).fill(7);
    const [, there] = await net.pair({ id: "x".repeat(255), metadata });
    assertEquals(there.id, "x".repeat(255));
    assertEquals(there.metadata, metadata);
  },
);

Deno.test(
  "metadata over 4 KiB is refused and costs nothing",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const metadata = new Uint8Array(4097);
    await assertRejects(() => net.connect({ metadata }), RangeError, "4096");
    assertEquals(net.pool.stats().leases, 0);
    await roundTrip(await net.connect());
  },
);

Deno.test(
  "more connections than the peer allows wait until others end",
  bounded,
  async () => {
    await using net = new Net({ serve: echo, listen: { maxStreams: 2 } });
    const connections = Array.from({ length: 10 }, async () => {
      // One that was refused would not come back.
      await using connection = await net.connect();
      await roundTrip(connection);
      await connection.closeWrite();
      await connection.closed;
    });
    await Promise.all(connections);
    assertEquals(net.pool.stats().dials, 1);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

for (const who of ["signal", "holder"] as const) {
  Deno.test(
    `a connection that waits for its turn is given up by its ${who}`,
    bounded,
    async () => {
      using server = new RawServer();
      await using alone = aloneWith();
      const first = alone.pool.connect(server.address);
      using peer = await server.meet({ maxStreams: 1 });
      await first;
      const controller = new AbortController();
      const { signal } = controller;
      const given = assertRejects(
        () =>
          alone.pool.connect(
            server.address,
            who === "signal" ? { signal } : { holder: { signal } },
          ),
        Error,
        "no time",
      );
      const next = alone.pool.connect(server.address, { id: "next" });
      await alone.system.idle();
      controller.abort(new Error("no time"));
      await given;
      await alone.system.idle();
      assertEquals(alone.pool.stats().leases, 2);
      await peer.reason(FrameType.RESET, 1, ErrorCode.CANCELLED).flush();
      assertEquals((await next).id, "next");
      assertEquals(alone.pool.stats().leases, 1);
    },
  );
}

// Dials that were given up.

/** A pool whose network gives its socket when it is asked to, and not before. */
function withLateSocket(clock?: ManualClock) {
  const asked = Promise.withResolvers<AbortSignal>();
  const given = Promise.withResolvers<Transport>();
  const system = new ActorSystem(clock === undefined ? {} : { clock });
  const pool = new ConnectionPool(system, {
    network: {
      listen() {
        throw new Error("Nobody listens here");
      },
      connect(_address, signal) {
        asked.resolve(signal);
        return given.promise;
      },
    },
  });
  return { system, pool, asked: asked.promise, give: given.resolve };
}

Deno.test("a pool that is closed waits for a dial that it has given up, and closes its socket", async () => {
  const { system, pool, asked, give } = withLateSocket();
  const refused = assertRejects(() => pool.connect({ port: 1 }), ConnectError);
  const signal = await asked;
  let isClosed = false;
  const closed = pool.close().then(() => isClosed = true);
  await new Promise((aborted) => signal.addEventListener("abort", aborted));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(isClosed, false);
  const closes: boolean[] = [];
  give({
    read: () => Promise.resolve(null),
    write: (bytes) => Promise.resolve(bytes.length),
    closeWrite: () => Promise.resolve(),
    close: () => void closes.push(isClosed),
  });
  await closed;
  assertEquals(closes, [false]);
  await refused;
  await system.shutdown();
});

Deno.test("a pool that is closed waits for no more than a second for a dial that never ends", async () => {
  const clock = new ManualClock();
  const { system, pool, asked } = withLateSocket(clock);
  const refused = assertRejects(() => pool.connect({ port: 1 }), ConnectError);
  const signal = await asked;
  const aborted = new Promise((aborted) =>
    signal.addEventListener("abort", aborted)
  );
  const closed = pool.close();
  await aborted;
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(1000);
  await closed;
  await refused;
  await system.shutdown();
});

for (const lingerMs of [-1, NaN]) {
  Deno.test(`a linger time of ${lingerMs} is refused`, async () => {
    await using system = new ActorSystem();
    assertThrows(
      () => new ConnectionPool(system, { lingerMs }),
      RangeError,
      `lingerMs: it is ${lingerMs}`,
    );
  });
}

for (
  const [options, message] of [
    [{ lingerMs: "5" }, 'lingerMs: it is "5", it must be a number'],
    [{ socketsPerPeer: "2" }, 'socketsPerPeer: it is "2"'],
    [{ retryMs: {} }, "retryMs: it is an object"],
    [{ maxStreams: "100" }, 'maxStreams: it is "100"'],
    [
      { credentials: "secret" },
      "credentials: it is a string, it must be a Uint8Array",
    ],
    [{ onState: {} }, "onState: it is an object, it must be a function"],
    [
      { tls: { caCerts: "pem" } },
      "caCerts: it is a string, it must be an array",
    ],
    [{ tls: { caCerts: ["?"] } }, "caCerts[0]: it is not a certificate"],
    [{ tls: "yes" }, "tls: it is a string"],
  ] as const
) {
  Deno.test(`a pool with ${Deno.inspect(options)} is refused`, async () => {
    await using system = new ActorSystem();
    // As a program without types does.
    assertThrows(
      () => Reflect.construct(ConnectionPool, [system, options]),
      TypeError,
      `Cannot use ${message}`,
    );
  });
}

for (
  const [args, ErrorClass, message] of [
    [
      [undefined],
      TypeError,
      "the address: it is missing, it must be { hostname, port }",
    ],
    [[null], TypeError, "the address: it is missing"],
    [
      [{ port: 80, hostname: 5 }],
      TypeError,
      "hostname: it is 5, it must be a string",
    ],
    [[{}], TypeError, "port: it is missing, it must be a number"],
    [[{ port: "80" }], TypeError, 'port: it is "80"'],
    [[{ port: 0 }], RangeError, "port: it is 0"],
    [[{ port: 65_536 }], RangeError, "port: it is 65536"],
    [[{ port: 80 }, { id: 5 }], TypeError, "id: it is 5, it must be a string"],
    [
      [{ port: 80 }, { metadata: "abc" }],
      TypeError,
      "metadata: it is a string",
    ],
    [
      [{ port: 80 }, { priority: "hi" }],
      TypeError,
      'priority: it is "hi", it must be "high", "normal" or "low"',
    ],
  ] as const
) {
  Deno.test(`connect(${Deno.inspect(args).slice(1, -1)}) is refused and dials nothing`, async () => {
    await using alone = aloneWith();
    // As a program without types does.
    await assertRejects(
      () => Reflect.apply(alone.pool.connect, alone.pool, args),
      ErrorClass,
      `Cannot use ${message}`,
    );
    assertEquals(alone.pool.stats().dials, 0);
  });
}

Deno.test(
  "credentials that turn out not to be bytes are not sent",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const pool: ConnectionPool = Reflect.construct(ConnectionPool, [
      net.system,
      { credentials: () => "secret" },
    ]);
    await assertRejects(
      () => pool.connect(net.listener.address),
      TypeError,
      "what credentials() returns: it is a string",
    );
  },
);

// The end of a pool.

Deno.test(
  "a pool that is closed while it dials rejects those who wait",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const connecting = assertRejects(
      () => alone.pool.connect(server.address),
      ConnectError,
      "pool was closed",
    );
    using _peer = await server.accept();
    await alone.pool.close();
    await connecting;
  },
);

Deno.test("a pool that is closed at once dials nothing", bounded, async () => {
  using server = new RawServer();
  await using alone = aloneWith();
  const connecting = assertRejects(
    () => alone.pool.connect(server.address),
    ConnectError,
    "closed",
  );
  await alone.pool.close();
  await connecting;
});

Deno.test("a closed pool refuses connections", bounded, async () => {
  await using net = new Net();
  await net.pool.close();
  await net.pool.close();
  await assertRejects(() => net.connect(), ConnectError, "closed");
});

Deno.test(
  "a closed pool leaves no socket, lease or timer",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ serve: echo, clock });
    const [held, lingering] = await Promise.all([net.connect(), net.connect()]);
    await lingering.close();
    await net.pool.close();
    await held.closed;
    assertEquals(net.pool.stats().sockets, 0);
    assertEquals(net.pool.stats().leases, 0);
    await net.until(() => net.listener.stats().sessions === 0);
    await allClosed(net);
    assertEquals(clock.holding, 0);
    await net.system.shutdown();
    assertEquals(clock.pending, 0);
  },
);

Deno.test(
  "a server that opens connections is refused, and ours go on",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const connecting = alone.pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    await peer.open(2).flush();
    const reset = await peer.next(FrameType.RESET);
    assertEquals(reset.stream, 2);
    await connection.send(utf8("hello"));
    assertEquals(text((await peer.next(FrameType.DATA)).payload), "hello");
  },
);

Deno.test(
  "closing a pool waits for a peer that has not received everything",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith();
    const connecting = alone.pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    await connection.send(utf8("last words"));
    let closed = false;
    const closing = alone.pool.close().then(() => closed = true);
    await peer.next(FrameType.DATA);
    await peer.ack().flush();
    await peer.next(FrameType.GOAWAY);
    assertEquals(closed, false);
    await peer.ack().flush();
    assertEquals(await peer.rest(), []);
    peer.socket.closeWrite();
    await closing;
  },
);

Deno.test(
  "closing a pool waits `closeMs` at most for a peer that acknowledges nothing",
  bounded,
  async () => {
    using server = new RawServer();
    const clock = new ManualClock();
    await using system = new ActorSystem({ clock });
    const pool = new ConnectionPool(system, { closeMs: 300 });
    const connecting = pool.connect(server.address);
    using peer = await server.meet();
    await connecting;
    let closed = false;
    const closing = pool.close().then(() => closed = true);
    await peer.next(FrameType.GOAWAY);
    clock.advance(299);
    await system.idle();
    assertEquals(closed, false);
    clock.advance(1);
    await peer.rest();
    peer.socket.closeWrite();
    await closing;
  },
);

Deno.test(
  "a socket is closed though its peer never ends its side of a connection",
  bounded,
  async () => {
    using server = new RawServer();
    await using alone = aloneWith({ lingerMs: 0 });
    const connecting = alone.pool.connect(server.address);
    using peer = await server.meet();
    const connection = await connecting;
    await connection.close();
    assertEquals(alone.pool.stats().leases, 0);
    const types: number[] = [];
    while (types.at(-1) !== FrameType.GOAWAY) {
      types.push((await peer.any()).type);
    }
    assertEquals(types, [
      FrameType.PING,
      FrameType.OPEN,
      FrameType.STOP,
      FrameType.DATA,
      FrameType.GOAWAY,
    ]);
    await peer.ack().flush();
    assertEquals(await peer.rest(), []);
    peer.socket.closeWrite();
    await connection.closed;
    await assertRejects(() => connection.receive(), ConnectionClosedError);
  },
);
