/**
 * What one session can make a listener with default options hold, whatever its
 * peer does. The listener has a process of its own.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../src/session/options.ts";
import { decodeUint64, encodeOpen } from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FRAME_COST,
  FrameType,
  INITIAL_CREDIT,
  MAX_FRAME_BYTES,
  MAX_ID_BYTES,
  MAX_METADATA_BYTES,
  Priority,
  USUAL_FRAME_BYTES,
} from "../../src/session/wire/protocol.ts";
import { ChildProcess } from "../support/child_process.ts";
import { megabytes, type Memory } from "../support/memory.ts";
import type { ServerReport } from "../support/memory_server.ts";
import { bounded } from "../support/net.ts";
import { RawPeer } from "../support/raw_peer.ts";
import { isSlow } from "../support/slow.ts";

const { OPEN, ACCEPT, DATA, WINDOW, RESET, STOP, PING } = FrameType;

/** The defaults of `SessionOptions`, or a fifth of what they allow. */
const SHARE = isSlow ? 1 : 1 / 5;
const STREAMS = 1000 * SHARE;
const MAX_MESSAGE_BYTES = Math.floor(16_777_216 * SHARE);
const SESSION_WINDOW_BYTES = Math.floor(67_108_864 * SHARE);
const PARTIAL_BYTES = Math.floor(67_108_864 * SHARE);
const REPLAY_BYTES = 4_194_304;

/**
 * What a frame that waits takes, for each byte of its credit: at worst 1.1,
 * with 1639 bytes, of which four share a slab of 8192 if each comes alone.
 */
const HELD_FACTOR = 1.25;
/** What all credit comes to, if nothing is read. */
const CREDIT_BYTES = STREAMS * INITIAL_CREDIT + SESSION_WINDOW_BYTES;
/** As many streams may have ended and not be let go, with their first credit. */
const LEFT_OVER_BYTES = STREAMS * INITIAL_CREDIT;
/** Replay, control frames, socket buffers, and 16 KB for each stream. */
const BESIDE_BYTES = REPLAY_BYTES + 8_388_608 + 1_048_576 + STREAMS * 16_384;
/** What is asked of the system beyond what is in use (measured: up to 1.2). */
const RSS_FACTOR = 1.5;

/** A peer that knows no manners, and the listener that it is at. */
class Attack implements AsyncDisposable {
  readonly server: ChildProcess;
  readonly peer: RawPeer;
  readonly #before: ServerReport;
  /** Credit limits that the listener has given. */
  readonly limits = new Map<number, number>();
  /** Credit that was spent. */
  readonly #spent = new Map<number, number>();

  private constructor(
    server: ChildProcess,
    peer: RawPeer,
    before: ServerReport,
  ) {
    this.server = server;
    this.peer = peer;
    this.#before = before;
  }

  static async start(): Promise<Attack> {
    const server = new ChildProcess("memory_server.ts");
    const address = await server.ask<Required<Address>>(
      "listen",
      isSlow ? {} : {
        maxStreams: STREAMS,
        maxMessageBytes: MAX_MESSAGE_BYTES,
        maxSessionWindowBytes: SESSION_WINDOW_BYTES,
        maxPartialBytes: PARTIAL_BYTES,
      },
    );
    const before = await server.ask<ServerReport>("report");
    const peer = await RawPeer.meet(address);
    peer.socket.setNoDelay(true);
    return new Attack(server, peer, before);
  }

  /** Opens a stream with the longest id and the most metadata. */
  open(stream: number, id: string): void {
    const open = encodeOpen({
      id: `${id} `.padEnd(MAX_ID_BYTES, "x"),
      creditLimit: 2 ** 32 - 1,
      priority: Priority.NORMAL,
      metadata: new Uint8Array(MAX_METADATA_BYTES),
    });
    this.peer.frame(OPEN, stream, open);
  }

  /** Says what is left to say, and takes credit until all was answered. */
  async settle(): Promise<void> {
    await this.peer.frame(PING, 0, new Uint8Array(8)).flush();
    while (true) {
      const { type, flags, stream, payload } = await this.peer.any();
      if (type === ACCEPT || type === WINDOW) {
        this.limits.set(stream, decodeUint64(payload));
      }
      if (type === PING && flags === 1) return;
    }
  }

  /** Opens all streams that there may be. */
  async openAll(id: string): Promise<void> {
    for (let i = 0; i < STREAMS; i++) this.open(2 * i + 1, id);
    await this.settle();
    assertEquals(this.limits.size, STREAMS);
  }

  /** Sends frames of a stream up to its credit, or so many. */
  async fill(
    stream: number,
    bytes: number,
    flags: number,
    frames = Infinity,
  ): Promise<number> {
    const limit = this.limits.get(stream) ?? INITIAL_CREDIT;
    const payload = new Uint8Array(bytes).fill(1);
    let spent = this.#spent.get(stream) ?? 0;
    let count = 0;
    while (count < frames && spent + bytes + FRAME_COST <= limit) {
      this.peer.frame(DATA, stream, payload, flags);
      spent += bytes + FRAME_COST;
      count++;
    }
    this.#spent.set(stream, spent);
    await this.peer.flush();
    return count;
  }

  /** Sends one frame, as large as the stream's credit or as `most` allows. */
  async fillAtOnce(
    stream: number,
    flags: number,
    most: number,
  ): Promise<number> {
    const limit = this.limits.get(stream) ?? INITIAL_CREDIT;
    const room = limit - (this.#spent.get(stream) ?? 0) - FRAME_COST;
    const bytes = Math.min(room, most, MAX_FRAME_BYTES);
    return bytes > 0 ? bytes * await this.fill(stream, bytes, flags, 1) : 0;
  }

  /** What the listener has now, beyond what it had before. */
  async growth(): Promise<
    { report: ServerReport; inUse: number; rss: number }
  > {
    const report = await this.server.ask<ServerReport>("report");
    const { memory } = this.#before;
    return {
      report,
      inUse: inUse(report.memory) - inUse(memory),
      rss: report.memory.rss - memory.rss,
    };
  }

  /** The listener holds what it may at most, and all is given back later. */
  async assertBound(ceiling: number): Promise<void> {
    const { inUse, rss } = await this.growth();
    const found = `${megabytes(inUse)} in use, RSS ${megabytes(rss)}`;
    assert(inUse <= ceiling, `${found}, over ${megabytes(ceiling)}`);
    assert(
      rss <= RSS_FACTOR * ceiling,
      `${found}, over ${RSS_FACTOR} x ${megabytes(ceiling)}`,
    );
    await this.server.ask("release");
    await this.peer.goodbye(ErrorCode.NONE).flush().catch(() => {});
    await this.peer.rest().catch(() => {});
    await this.server.ask("gone");
    const after = await this.growth();
    assertEquals(after.report.serving, 0);
    // Spare segments and compiled code are kept.
    assert(after.inUse < 15e6 * SHARE, `${megabytes(after.inUse)} are left`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peer[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

function inUse({ heap, external }: Memory): number {
  return heap + external;
}

/** Sizes of messages, of which the middle one takes most memory. */
const UNREAD = isSlow ? [0, 1, 1639, USUAL_FRAME_BYTES - FRAME_COST] : [1639];

for (const bytes of UNREAD) {
  Deno.test(
    `streams full of unread messages of ${bytes} bytes hold what their credit allows`,
    bounded,
    async () => {
      await using attack = await Attack.start();
      await attack.openAll("unread");
      let frames = 0;
      for (const stream of attack.limits.keys()) {
        frames += await attack.fill(stream, bytes, DataFlag.END);
      }
      await attack.settle();
      // All that there is was taken.
      assert(frames * (bytes + FRAME_COST) > 0.9 * CREDIT_BYTES);
      await attack.assertBound(HELD_FACTOR * CREDIT_BYTES + BESIDE_BYTES);
    },
  );
}

Deno.test(
  "streams full of unread messages as large as their credit hold what it allows",
  bounded,
  async () => {
    await using attack = await Attack.start();
    await attack.openAll("unread");
    let bytes = 0;
    for (const stream of attack.limits.keys()) {
      bytes += await attack.fillAtOnce(stream, DataFlag.END, Infinity);
    }
    await attack.settle();
    assert(bytes + STREAMS * FRAME_COST > 0.9 * CREDIT_BYTES);
    await attack.assertBound(HELD_FACTOR * CREDIT_BYTES + BESIDE_BYTES);
  },
);

const FRAMES = isSlow ? [1, USUAL_FRAME_BYTES - FRAME_COST] : [30_000];

for (const bytes of FRAMES) {
  Deno.test(
    `messages in frames of ${bytes} bytes that never end hold what the limits allow`,
    bounded,
    async () => {
      await using attack = await Attack.start();
      await attack.openAll("whole");
      const frames = new Map<number, number>();
      let total = 0;
      let before = -1;
      // Some are given more credit, until they are as long as they may be.
      while (total > before) {
        before = total;
        for (const stream of attack.limits.keys()) {
          const sent = frames.get(stream) ?? 0;
          const most = Math.floor(MAX_MESSAGE_BYTES / bytes) - sent;
          const more = await attack.fill(stream, bytes, 0, most);
          frames.set(stream, sent + more);
          total += more;
        }
        await attack.settle();
        // A byte a frame gets nowhere near the limit in a lifetime.
        if (bytes === 1 && total > 600 * STREAMS) break;
      }
      if (bytes > 1) {
        assert(total * bytes > 0.9 * (CREDIT_BYTES + PARTIAL_BYTES) - 1e7);
      }
      await attack.assertBound(
        CREDIT_BYTES + PARTIAL_BYTES + BESIDE_BYTES,
      );
    },
  );
}

Deno.test(
  "messages in frames as large as the credit that never end hold what the limits allow",
  bounded,
  async () => {
    await using attack = await Attack.start();
    await attack.openAll("whole");
    const sent = new Map<number, number>();
    let total = 0;
    let before = -1;
    while (total > before) {
      before = total;
      for (const stream of attack.limits.keys()) {
        const most = MAX_MESSAGE_BYTES - (sent.get(stream) ?? 0);
        const more = await attack.fillAtOnce(stream, 0, most);
        sent.set(stream, (sent.get(stream) ?? 0) + more);
        total += more;
      }
      await attack.settle();
    }
    assert(total > 0.9 * (CREDIT_BYTES + PARTIAL_BYTES) - 1e7);
    await attack.assertBound(CREDIT_BYTES + PARTIAL_BYTES + BESIDE_BYTES);
  },
);

const ENDS = [["resets", RESET], ["stops", STOP]] as const;

for (const [what, end] of isSlow ? ENDS : ENDS.slice(0, 1)) {
  Deno.test(
    `a peer that opens, fills and ${what} streams is refused while they are served`,
    bounded,
    async () => {
      await using attack = await Attack.start();
      const { peer, limits } = attack;
      for (let i = 0; i < 2 * STREAMS; i++) {
        const stream = 2 * i + 1;
        attack.open(stream, "busy");
        // The first ones wait for all the credit that they can have.
        if (i < 0.4 * STREAMS) await attack.settle();
        const bytes = MAX_FRAME_BYTES - FRAME_COST;
        await attack.fill(stream, bytes, DataFlag.END);
        if (end === STOP) {
          peer.frame(DATA, stream, new Uint8Array(0), DataFlag.FIN);
        }
        peer.reason(end, stream, ErrorCode.CANCELLED);
      }
      await attack.settle();
      assertEquals(limits.size, STREAMS, "streams that were accepted");
      assertEquals((await attack.growth()).report.serving, STREAMS);
      await attack.assertBound(
        CREDIT_BYTES + LEFT_OVER_BYTES + BESIDE_BYTES,
      );
    },
  );
}

/** Has so much sent back, and acknowledges none of it, that no more is sent. */
async function fillReplay(attack: Attack): Promise<void> {
  const streams = [...Array(20).keys()].map((i) => 2 * i + 1);
  for (const stream of streams) attack.open(stream, "echo");
  await attack.settle();
  let sent: number;
  do {
    sent = 0;
    for (const stream of streams) {
      const bytes = USUAL_FRAME_BYTES - FRAME_COST;
      sent += await attack.fill(stream, bytes, DataFlag.END);
    }
    await attack.settle();
  } while (sent > 0);
  assert(attack.peer.received > 0.9 * REPLAY_BYTES);
  assert(attack.peer.received < REPLAY_BYTES + 1e6);
}

Deno.test(
  "a peer that acknowledges nothing is sent replayBytes, and no more",
  bounded,
  async () => {
    await using attack = await Attack.start();
    await fillReplay(attack);
    const credit = [...attack.limits.values()].reduce((a, b) => a + b);
    assert(credit < 30e6, `credit of ${megabytes(credit)} was given`);
    await attack.assertBound(credit + REPLAY_BYTES + 5e6);
  },
);

Deno.test(
  "streams that were reset while they waited to send leave nothing behind",
  bounded,
  async () => {
    await using attack = await Attack.start();
    await fillReplay(attack);
    const before = await attack.growth();
    const [rounds, each] = [60, 100];
    for (let round = 1; round <= rounds; round++) {
      const streams = Array.from(
        { length: each },
        (_, i) => 2 * (round * each + i) + 1,
      );
      for (const stream of streams) {
        attack.open(stream, "echo");
        await attack.fill(stream, 100, DataFlag.END, 1);
      }
      await attack.settle();
      // Until then all of them have taken the message, and send it back.
      await attack.server.ask("turn");
      for (const stream of streams) {
        attack.peer.reason(RESET, stream, ErrorCode.CANCELLED);
      }
      await attack.settle();
    }
    const after = await attack.growth();
    const left = after.inUse - before.inUse;
    assert(left < rounds * each * 400, `${megabytes(left)} are left`);
  },
);
