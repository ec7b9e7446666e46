/**
 * How long a close waits for the peer: for as long as that gets on, and no
 * longer than `closeMs` without.
 */
import { assertEquals, assertRejects } from "@std/assert";
import { CloseDeadline } from "../../src/session/close_deadline.ts";
import { ConnectionResetError } from "../../src/session/errors.ts";
import { decodeReason } from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
} from "../../src/session/wire/protocol.ts";
import { ConnectionPool } from "../../src/tcp/pool.ts";
import { pattern, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, Net } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { RawPeer, RawServer } from "../support/raw_peer.ts";
import { Net as TcpConnNet } from "../tcp_conn/support.ts";

const CLOSE_MS = 1000;
/** The clock jumps: nobody can reply meanwhile. */
const QUIET = { keepAliveMs: 1e9, keepAliveTimeoutMs: 1e9, frameMs: 1e9 };
const WINDOW = { windowBytes: 65_536, maxWindowBytes: 65_536 };

Deno.test("a deadline starts again with each progress, and is stopped for good", () => {
  const clock = new ManualClock();
  let progress = 0;
  let due = 0;
  const watch = (): CloseDeadline =>
    new CloseDeadline(clock, CLOSE_MS, () => progress, () => due++);
  watch();
  for (let i = 0; i < 20; i++) {
    clock.advance(CLOSE_MS - 1);
    progress++;
  }
  assertEquals(due, 0);
  // It is seen at the next look, of which there are four in the time.
  clock.advance(CLOSE_MS);
  assertEquals(due, 0);
  clock.advance(CLOSE_MS / 4);
  assertEquals([due, clock.pending], [1, 0]);
  const stopped = watch();
  clock.advance(CLOSE_MS - 1);
  stopped.stop();
  clock.advance(CLOSE_MS);
  assertEquals([due, clock.pending], [1, 0]);
});

Deno.test(
  "close() goes on for as long as the peer reads, however slowly",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({
      clock,
      listen: {
        ...QUIET,
        closeMs: CLOSE_MS,
        serve(connection) {
          for (let i = 0; i < 40; i++) void connection.send(pattern(50_000, i));
        },
      },
      pool: { ...QUIET, ...WINDOW },
    });
    const here = await net.connect();
    let count = 0;
    for await (const message of here) {
      assertEquals(message, pattern(50_000, count++));
      // Within two of them there is progress: a window is less than that.
      clock.advance(CLOSE_MS * 0.3);
    }
    assertEquals(count, 40);
    await here.close();
  },
);

Deno.test(
  "close() over tcp-conn goes on for as long as the peer reads",
  bounded,
  async () => {
    const clock = new ManualClock();
    const limits = { idleMs: Infinity, closeMs: CLOSE_MS };
    const MESSAGES = 40;
    // More than sockets hold, so that each read lets something go.
    const message = pattern(1_000_000);
    await using net = new TcpConnNet({
      clock,
      listen: { ...limits, stallMs: 1e9, maxUnreadBytes: 2_000_000 },
      pool: limits,
    });
    const [here, there] = await net.pair();
    for (let i = 0; i < MESSAGES; i++) void here.send(message);
    const closed = here.close();
    for (let i = 0; i < MESSAGES; i++) {
      assertEquals((await there.receive()).length, message.length);
      clock.advance(CLOSE_MS / 20);
    }
    await closed;
  },
);

Deno.test(
  "a dialled connection whose peer never ends its side is reset after closeMs, and the next one has its place",
  bounded,
  async () => {
    const clock = new ManualClock();
    using server = new RawServer();
    await using net = new Net({ clock });
    const pool = new ConnectionPool(net.system, {
      ...QUIET,
      closeMs: CLOSE_MS,
    });
    const connecting = pool.connect(server.address);
    using peer = await server.meet({ maxStreams: 1 });
    const connection = await connecting;
    await connection.close();
    assertEquals(pool.stats().leases, 0);
    const next = pool.connect(server.address);
    const fin = await peer.next(FrameType.DATA);
    assertEquals(fin.flags & DataFlag.FIN, DataFlag.FIN);
    clock.advance(CLOSE_MS);
    const { stream, payload } = await peer.next(FrameType.RESET);
    assertEquals([stream, decodeReason(payload).code], [
      1,
      ErrorCode.CANCELLED,
    ]);
    await connection.closed;
    await next;
    assertEquals((await peer.next(FrameType.OPEN)).stream, 3);
    const ending = pool.close();
    await peer.next(FrameType.GOAWAY);
    await peer.ack().flush();
    await peer.rest();
    peer.socket.closeWrite();
    await ending;
  },
);

Deno.test(
  "a served connection whose peer never ends its side is gone after closeMs, and so is its actor",
  bounded,
  async () => {
    const clock = new ManualClock();
    await using net = new Net({
      clock,
      serve() {},
      listen: { ...QUIET, closeMs: CLOSE_MS, maxStreams: 1 },
    });
    using peer = await RawPeer.meet(net.listener.address);
    await net.system.idle();
    const { actors } = net;
    for (const stream of [1, 3, 5]) {
      await peer.open(stream).flush();
      await peer.next(FrameType.STOP);
      await peer.next(FrameType.DATA);
      assertEquals(net.actors, actors + 1);
      clock.advance(CLOSE_MS);
      assertEquals((await peer.next(FrameType.RESET)).stream, stream);
      await net.until(() => net.actors === actors);
    }
  },
);

Deno.test(
  "a closed connection waits for a peer that cannot be reached, and is not reset",
  bounded,
  async () => {
    const clock = new ManualClock();
    const limits = { ...QUIET, closeMs: CLOSE_MS, resumeMs: 1e9 };
    await using net = new ProxiedNet({
      clock,
      listen: limits,
      pool: { ...limits, backoff: { maxMs: 0 } },
    });
    const [here, there] = await net.connected();
    await net.interrupt();
    await here.send(utf8("last words"));
    await here.close();
    clock.advance(100 * CLOSE_MS);
    net.proxy.refuse = false;
    clock.advance(0);
    const got: Uint8Array[] = [];
    for await (const message of there) got.push(message);
    assertEquals(got, [utf8("last words")]);
    await here.closed;
    // A reset would be the error of this.
    await assertRejects(
      () => there.send(utf8("too late")),
      ConnectionResetError,
      "no longer reads",
    );
  },
);
