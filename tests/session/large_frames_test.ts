/**
 * Frames of over 64 KiB, as a session sends them: without sockets, so that every
 * byte is where the test wants it.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
} from "@std/assert";
import { resolveSessionOptions } from "../../src/session/options.ts";
import { Session } from "../../src/session/session.ts";
import type { Stream } from "../../src/session/stream.ts";
import { encodeUint64 } from "../../src/session/wire/frame.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  Priority,
  USUAL_FRAME_BYTES,
} from "../../src/session/wire/protocol.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { GOOD_HELLO } from "../support/raw_peer.ts";
import { concat, pattern, sameBytes } from "./wire/support.ts";

const MB = 1_048_576;
/** What may wait for a socket besides a large frame. */
const MAX_UNSENT_BYTES = 262_144;

interface Sent {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly start: number;
  readonly length: number;
}

/** A session, and a peer that takes what it sends piece by piece. */
class Line {
  readonly clock = new ManualClock();
  readonly session: Session;
  /** Bytes of the session that have left. */
  taken = 0;
  /** How fast the link is, in bytes a millisecond. */
  bytesPerMs = Infinity;
  /** All that has left, with room for more. */
  #bytes = new Uint8Array(4 * MB);
  /** The frames that have begun to leave. */
  readonly frames: Sent[] = [];
  #link = { wake() {}, stop() {} };

  constructor(maxFrameBytes: number = MAX_FRAME_BYTES) {
    this.session = new Session({
      side: "dialler",
      options: resolveSessionOptions({}),
      port: {
        phase: "connected",
        onOpen() {},
        onRemoved() {},
        onGoingAway() {},
        notify: (call) => void call(),
        onAcknowledged() {},
      },
      clock: this.clock,
      remote: { hostname: "127.0.0.1", port: 1 },
    });
    this.session.start({ ...GOOD_HELLO, maxFrameBytes, maxStreams: 10 });
    this.session.attach(this.#link, 0);
  }

  open(credit = 1e12): Stream {
    const stream = this.session.open({
      id: "stream",
      metadata: new Uint8Array(0),
      priority: Priority.NORMAL,
    });
    const number = 2 * this.session.streams.size - 1;
    this.control(FrameType.ACCEPT, number, encodeUint64(credit));
    return stream;
  }

  /** A frame from the peer. */
  control(type: number, stream: number, payload: Uint8Array, flags = 0): void {
    this.session.frame(type, flags, stream, payload, 0, payload.length);
  }

  /** The socket takes the next piece, or a part of it. */
  take(most = Infinity): number {
    const piece = this.session.nextPiece();
    const count = Math.min(most, piece.length);
    this.#note(piece.subarray(0, count));
    if (count > 0) this.session.sent(count);
    return count;
  }

  /** The peer acknowledges all that was taken, when it has arrived. */
  acknowledge(bytes: number): void {
    if (this.bytesPerMs < Infinity) {
      this.clock.advance(bytes / this.bytesPerMs);
    }
    this.control(FrameType.ACK, 0, encodeUint64(this.taken));
  }

  /** Takes everything, and acknowledges as a peer does. */
  drain(): void {
    let before = this.taken;
    while (this.take() > 0) {
      if (this.taken - before < 1_310_720) continue;
      this.acknowledge(this.taken - before);
      before = this.taken;
    }
  }

  /** Another socket, from where the peer has got to. */
  resume(place: number): void {
    this.taken = place;
    while ((this.frames.at(-1)?.start ?? 0) > place) this.frames.pop();
    this.#link = { wake() {}, stop() {} };
    this.session.attach(this.#link, place);
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.taken);
  }

  #note(piece: Uint8Array): void {
    const end = this.taken + piece.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.taken);
    this.taken = end;
    for (let at = this.#next; at + HEADER_BYTES <= end; at = this.#next) {
      const fields = new DataView(this.#bytes.buffer, at);
      const head = fields.getUint32(0);
      this.frames.push({
        type: head >> 4 & 15,
        flags: head & 15,
        stream: fields.getUint32(4),
        start: at + HEADER_BYTES,
        length: head >>> 8,
      });
    }
  }

  /** Where the next frame begins. */
  get #next(): number {
    const last = this.frames.at(-1);
    return last === undefined ? 0 : last.start + last.length;
  }

  get data(): Sent[] {
    return this.frames.filter(({ type }) => type === FrameType.DATA);
  }

  /** The messages of a stream, put together. */
  messages(number: number): Uint8Array[] {
    const bytes = this.bytes;
    const messages: Uint8Array[] = [];
    let parts: Uint8Array[] = [];
    for (const { stream, flags, start, length } of this.data) {
      if (stream !== number) continue;
      parts.push(bytes.subarray(start, start + length));
      if ((flags & DataFlag.END) === 0) continue;
      messages.push(concat(parts));
      parts = [];
    }
    return messages;
  }
}

/** Sends a message with its buffer. */
function transfer(
  stream: Stream,
  bytes: number,
  seed = 0,
  onReturn: (buffer: ArrayBuffer) => void = () => {},
): Promise<void> {
  const message = pattern(bytes, seed).slice();
  return stream.send(message, { transfer: true, onReturn });
}

/** Frames grow to the largest, as the clock stands still. */
function quicken(line: Line, stream: Stream): void {
  for (let i = 0; i < 16; i++) transfer(stream, MB);
  line.drain();
  assertEquals(Math.max(...line.data.map(({ length }) => length)), MB);
}

Deno.test("frames of a transferred message are of 64 KiB at first, and of 1 MiB on a fast link", async () => {
  const line = new Line();
  const stream = line.open();
  const sends = Array.from(
    { length: 12 },
    (_, seed) => transfer(stream, 2 * MB, seed),
  );
  line.drain();
  await Promise.all(sends);
  const lengths = line.data.map(({ length }) => length);
  assertEquals(lengths[0], USUAL_FRAME_BYTES);
  assertEquals(lengths.slice(-2), [MB, MB]);
  for (const [seed, message] of line.messages(1).entries()) {
    assert(sameBytes(message, pattern(2 * MB, seed)));
  }
});

Deno.test("no frame takes longer than four milliseconds on a slow link, but one of 64 KiB", () => {
  for (const bytesPerMs of [10, 12_500, 100_000]) {
    const line = new Line();
    line.bytesPerMs = bytesPerMs;
    const stream = line.open();
    for (let seed = 0; seed < 16; seed++) transfer(stream, 2 * MB, seed);
    line.drain();
    const most = Math.max(...line.data.map(({ length }) => length));
    assertLessOrEqual(most, Math.max(USUAL_FRAME_BYTES, 4 * bytesPerMs));
    assertGreater(most, Math.max(USUAL_FRAME_BYTES, 3 * bytesPerMs) - 1);
  }
});

Deno.test("a message that is sent while the peer has everything goes in one frame and one write, and those behind it in frames of 64 KiB", async () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  line.acknowledge(0);
  const before = line.data.length;
  const start = line.taken;
  const sends = [1, 2, 3].map((seed) => stream.send(pattern(MB, seed)));
  assertEquals(line.take(), HEADER_BYTES + MB);
  line.drain();
  await Promise.all(sends);
  const [first, ...behind] = line.data.slice(before).map((data) => data.length);
  assertEquals(first, MB);
  assertEquals(behind, Array(2 * MB / USUAL_FRAME_BYTES).fill(64 * 1024));
  assertEquals(line.taken - start, 3 * MB + 33 * HEADER_BYTES);
  for (const [index, message] of line.messages(1).slice(-3).entries()) {
    assert(sameBytes(message, pattern(MB, index + 1)));
  }
});

Deno.test("a message in one frame takes a link no longer than four milliseconds, or goes in more", () => {
  for (const bytesPerMs of [10, 12_500, 100_000]) {
    const line = new Line();
    line.bytesPerMs = bytesPerMs;
    const stream = line.open();
    for (let seed = 0; seed < 16; seed++) {
      const before = line.taken;
      stream.send(pattern(MB, seed));
      while (line.take() > 0);
      line.acknowledge(line.taken - before);
    }
    const most = Math.max(...line.data.map(({ length }) => length));
    assertLessOrEqual(most, Math.max(USUAL_FRAME_BYTES, 4 * bytesPerMs));
    assertGreater(most, Math.max(USUAL_FRAME_BYTES, 3 * bytesPerMs) - 1);
  }
});

Deno.test("a socket that is lost in the middle of a copied large frame costs nothing: the next one repeats it, and its memory is not used again", () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  line.acknowledge(0);
  const place = line.taken;
  stream.send(pattern(MB, 1));
  const lost = line.session.nextPiece();
  const before = lost.slice();
  line.resume(place);
  line.drain();
  line.acknowledge(0);
  for (let seed = 2; seed < 5; seed++) {
    stream.send(pattern(MB, seed));
    line.drain();
    line.acknowledge(0);
  }
  assert(
    sameBytes(lost, before),
    "the lost socket still reads what it was given",
  );
  for (const [index, message] of line.messages(1).slice(-4).entries()) {
    assert(sameBytes(message, pattern(MB, index + 1)));
  }
});

Deno.test("a peer that accepts 65,536 bytes is sent no larger frame, and the message is whole", () => {
  const line = new Line(USUAL_FRAME_BYTES);
  const stream = line.open();
  for (let seed = 0; seed < 8; seed++) transfer(stream, 2 * MB, seed);
  line.drain();
  for (const { length } of line.data) assertEquals(length, USUAL_FRAME_BYTES);
  assertEquals(line.messages(1).length, 8);
});

Deno.test("a ping beside a transfer of 64 MB on a slow link has its reply behind the frames of a few milliseconds", () => {
  for (const bytesPerMs of [12_500, Infinity]) {
    const line = new Line();
    line.bytesPerMs = bytesPerMs;
    const stream = line.open();
    for (let seed = 0; seed < 64; seed++) transfer(stream, MB, seed);
    const most = bytesPerMs < Infinity
      ? MAX_UNSENT_BYTES + HEADER_BYTES + USUAL_FRAME_BYTES
      : MAX_UNSENT_BYTES + HEADER_BYTES + MB;
    let pings = 0;
    let before = 0;
    while (line.take(200_000) > 0) {
      if (line.taken - before >= 1_310_720) {
        line.acknowledge(line.taken - before);
        before = line.taken;
      }
      if (++pings % 20 !== 0) continue;
      const place = line.taken;
      line.control(FrameType.PING, 0, encodeUint64(pings));
      const pong = () =>
        line.frames.findLast(({ type, flags, start }) =>
          type === FrameType.PING && flags === 1 && start >= place
        );
      while (pong() === undefined) assertGreater(line.take(200_000), 0);
      assertLessOrEqual((pong()?.start ?? Infinity) - place, most);
    }
    assertEquals(line.messages(1).length, 64);
  }
});

Deno.test("while another stream waits frames are of 64 KiB, and both have their share", () => {
  const line = new Line();
  const first = line.open();
  quicken(line, first);
  const second = line.open();
  const before = line.data.length;
  for (let seed = 0; seed < 8; seed++) {
    transfer(first, 2 * MB, seed);
    transfer(second, 2 * MB, seed);
  }
  line.drain();
  // One had begun before the other came.
  const shared = line.data.slice(before + 1);
  const shares = [1, 3].map((number) => {
    const frames = shared.filter(({ stream }) => stream === number);
    return frames.reduce((sum, { length }) => sum + length, 0);
  });
  const alone = shared.findLastIndex((frame, i) =>
    frame.stream !== shared[i - 1]?.stream
  );
  for (const { length } of shared.slice(0, alone)) {
    assertLessOrEqual(length, USUAL_FRAME_BYTES);
  }
  assertLessOrEqual(Math.abs(shares[0]! - shares[1]!), MB);
});

Deno.test("a socket that is lost in the middle of a large frame costs nothing: the next one repeats it from where it lies", async () => {
  for (const arrived of [0, 1, 300_000, MB]) {
    const line = new Line();
    const stream = line.open();
    quicken(line, stream);
    const returned: ArrayBuffer[] = [];
    const start = line.taken;
    transfer(stream, MB, 1, (buffer) => returned.push(buffer));
    transfer(stream, MB, 2, (buffer) => returned.push(buffer));
    for (let left = HEADER_BYTES + arrived; left > 0;) left -= line.take(left);
    // The write that is under way has taken the rest, and nobody knows.
    line.session.nextPiece();
    line.resume(arrived === MB ? start + HEADER_BYTES + MB : start);
    line.drain();
    line.acknowledge(0);
    await undefined;
    assertEquals(returned.length, 2);
    const [first, second] = line.messages(1).slice(-2);
    assert(sameBytes(first ?? pattern(0), pattern(MB, 1)));
    assert(sameBytes(second ?? pattern(0), pattern(MB, 2)));
  }
});

Deno.test("after the next socket frames are of 64 KiB again, until that is known to be fast", () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  line.resume(line.taken);
  const before = line.data.length;
  transfer(stream, MB, 1);
  line.drain();
  for (const { length } of line.data.slice(before)) {
    assertEquals(length, USUAL_FRAME_BYTES);
  }
});

Deno.test("the end of the session in the middle of a large frame returns a copy, and what was lent is written to the end", async () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  const returned: ArrayBuffer[] = [];
  transfer(stream, MB, 1, (buffer) => {
    returned.push(buffer);
    new Uint8Array(buffer).fill(0);
  });
  line.take(HEADER_BYTES);
  const writing = line.session.nextPiece();
  assertEquals(writing.length, MB);
  line.session.goAway(ErrorCode.NONE, "closed");
  line.session.fail(new Error("closed"));
  await undefined;
  assertEquals(returned.length, 1);
  line.drain();
  const { start, length } = line.data.at(-1) ?? { start: 0, length: 0 };
  const written = line.bytes.subarray(start, start + length);
  assert(sameBytes(written, pattern(MB, 1)));
  line.acknowledge(0);
  await undefined;
  assertEquals(returned.length, 1);
});

Deno.test("a reset in the middle of a large frame returns the buffer when that has arrived, and the message once", async () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  let returns = 0;
  const sending = transfer(stream, 5 * MB, 1, () => returns++);
  sending.catch(() => {});
  line.take(HEADER_BYTES + 1000);
  stream.reset();
  assertEquals(await sending.then(() => "sent", () => "not sent"), "not sent");
  assertEquals(returns, 0);
  line.drain();
  line.acknowledge(0);
  await Promise.resolve();
  assertEquals(returns, 1);
  const frames = line.frames.slice(-2);
  assertEquals(frames.map(({ type, length }) => [type, length > 8]), [
    [FrameType.DATA, true],
    [FrameType.RESET, false],
  ]);
});

Deno.test("a large frame ends where the credit does, and the rest follows", () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  const other = line.open(500_000);
  const before = line.data.length;
  transfer(other, MB, 1);
  line.drain();
  assertEquals(line.data.slice(before).map(({ length }) => length), [499_744]);
  line.control(FrameType.WINDOW, 3, encodeUint64(1e12));
  line.drain();
  assert(sameBytes(line.messages(3)[0] ?? pattern(0), pattern(MB, 1)));
});

Deno.test("what is to be acknowledged goes before a large frame, and not behind it", () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  const payload = pattern(60_000);
  line.control(FrameType.DATA, 1, payload, DataFlag.END);
  line.control(FrameType.DATA, 1, payload, DataFlag.END);
  const before = line.frames.length;
  transfer(stream, MB, 1);
  line.drain();
  assertEquals(
    line.frames.slice(before).map(({ type }) => type),
    [FrameType.ACK, FrameType.DATA],
  );
});

Deno.test("what is to be acknowledged leaves in one write with a copied large frame, before it", () => {
  const line = new Line();
  const stream = line.open();
  quicken(line, stream);
  line.acknowledge(0);
  const payload = pattern(35_000);
  for (const bytes of [100_000, 250_000, MB]) {
    line.control(FrameType.DATA, 1, payload, DataFlag.END);
    line.control(FrameType.DATA, 1, payload, DataFlag.END);
    const before = line.frames.length;
    stream.send(pattern(bytes, 1));
    assertEquals(line.take(), HEADER_BYTES + 8 + HEADER_BYTES + bytes);
    assertEquals(line.take(), 0);
    assertEquals(
      line.frames.slice(before).map(({ type }) => type),
      [FrameType.ACK, FrameType.DATA],
    );
    line.acknowledge(0);
  }
});
