import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { TroupeError } from "../../src/actor/errors.ts";
import {
  ConnectionClosedError,
  ConnectionRefusedError,
  ConnectionResetError,
  SessionLostError,
} from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
} from "../../src/session/wire/errors.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
} from "../../src/session/wire/protocol.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { bounded, echo, Net, roundTrip } from "../support/net.ts";
import { RawPeer } from "../support/raw_peer.ts";

/** Notes when a promise has settled, without a say in when. */
function watch(promise: Promise<unknown>): { settled: boolean } {
  const state = { settled: false };
  const settle = (): void => void (state.settled = true);
  promise.then(settle, settle);
  return state;
}

/** Sends more than there is credit for; the last of the sends waits. */
function overfill(connection: LogicalConnection): Promise<void>[] {
  return Array.from(
    { length: 20 },
    (_, i) => connection.send(pattern(65_536, i + 1)),
  );
}

Deno.test(
  "a hundred logical connections share one socket",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const connections = await Promise.all(
      Array.from({ length: 100 }, () => net.connect()),
    );
    await Promise.all(
      connections.map((each, i) => roundTrip(each, `no. ${i}`)),
    );
    assertEquals(net.pool.stats().sockets, 1);
    assertEquals(net.listener.stats().accepted, 1);
  },
);

const sizes = [0, 1, 100, 65_535, 65_536, 65_537, 1_000_000, 5_000_000];

for (const size of sizes) {
  Deno.test(
    `a message of ${size} bytes goes there and back intact`,
    bounded,
    async () => {
      await using net = new Net({ serve: echo });
      await using connection = await net.connect();
      const message = pattern(size);
      await connection.send(message);
      const answer = await connection.receive();
      assertEquals(answer?.length, size);
      assertEquals(sha256(answer ?? utf8("none")), sha256(message));
    },
  );
}

Deno.test(
  "messages of all sizes on many connections each arrive in order",
  bounded,
  async () => {
    await using net = new Net({ serve: echo });
    const connections = await Promise.all(
      Array.from({ length: 3 }, () => net.connect()),
    );
    await Promise.all(connections.map(async (connection, i) => {
      const messages = [...sizes, ...sizes.toReversed()].map((size, j) =>
        pattern(size, 100 * i + j)
      );
      const sent = messages.map((message) => connection.send(message));
      for (const message of messages) {
        const answer = await connection.receive();
        assertEquals(answer?.length, message.length);
        assertEquals(sha256(answer ?? utf8("none")), sha256(message));
      }
      await Promise.all(sent);
    }));
  },
);

Deno.test(
  "the buffer of a message is the sender's again when send() resolves",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const message = pattern(1_000_000);
    const hash = sha256(message);
    const received = there.receive();
    await here.send(message);
    message.fill(0);
    assertEquals(sha256(await received ?? utf8("none")), hash);
  },
);

Deno.test(
  "the other side receives the id and the metadata",
  bounded,
  async () => {
    await using net = new Net();
    const metadata = utf8("in clear");
    const [here, there] = await net.pair({ id: "☎ 42", metadata });
    assertEquals([here.id, there.id], ["☎ 42", "☎ 42"]);
    assertEquals(text(there.metadata), "in clear");
  },
);

Deno.test(
  "a connection that nobody reads stops its own sender and no other",
  bounded,
  async () => {
    const unread = Promise.withResolvers<LogicalConnection>();
    await using net = new Net({
      serve(connection, context) {
        if (connection.id !== "unread") return echo(connection, context);
        unread.resolve(connection);
        return connection.closed;
      },
    });
    const here = await net.connect({ id: "unread" });
    const sends = overfill(here);
    const all = watch(Promise.all(sends));
    const last = watch(sends.at(-1) ?? Promise.resolve());
    const others = await Promise.all(
      Array.from({ length: 20 }, () => net.connect()),
    );
    for (let i = 0; i < 10; i++) {
      await Promise.all(others.map((other) => roundTrip(other, `trip ${i}`)));
    }
    assertEquals(last.settled, false);
    assertEquals(all.settled, false);

    const there = await unread.promise;
    for (let i = 0; i < 20; i++) {
      const message = await there.receive();
      assertEquals(sha256(message ?? utf8("")), sha256(pattern(65_536, i + 1)));
    }
    await Promise.all(sends);
    assertEquals(net.pool.stats().sockets, 1);
  },
);

Deno.test(
  "two peers that send 20 MB to each other at once both finish",
  bounded,
  async () => {
    await using net = new Net();
    const ends = await net.pair();
    const messages = Array.from(
      { length: 20 },
      (_, i) => pattern(1_000_000, i),
    );
    const hashes = messages.map(sha256);
    await Promise.all(ends.map(async (end) => {
      const sent = Promise.all(messages.map((message) => end.send(message)));
      for (const hash of hashes) {
        assertEquals(sha256(await end.receive() ?? utf8("none")), hash);
      }
      await sent;
    }));
  },
);

Deno.test(
  "two peers that reply to each other on many connections at once both finish",
  bounded,
  async () => {
    await using net = new Net();
    const pairs = await Promise.all(
      Array.from({ length: 10 }, () => net.pair()),
    );
    const message = pattern(500_000);
    await Promise.all(
      pairs.flat().map(async (end) => {
        const sent = Promise.all([1, 2, 3, 4].map(() => end.send(message)));
        for (let i = 0; i < 4; i++) {
          assertEquals((await end.receive())?.length, message.length);
        }
        await sent;
      }),
    );
  },
);

Deno.test(
  "a read that is cancelled leaves the message to the next one",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const controller = new AbortController();
    const read = there.receive({ signal: controller.signal });
    controller.abort(new Error("no time"));
    await assertRejects(() => read, Error, "no time");
    await here.send(utf8("late"));
    assertEquals(text(await there.receive()), "late");
  },
);

Deno.test(
  "a second read at the same time is refused and the first goes on",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const first = there.receive();
    await assertRejects(() => there.receive(), TroupeError, "another read");
    await here.send(utf8("one"));
    assertEquals(text(await first), "one");
  },
);

Deno.test(
  "a message over the limit resets its own connection only",
  bounded,
  async () => {
    await using net = new Net({ listen: { maxMessageBytes: 1000 } });
    const [here, there] = await net.pair();
    const [other, otherThere] = await net.pair();
    const received = assertRejects(() => there.receive(), MessageTooLargeError);
    const answer = assertRejects(() => here.receive(), ConnectionResetError);
    await here.send(pattern(1001));
    await received;
    assertEquals((await answer).code, ErrorCode.MESSAGE_TOO_LARGE);
    await other.send(pattern(1000));
    assertEquals((await otherThere.receive())?.length, 1000);
  },
);

Deno.test(
  "a message goes into the buffer that its reader gives",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const into = new Uint8Array(300_000);
    for (const size of [0, 100, 300_000]) {
      await Promise.all([
        here.send(pattern(size, size)),
        there.receive({ into }).then((message) => {
          assertStrictEquals(message?.buffer, into.buffer);
          assertEquals(sha256(message), sha256(pattern(size, size)));
        }),
      ]);
    }
  },
);

Deno.test(
  "a message over the buffer that its reader gives resets the connection",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const answer = assertRejects(() => here.receive(), ConnectionResetError);
    await here.send(pattern(101));
    const into = new Uint8Array(100);
    await assertRejects(() => there.receive({ into }), MessageTooLargeError);
    assertEquals((await answer).code, ErrorCode.MESSAGE_TOO_LARGE);
  },
);

Deno.test(
  "each end knows the address of the other, and the phase of the session",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    assertEquals(here.remote, net.listener.address);
    assertEquals(there.remote.hostname, "127.0.0.1");
    assertEquals([here.phase, there.phase], ["connected", "connected"]);
    assertEquals([here.identity, there.identity], [undefined, undefined]);
    await net.pool.close();
    await there.closed;
    assertEquals(here.phase, "closed");
  },
);

Deno.test(
  "`accepted` resolves when the connection is accepted, and rejects with the reason when it is refused",
  bounded,
  async () => {
    await using net = new Net({
      serve: echo,
      listen: { accept: ({ id }) => id === "good" || `no "${id}" here` },
    });
    const good = await net.connect({ id: "good" });
    await good.accepted;
    const bad = await net.connect({ id: "bad" });
    const error = await assertRejects(
      () => bad.accepted,
      ConnectionRefusedError,
      'no "bad" here',
    );
    assertEquals(error.code, ErrorCode.REFUSED);
    // Asked late, it says the same.
    await good.accepted;
    await assertRejects(() => bad.accepted, ConnectionRefusedError);
    await roundTrip(good);
  },
);

// How a connection ends.

for (const way of ["receive", "iterate"] as const) {
  Deno.test(
    `the end in the middle of a message is an error for whoever ${way}s messages`,
    bounded,
    async () => {
      await using net = new Net();
      using peer = await RawPeer.meet(net.listener.address);
      await peer.open(1).frame(FrameType.DATA, 1, utf8("whole"), DataFlag.END)
        .frame(FrameType.DATA, 1, utf8("hal"), DataFlag.FIN).flush();
      const there = await net.served.next();
      const heard: (string | undefined)[] = [];
      await assertRejects(async () => {
        if (way === "iterate") {
          for await (const message of there) heard.push(text(message));
        } else while (true) heard.push(text(await there.receive()));
      }, MessageTruncatedError);
      assertEquals(heard, ["whole"]);
    },
  );
}

Deno.test(
  "the end in the middle of a message is the end for whoever reads bytes",
  bounded,
  async () => {
    await using net = new Net();
    using peer = await RawPeer.meet(net.listener.address);
    await peer.open(1).frame(FrameType.DATA, 1, utf8("hal"), DataFlag.FIN)
      .flush();
    const there = await net.served.next();
    assertEquals(await new Response(there.readable).text(), "hal");
  },
);

Deno.test(
  "closeWrite() ends the peer's reading while its reply still arrives",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await here.send(utf8("question"));
    await here.closeWrite();
    const heard: (string | undefined)[] = [];
    for await (const message of there) heard.push(text(message));
    assertEquals(heard, ["question"]);
    await there.send(utf8("answer"));
    await there.closeWrite();
    assertEquals(text(await here.receive()), "answer");
    assertEquals(await here.receive(), undefined);
    await Promise.all([here.closed, there.closed]);
  },
);

Deno.test(
  "the side that accepted can half-close first as well",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await there.closeWrite();
    assertEquals(await here.receive(), undefined);
    await here.send(utf8("still here"));
    assertEquals(text(await there.receive()), "still here");
  },
);

Deno.test("sending after closeWrite() is refused", bounded, async () => {
  await using net = new Net();
  const [here] = await net.pair();
  await here.closeWrite();
  await assertRejects(
    () => here.send(utf8("more")),
    ConnectionClosedError,
    "closed",
  );
});

Deno.test(
  "close() delivers what was sent, though the socket closes with it",
  bounded,
  async () => {
    await using net = new Net({ pool: { lingerMs: 0 } });
    const pairs = await Promise.all(
      Array.from({ length: 30 }, () => net.pair()),
    );
    await Promise.all(pairs.map(async ([here, there], i) => {
      const message = pattern(200_000, i);
      await here.send(message);
      await here.close();
      assertEquals(
        sha256(await there.receive() ?? utf8("none")),
        sha256(message),
      );
      assertEquals(await there.receive(), undefined);
    }));
    assertEquals(net.pool.stats().leases, 0);
  },
);

Deno.test(
  "close() while sends wait for credit delivers them once they are read",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = overfill(here);
    const closing = here.close();
    const closed = watch(closing);
    const [other, otherThere] = await net.pair();
    await other.send(utf8("barrier"));
    await otherThere.receive();
    assertEquals(closed.settled, false);
    let count = 0;
    for await (const message of there) count += message.length;
    assertEquals(count, 20 * 65_536);
    await Promise.all([...sends, closing]);
  },
);

Deno.test(
  "close() resets a connection whose peer does not read in time",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({ clock, pool: { closeMs: 300 } });
    const [here, there] = await net.pair();
    const sends = Promise.allSettled(overfill(here));
    const closing = here.close();
    clock.advance(300);
    await closing;
    await assertRejects(async () => {
      while (await there.receive() !== undefined);
    }, ConnectionResetError);
    const last = (await sends).at(-1);
    assertEquals(last?.status, "rejected");
    assertEquals(net.pool.stats().leases, 0);
  },
);

Deno.test(
  "close() waits for a half-close that waits for credit",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = overfill(here);
    const order: string[] = [];
    const half = here.closeWrite().then(() => order.push("half"));
    const whole = here.close().then(() => order.push("whole"));
    const again = here.close().then(() => order.push("again"));
    for await (const _ of there);
    order.unshift("read");
    await Promise.all([...sends, half, whole, again]);
    assertEquals(order, ["read", "half", "whole", "again"]);
  },
);

Deno.test(
  "close() rejects a pending read",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    const read = assertRejects(() => here.receive(), ConnectionClosedError);
    await here.close();
    await read;
  },
);

Deno.test("close() by both sides at once ends both", bounded, async () => {
  await using net = new Net();
  const [here, there] = await net.pair();
  await Promise.all([here.close(), there.close()]);
  await Promise.all([here.closed, there.closed]);
  assertEquals(net.pool.stats().leases, 0);
});

Deno.test(
  "close() by both sides at once, with sends that wait on both, ends both",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = Promise.allSettled([...overfill(here), ...overfill(there)]);
    await Promise.all([here.close(), there.close()]);
    await Promise.all([here.closed, there.closed, sends]);
    const [other, otherThere] = await net.pair();
    await other.send(utf8("still whole"));
    assertEquals(text(await otherThere.receive()), "still whole");
    assertEquals(net.pool.stats().dials, 1);
  },
);

Deno.test(
  "reset() ends the waits of both sides with typed errors",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = overfill(here);
    const last = sends.at(-1) ?? Promise.resolve();
    const ends = Promise.all([
      assertRejects(() => last, ConnectionClosedError),
      assertRejects(() => here.receive(), ConnectionClosedError),
      assertRejects(async () => {
        while (await there.receive() !== undefined);
      }, ConnectionResetError),
      Promise.allSettled(sends),
    ]);
    here.reset(ErrorCode.CANCELLED, "changed my mind");
    const [, , error] = await ends;
    assertEquals(error.code, ErrorCode.CANCELLED);
    assertStringIncludes(error.message, "changed my mind");
    await Promise.all([here.closed, there.closed]);
  },
);

Deno.test(
  "reset() while sends wait for the socket leaves the other connections whole",
  bounded,
  async () => {
    await using net = new Net();
    const pairs = await Promise.all(
      Array.from({ length: 10 }, () => net.pair()),
    );
    const [first, ...others] = pairs;
    const all = pairs.map(([here]) => here.send(pattern(200_000)));
    // Nothing has been written yet: its turn is still to come.
    first?.[0].reset();
    await assertRejects(
      () => all[0] ?? Promise.resolve(),
      ConnectionClosedError,
    );
    for (const [, there] of others) {
      assertEquals(
        sha256(await there.receive() ?? utf8("")),
        sha256(pattern(200_000)),
      );
    }
  },
);

Deno.test(
  "a reset connection refuses to send and to read",
  bounded,
  async () => {
    await using net = new Net();
    const [here] = await net.pair();
    here.reset();
    await assertRejects(() => here.send(utf8("x")), ConnectionClosedError);
    await assertRejects(() => here.receive(), ConnectionClosedError);
    await assertRejects(() => here.closeWrite(), ConnectionClosedError);
    await here.close();
  },
);

Deno.test(
  "closeWrite() on a connection that the peer has reset says so",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    there.reset();
    await here.closed;
    await assertRejects(() => here.closeWrite(), ConnectionResetError);
  },
);

Deno.test(
  "leaving an iteration early stops the peer's sending only",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = overfill(here);
    const last = sends.at(-1) ?? Promise.resolve();
    const settled = Promise.allSettled(sends);
    for await (const _ of there) break;
    const error = await assertRejects(() => last, ConnectionResetError);
    assertEquals(error.code, ErrorCode.CANCELLED);
    await there.send(utf8("but hear this"));
    assertEquals(text(await here.receive()), "but hear this");
    await settled;
  },
);

Deno.test(
  "closing a connection whose peer has used up its credit does not affect others",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = Promise.allSettled(overfill(here));
    const [other, otherThere] = await net.pair();
    await other.send(utf8("barrier"));
    await otherThere.receive();
    // All of the window has arrived, and nobody has read a byte of it.
    await there.close();
    const outcomes = await sends;
    assertEquals(outcomes.at(-1)?.status, "rejected");
    await there.closed;
    await other.send(utf8("well?"));
    assertEquals(text(await otherThere.receive()), "well?");
  },
);

Deno.test("`await using` closes at the end of the block", bounded, async () => {
  await using net = new Net();
  let there: LogicalConnection;
  {
    await using here = await net.connect();
    there = await net.served.next();
    await here.send(utf8("last words"));
  }
  assertEquals(text(await there.receive()), "last words");
  assertEquals(await there.receive(), undefined);
});

Deno.test(
  "waits end with SessionLostError when the session ends",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    const sends = overfill(here);
    const waits = Promise.all([
      assertRejects(() => sends.at(-1) ?? Promise.resolve(), SessionLostError),
      assertRejects(() => here.receive(), SessionLostError),
      assertRejects(async () => {
        while (await there.receive() !== undefined);
      }, SessionLostError),
      Promise.allSettled(sends),
      here.closed,
      there.closed,
    ]);
    await net.pool.close();
    await waits;
    const error = await here.send(utf8("x")).catch((error) => error);
    assertInstanceOf(error, SessionLostError);
  },
);

Deno.test(
  "what has arrived can be read after the session is lost",
  bounded,
  async () => {
    await using net = new Net();
    const [here, there] = await net.pair();
    await here.send(utf8("one"));
    await here.send(utf8("two"));
    await net.pool.close();
    await there.closed;
    assertEquals(text(await there.receive()), "one");
    assertEquals(text(await there.receive()), "two");
    await assertRejects(() => there.receive(), SessionLostError);
  },
);
