/**
 * Frames of up to 1 MiB over real sockets: into whose memory they go, and what
 * is left of one that is cut off.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import {
  ConnectionClosedError,
  ConnectionResetError,
} from "../../src/session/errors.ts";
import type { LogicalConnection } from "../../src/session/logical_connection.ts";
import { MessageTooLargeError } from "../../src/session/wire/errors.ts";
import { decodeReason } from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  HEADER_BYTES,
} from "../../src/session/wire/protocol.ts";
import { pattern, sha256, text, utf8 } from "../support/bytes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { bounded, Net, type NetOptions } from "../support/net.ts";
import { ProxiedNet } from "../support/proxied_net.ts";
import { randomFrom } from "../support/random.ts";
import { frameBytes, RawPeer } from "../support/raw_peer.ts";
import { isSlow } from "../support/slow.ts";

const { DATA, RESET } = FrameType;
const { END, FIN } = DataFlag;
const MESSAGE = pattern(1_000_000, 5);
const FRAME = frameBytes(DATA, END, 1, MESSAGE);
const HALF = FRAME.length / 2;

/** A listener whose streams have credit for a large frame, and its peer. */
async function start(options: NetOptions = {}): Promise<{
  readonly net: Net;
  readonly peer: RawPeer;
  readonly there: LogicalConnection;
}> {
  const net = new Net({
    ...options,
    listen: { windowBytes: 4_194_304, ...options.listen },
  });
  const peer = await RawPeer.meet(net.listener.address);
  await peer.open(1).flush();
  const there = await net.served.next();
  await peer.next(FrameType.ACCEPT);
  return { net, peer, there };
}

/** Waits until a socket has written to a buffer up to this place, and reads on. */
async function arrived(buffer: Uint8Array, place: number): Promise<void> {
  while (buffer.subarray(place - 100, place).every((byte) => byte === 0)) {
    await delay(1);
  }
  // The read that has brought it returns before the next macrotask.
  await delay(1);
}

/** Another socket of the same session. */
function resumed(peer: RawPeer, net: Net, epoch = 2): Promise<RawPeer> {
  const { sessionId, token } = peer.theirs ?? {};
  assert(sessionId !== undefined && token !== undefined);
  const { received } = peer;
  const changes = { sessionId, token, epoch, received };
  return RawPeer.meet(net.listener.address, changes);
}

Deno.test(
  "a message in one large frame arrives in the reader's buffer, or in one of its own, with all that follows",
  bounded,
  async () => {
    const { net, peer, there } = await start();
    await using _ = net;
    using __ = peer;
    const into = new Uint8Array(1_000_000);
    const received = there.receive({ into });
    const sending = peer.write(FRAME);
    assertEquals(sha256(await received ?? into), sha256(MESSAGE));
    await sending;
    await peer.frame(DATA, 1, utf8("small"), END).flush();
    assertEquals(text(await there.receive()), "small");
    const last = peer.write(frameBytes(DATA, END | FIN, 1, MESSAGE));
    assertEquals(sha256(await there.receive() ?? into), sha256(MESSAGE));
    assertEquals(await there.receive({ into }), undefined);
    await last;
  },
);

for (const isTakenOver of [false, true]) {
  Deno.test(
    `a message whose large frame was cut in the middle arrives whole over the next socket${
      isTakenOver ? ", though the last one is still there" : ""
    }`,
    bounded,
    async () => {
      const { net, peer, there } = await start();
      await using _ = net;
      const into = new Uint8Array(1_000_000);
      const received = there.receive({ into });
      await peer.write(FRAME.subarray(0, HALF));
      await arrived(into, 100_000);
      if (!isTakenOver) peer[Symbol.dispose]();
      using next = await resumed(peer, net);
      const sending = next.write(FRAME);
      if (isTakenOver) {
        await peer.rest();
        peer[Symbol.dispose]();
      }
      const message = await received;
      assertEquals(sha256(message ?? into), sha256(MESSAGE));
      assertEquals(message?.buffer, into.buffer);
      await sending;
      await next.frame(DATA, 1, utf8("small"), END).flush();
      assertEquals(text(await there.receive()), "small");
    },
  );
}

Deno.test(
  "a buffer is in use by a read whose connection was reset until the socket has left it, and other connections go on",
  bounded,
  async () => {
    const { net, peer, there } = await start();
    await using _ = net;
    using __ = peer;
    const into = new Uint8Array(1_000_000);
    let isSettled = false;
    const received = there.receive({ into }).finally(() => isSettled = true);
    received.catch(() => {});
    await peer.write(FRAME.subarray(0, HALF));
    await arrived(into, HALF - HEADER_BYTES);
    there.reset();
    await peer.next(RESET);
    assert(!isSettled);
    const sending = peer.write(FRAME.subarray(HALF));
    await assertRejects(() => received, ConnectionClosedError);
    into.fill(0);
    await sending;
    await peer.open(3).frame(DATA, 3, utf8("another"), END).flush();
    assertEquals(text(await (await net.served.next()).receive()), "another");
    assert(into.every((byte) => byte === 0), "the socket has written to it");
  },
);

Deno.test(
  "a peer that resets a connection right behind a large frame ends the read of the next message",
  bounded,
  async () => {
    const { net, peer, there } = await start();
    await using _ = net;
    using __ = peer;
    const sending = peer.write(FRAME);
    const into = new Uint8Array(1_000_000);
    assertEquals(
      sha256(await there.receive({ into }) ?? into),
      sha256(MESSAGE),
    );
    await sending;
    const next = there.receive({ into });
    next.catch(() => {});
    await peer.reason(RESET, 1, ErrorCode.INTERNAL).flush();
    await assertRejects(() => next, ConnectionResetError);
  },
);

Deno.test(
  "a message that is larger than the reader's buffer is refused at the header of its large frame",
  bounded,
  async () => {
    const { net, peer, there } = await start();
    await using _ = net;
    using __ = peer;
    const received = there.receive({ into: new Uint8Array(999_999) });
    received.catch(() => {});
    // Nobody has sent the payload.
    await peer.write(FRAME.subarray(0, HEADER_BYTES));
    const { payload } = await peer.next(RESET);
    assertEquals(decodeReason(payload).code, ErrorCode.MESSAGE_TOO_LARGE);
    await assertRejects(() => received, MessageTooLargeError);
  },
);

Deno.test(
  "a large frame over its credit ends the session at its header",
  bounded,
  async () => {
    const { net, peer } = await start({ listen: { windowBytes: 500_000 } });
    await using _ = net;
    using __ = peer;
    await peer.write(FRAME.subarray(0, HEADER_BYTES));
    assertEquals((await peer.goAway())?.code, ErrorCode.FLOW_CONTROL);
  },
);

Deno.test(
  "a slow peer may take any time for a large frame, if each 64 KiB of it come within frameMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    const { net, peer, there } = await start({ clock });
    await using _ = net;
    using __ = peer;
    const into = new Uint8Array(1_000_000);
    const received = there.receive({ into });
    for (let at = 0; at < FRAME.length; at += 65_536) {
      await peer.write(FRAME.subarray(at, at + 65_536));
      const end = Math.min(at + 65_536, FRAME.length) - HEADER_BYTES;
      await arrived(into, end);
      clock.advance(15_000);
      await net.system.idle();
    }
    assertEquals(sha256(await received ?? into), sha256(MESSAGE));
    assertEquals(net.peerErrors.untaken, 0);
  },
);

/** Reads messages in every way, as chance has it, until their end. */
async function readAll(
  connection: LogicalConnection,
  random: () => number,
  onMessage: (message: Uint8Array) => void,
): Promise<void> {
  const loop = connection[Symbol.asyncIterator]();
  while (true) {
    const way = Math.floor(random() * 5);
    if (way === 0) {
      const into = new Uint8Array(1_048_576);
      const message = await connection.receive({ into });
      if (message === undefined) return;
      onMessage(message);
    } else if (way === 1) {
      const message = await connection.receive();
      if (message === undefined) return;
      onMessage(message);
    } else if (way === 2) {
      const { value, done } = await loop.next();
      if (done) return;
      onMessage(value);
    } else {
      const maxBytes = way === 3 ? 10_000 : undefined;
      const batches = connection.batches(
        maxBytes === undefined ? {} : { maxBytes },
      );
      const { value, done } = await batches.next();
      if (done) return;
      for (const message of value.messages) onMessage(message);
      if (random() < 0.5) value[Symbol.dispose]();
    }
  }
}

Deno.test(
  "messages of all sizes arrive once, whole and in order, in whatever ways they are read and wherever the socket is cut",
  bounded,
  async () => {
    for (let seed = 1; seed <= (isSlow ? 20 : 3); seed++) {
      const random = randomFrom(seed);
      await using net = new ProxiedNet({
        listen: { windowBytes: random() < 0.5 ? 65_536 : 4_194_304 },
      });
      const [here, there] = await net.pair();
      const sizes = Array.from({ length: 150 }, () => {
        const kind = random();
        if (kind < 0.7) return Math.floor(random() * 2000);
        return Math.floor(random() * (kind < 0.9 ? 100_000 : 1_048_577));
      });
      const sending = Promise.all([here, there].map(async (connection) => {
        for (const [i, size] of sizes.entries()) {
          await connection.send(pattern(size, i + 1));
        }
        await connection.closeWrite();
      }));
      for (const direction of ["to_target", "to_dialler"] as const) {
        net.proxy.cutAfter(Math.floor(random() * 3_000_000), direction);
      }
      await Promise.all([here, there].map(async (connection, side) => {
        let next = 0;
        await readAll(connection, randomFrom(seed * 10 + side), (message) => {
          const size = sizes[next];
          assertEquals(message.length, size, `message ${next} of ${side}`);
          assertEquals(sha256(message), sha256(pattern(size ?? 0, ++next)));
          if (next % 60 === 0) net.proxy.cut();
        });
        assertEquals(next, sizes.length);
      }));
      await sending;
      assert(net.listener.stats().resumes >= 2);
    }
  },
);
