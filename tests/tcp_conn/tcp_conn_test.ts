import {
  assert,
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
import { ListenError } from "../../src/tcp/tcp_acceptor.ts";
import type { TcpConnConnection } from "../../src/tcp_conn/connection.ts";
import { IdleTimeoutError } from "../../src/tcp_conn/errors.ts";
import { listenTcpConn } from "../../src/tcp_conn/listener.ts";
import { TcpConnPool } from "../../src/tcp_conn/pool.ts";
import { MessageTooLargeError } from "../../src/session/wire/errors.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded } from "../support/net.ts";
import { echo, message, Net, RawPeer, uuid } from "./support.ts";

async function roundTrip(connection: TcpConnConnection): Promise<void> {
  const words = `I am ${connection.id}`;
  await connection.send(utf8(words));
  assertEquals(text(await connection.receive()), words);
}

Deno.test(
  "messages of any size go there and back, in order",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const connection = await net.connect();
    const sizes = [0, 1, 65_535, 65_536, 65_537, 200_000, 16_777_216, 3];
    for (const [i, size] of sizes.entries()) {
      const message = pattern(size, i);
      await connection.send(message);
      assertEquals(sha256(await connection.receive()), sha256(message));
    }
  },
);

Deno.test(
  "a message over 16 MiB is refused, and the next one goes",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const connection = await net.connect();
    await assertRejects(
      () => connection.send(new Uint8Array(16_777_217)),
      MessageTooLargeError,
      "split it",
    );
    await roundTrip(connection);
  },
);

Deno.test(
  "both ends know the id, in lower case, and the other's address",
  bounded,
  async () => {
    await using net = new Net();
    const id = uuid(0xabc);
    const [here, there] = await net.pair({ id: id.toUpperCase() });
    assertEquals([here.id, there.id], [id, id]);
    assertEquals(here.remote, net.listener.address);
    assertEquals(there.remote.hostname, "127.0.0.1");
  },
);

Deno.test("an id that is not a UUID is refused", bounded, async () => {
  await using net = new Net();
  await assertRejects(() => net.connect({ id: "orders" }), RangeError, "UUID");
});

Deno.test(
  "concurrent connections to one address share a socket, which closes after the last",
  bounded,
  async () => {
    const gone = Promise.withResolvers<void>();
    await using net = new Net({
      serve: async (connection) => {
        try {
          for await (const got of connection) await connection.send(got);
        } finally {
          gone.resolve();
        }
      },
    });
    const connections = await Promise.all(
      Array.from({ length: 50 }, () => net.connect()),
    );
    await Promise.all(connections.map(roundTrip));
    const { dials, reuses, leases, sockets } = net.pool.stats();
    assertEquals({ dials, reuses, leases, sockets }, {
      dials: 1,
      reuses: 49,
      leases: 50,
      sockets: 1,
    });
    assertEquals(net.listener.stats().accepted, 1);
    await Promise.all(connections.slice(1).map((one) => one.close()));
    assertEquals(net.pool.stats().leases, 1);
    await roundTrip(connections[0] as TcpConnConnection);
    await connections[0]?.close();
    assertEquals(net.pool.stats().leases, 0);
    await gone.promise;
    await roundTrip(await net.connect());
    assertEquals(net.pool.stats().dials, 2);
  },
);

Deno.test(
  "an id that is in use at an address is refused, and free again when it is closed",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const id = uuid(1);
    const keeper = await net.connect();
    const first = await net.connect({ id });
    await assertRejects(() => net.connect({ id }), ConnectError, "in use");
    await first.close();
    await roundTrip(await net.connect({ id }));
    await roundTrip(keeper);
  },
);

Deno.test(
  "the listening side sends first under ids that both know",
  bounded,
  async () => {
    const id = uuid(42);
    await using net = new Net({
      listen: { ids: [id] },
      serve: (connection) => connection.send(utf8("welcome")),
    });
    const connection = await net.connect({ id });
    assertEquals(text(await connection.receive()), "welcome");
  },
);

Deno.test(
  "two peers that send a lot at once do not block each other",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const message = pattern(1_000_000);
    const sendAll = async (connection: TcpConnConnection): Promise<void> => {
      for (let i = 0; i < 16; i++) await connection.send(message);
    };
    const readAll = async (connection: TcpConnConnection): Promise<void> => {
      for (let i = 0; i < 16; i++) {
        assertEquals((await connection.receive()).length, message.length);
      }
    };
    await Promise.all([sendAll(here), sendAll(there)]);
    await Promise.all([readAll(here), readAll(there)]);
  },
);

Deno.test(
  "a reader who is slower than its peer loses nothing",
  bounded,
  async () => {
    await using net = new Net({ listen: { maxUnreadBytes: 100_000 } });
    const [here, there] = await net.pair();
    const sent = (async () => {
      for (let i = 0; i < 100; i++) await here.send(pattern(90_000, i));
    })();
    for (let i = 0; i < 100; i++) {
      assertEquals(
        sha256(await there.receive()),
        sha256(pattern(90_000, i)),
      );
    }
    await sent;
    assertEquals(net.listener.stats().droppedBytes, 0);
  },
);

Deno.test(
  "an id that nobody reads fails alone, and the others go on",
  bounded,
  async () => {
    await using net = new Net({
      listen: { maxUnreadBytes: 1_000_000, stallMs: 0 },
    });
    const [unread, unreadThere] = await net.pair();
    const [here, there] = await net.pair();
    while (net.listener.stats().droppedBytes === 0) {
      await unread.send(pattern(100_000));
      await here.send(pattern(1));
      await there.receive();
    }
    await unreadThere.closed;
    await assertRejects(() => unreadThere.receive(), ConnectionClosedError);
    await here.send(utf8("still here"));
    assertEquals(text(await there.receive()), "still here");
    assertEquals(net.failures.untaken, 0);
  },
);

Deno.test("what was sent before a close arrives", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  here.send(pattern(5_000_000));
  await here.close();
  assertEquals((await there.receive()).length, 5_000_000);
  await assertRejects(() => there.receive(), SessionLostError);
});

Deno.test(
  "a socket that ends ends all its connections at once, and the next connect dials anew",
  bounded,
  async () => {
    await using net = new Net();
    const [one] = await net.pair();
    const [other] = await net.pair();
    const ends = [one, other].map((connection) =>
      assertRejects(() => connection.receive(), SessionLostError)
    );
    await net.listener.close();
    await Promise.all([...ends, one.closed, other.closed]);
    assertEquals(net.pool.stats().evictions, 1);
    await using again = listenTcpConn(net.system, {
      ...net.listener.address,
      serve: echo,
    });
    await roundTrip(await net.pool.connect(again.address));
    assertEquals(net.pool.stats().dials, 2);
  },
);

Deno.test(
  "nobody at the address is a ConnectError, and the next one tries again",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const { address } = net.listener;
    await net.listener.close();
    await assertRejects(() => net.pool.connect(address), ConnectError);
    await using again = listenTcpConn(net.system, { ...address, serve: echo });
    await roundTrip(await net.pool.connect(again.address));
  },
);

Deno.test(
  "a connect that was given up rejects with the reason of its signal",
  bounded,
  async () => {
    await using net = new Net();
    const signal = AbortSignal.abort(new RangeError("no interest"));
    await assertRejects(() => net.connect({ signal }), RangeError);
  },
);

Deno.test("a connection is closed with its holder", bounded, async () => {
  await using net = new Net();
  const holder = new AbortController();
  const connection = await net.connect({ holder });
  holder.abort();
  await connection.closed;
  assertEquals(net.pool.stats().leases, 0);
});

Deno.test(
  "a pool that is closed makes no more connections",
  bounded,
  async () => {
    await using net = new Net();
    const [connection] = await net.pair();
    await net.pool.close();
    await assertRejects(() => connection.receive(), SessionLostError);
    await assertRejects(() => net.connect(), ConnectError, "closed");
  },
);

Deno.test(
  "a serve that fails resets its connection alone, and the id opens anew",
  bounded,
  async () => {
    let failed = false;
    await using net = new Net({
      async serve(connection, context) {
        if (!failed) {
          await connection.receive();
          failed = true;
          throw new RangeError("a bug");
        }
        await echo(connection, context);
      },
    });
    const connection = await net.connect();
    await connection.send(utf8("the first fails"));
    assertInstanceOf(await net.failures.next(), RangeError);
    await roundTrip(connection);
  },
);

Deno.test(
  "a connection whose serve has returned is closed, and its next message opens it anew",
  bounded,
  async () => {
    await using net = new Net({
      async serve(connection) {
        await connection.send(await connection.receive());
      },
    });
    const connection = await net.connect();
    await roundTrip(connection);
    await roundTrip(connection);
  },
);

Deno.test(
  "a loop that is left reads no more, and sends still go",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await there.send(utf8("one"));
    for await (const _ of here) break;
    await assertRejects(() => here.receive(), ConnectionClosedError);
    await here.send(utf8("two"));
    assertEquals(text(await there.receive()), "two");
  },
);

Deno.test(
  "one read may be pending at a time, and can be given up",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const reader = new AbortController();
    const read = here.receive({ signal: reader.signal });
    await assertRejects(() => here.receive(), Error, "pending");
    reader.abort(new RangeError("no time"));
    await assertRejects(() => read, RangeError);
    await there.send(utf8("later"));
    assertEquals(text(await here.receive()), "later");
  },
);

Deno.test("bytes go through the streams", bounded, async () => {
  await using net = new Net({
    serve: (connection) => connection.readable.pipeTo(connection.writable),
  });
  const connection = await net.connect();
  const bytes = pattern(3_000_000);
  const reader = connection.readable.getReader();
  const written = new Blob([bytes]).stream().pipeTo(connection.writable);
  const got = new Uint8Array(bytes.length);
  for (let at = 0; at < got.length;) {
    const { value } = await reader.read();
    assert(value !== undefined);
    got.set(value, at);
    at += value.length;
  }
  await written;
  assertEquals(sha256(got), sha256(bytes));
});

Deno.test(
  "a connection that is idle ends with a typed error, and its socket closes",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock, listen: { idleMs: Infinity } });
    const [here, there] = await net.pair();
    const read = here.receive();
    clock.advance(30_000);
    await assertRejects(() => read, IdleTimeoutError);
    assertEquals(net.pool.stats().leases, 0);
    await assertRejects(() => there.receive(), SessionLostError);
  },
);

Deno.test(
  "a socket without connections is closed by the listener after idleMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock, serve: echo });
    using peer = await RawPeer.dial(net.listener.address);
    await peer.say(message(uuid(1), utf8("hello")));
    await peer.hear();
    // The connection is idle first, then the socket.
    for (let i = 0; i < 2; i++) {
      clock.advance(30_000);
      await net.system.idle();
    }
    assertEquals(await peer.hear(), undefined);
    assertEquals(net.peerErrors.untaken, 0);
  },
);

Deno.test(
  "a close waits no longer than closeMs for a peer that does not read",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using system = new ActorSystem({ clock });
    using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using pool = new TcpConnPool(system, { idleMs: Infinity });
    const connection = await pool.connect({ port: server.addr.port });
    using _peer = await server.accept();
    const sent = connection.send(pattern(16_777_216));
    const closed = connection.close();
    clock.advance(5000);
    await closed;
    await assertRejects(() => sent, ConnectionClosedError);
    const ending = pool.close();
    clock.advance(1000);
    await ending;
  },
);

Deno.test("a port that is taken is a ListenError", bounded, async () => {
  await using net = new Net();
  const options = { ...net.listener.address, serve: echo };
  assertThrows(() => listenTcpConn(net.system, options), ListenError);
});

Deno.test(
  "options out of their range are refused by name",
  bounded,
  async () => {
    await using system = new ActorSystem();
    const listening = { port: 0, serve: echo };
    for (
      const option of [
        { idleMs: 0 },
        { maxUnreadBytes: 65_535 },
        { maxSocketUnreadBytes: NaN },
        { maxConnections: 0 },
        { closeMs: -1 },
      ]
    ) {
      const [name = ""] = Object.keys(option);
      assertThrows(() => new TcpConnPool(system, option), RangeError, name);
      assertThrows(
        () => listenTcpConn(system, { ...listening, ...option }),
        RangeError,
        name,
      );
    }
    for (const option of [{ dialMs: 0 }, { lingerMs: -1 }]) {
      const [name = ""] = Object.keys(option);
      assertThrows(() => new TcpConnPool(system, option), RangeError, name);
    }
    for (const option of [{ maxSockets: 0 }, { ids: ["orders"] }]) {
      assertThrows(
        () => listenTcpConn(system, { ...listening, ...option }),
        RangeError,
      );
    }
  },
);
