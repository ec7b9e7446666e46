/**
 * An outbox and an inbox with a wire between them, in any order of events.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import type { LargeFrame } from "../../../src/session/wire/large_frame.ts";
import { Inbox } from "../../../src/session/wire/inbox.ts";
import { Outbox } from "../../../src/session/wire/outbox.ts";
import {
  FRAME_COST,
  HEADER_BYTES,
  INITIAL_CREDIT,
  MAX_FRAME_BYTES,
  Priority,
} from "../../../src/session/wire/protocol.ts";
import {
  concat,
  encoded,
  FakeInboxPort,
  FakePort,
  type Frame,
  pattern,
  sameBytes,
} from "./support.ts";
import { isSlow } from "../../support/slow.ts";

/** Above this a frame is read straight to where it goes. */
const LARGE_BYTES = 65_536;

type Step =
  | { readonly type: "send"; readonly bytes: number }
  /** The socket takes some more frames. */
  | { readonly type: "room"; readonly frames: number }
  | { readonly type: "deliver"; readonly frames: number }
  /** Hands any of the limits so far to the sender, late or repeated. */
  | { readonly type: "raise"; readonly which: number }
  /** The socket is replaced, maybe before its last read has returned. */
  | { readonly type: "cut"; readonly isTakenOver: boolean }
  | { readonly type: "receive" }
  /** Into a buffer of the reader's own. */
  | { readonly type: "receive_into" }
  /** The same, which cannot be aborted. */
  | { readonly type: "receive_lent" }
  | { readonly type: "read" }
  /** A batch that is given back. */
  | { readonly type: "batch"; readonly maxBytes: number }
  | { readonly type: "abort" }
  /** Time passes: windows grow if it is little. */
  | { readonly type: "wait"; readonly ms: number };

/** Nothing, a little, about a frame, and several windows. */
const anySize = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(0, 0, 1, 65_472, 65_536, 65_537) },
  { weight: 3, arbitrary: fc.nat({ max: 300 }) },
  { weight: 2, arbitrary: fc.nat({ max: 70_000 }) },
  { weight: 1, arbitrary: fc.nat({ max: 300_000 }) },
);

const few = fc.integer({ min: 1, max: 4 });

function steps(modes: readonly Step[]): fc.Arbitrary<Step[]> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 3,
      arbitrary: anySize.map((bytes): Step => ({ type: "send", bytes })),
    },
    {
      weight: 3,
      arbitrary: few.map((frames): Step => ({ type: "room", frames })),
    },
    {
      weight: 3,
      arbitrary: few.map((frames): Step => ({ type: "deliver", frames })),
    },
    {
      weight: 2,
      arbitrary: fc.nat().map((which): Step => ({ type: "raise", which })),
    },
    { weight: 3, arbitrary: fc.constantFrom(...modes) },
    { weight: 1, arbitrary: fc.constant<Step>({ type: "abort" }) },
    {
      weight: 1,
      arbitrary: fc.boolean().map((isTakenOver): Step => ({
        type: "cut",
        isTakenOver,
      })),
    },
    {
      weight: 1,
      arbitrary: fc.nat({ max: 60 }).map((ms): Step => ({ type: "wait", ms })),
    },
  );
  return fc.array(step, { maxLength: 80, size: "max" });
}

const MAX_MESSAGE = 300_000;

/** A session whose windows may grow to a megabyte each. */
function session(
  windowBytes: number,
  largeMessages = 1,
): FakeInboxPort {
  const port = new FakeInboxPort(
    { windowBytes, maxWindowBytes: 1_048_576, maxMessageBytes: MAX_MESSAGE },
    2_000_000,
    largeMessages * MAX_MESSAGE,
  );
  port.shortestTripMs = 20;
  return port;
}

/** A large frame of which so many bytes have not arrived. */
interface ArrivingFrame {
  left: number;
  readonly target: LargeFrame | undefined;
}

/** One direction of a stream, from `send` to `receive`. */
class Flow {
  readonly port: FakePort;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  /** What was received, in order. */
  readonly received: Uint8Array[] = [];
  /** Sizes of what was sent, in order. */
  readonly sizes: number[] = [];
  readonly limits: number[] = [INITIAL_CREDIT];
  /** Messages that the session has not taken. */
  waiting = 0;
  ended = false;
  #delivered = 0;
  /** A large frame that is arriving. */
  #large: ArrivingFrame | undefined;
  /** Reads of earlier sockets that have not returned. */
  #late: LargeFrame[] = [];
  #abort: AbortController | undefined;
  readonly #session: FakeInboxPort;

  constructor(session: FakeInboxPort, maxFrameBytes: number, stream = 1) {
    this.#session = session;
    this.port = new FakePort(maxFrameBytes);
    this.port.room = 1;
    this.outbox = new Outbox(this.port, stream, Priority.NORMAL);
    this.inbox = new Inbox(session, stream);
    this.limits.push(this.inbox.firstLimit());
    session.grants.set(stream, this.limits);
  }

  /** Does one step; promises that it settles have settled then. */
  async step(step: Step): Promise<void> {
    switch (step.type) {
      case "send": {
        const message = pattern(step.bytes, this.sizes.length);
        this.sizes.push(step.bytes);
        this.waiting++;
        this.outbox.send(message).then(() => {
          this.waiting--;
          message.fill(0); // it is ours again
        });
        break;
      }
      case "room":
        this.port.room += step.frames;
        this.port.pump();
        break;
      case "cut":
        this.#cut(step.isTakenOver);
        break;
      case "deliver":
        this.#deliver(step.frames);
        break;
      case "raise":
        this.outbox.raise(this.limits[step.which % this.limits.length] ?? 0);
        break;
      case "receive":
      case "receive_into":
      case "receive_lent":
      case "read":
        this.#read(step.type);
        break;
      case "batch":
        this.#readBatch(step.maxBytes);
        break;
      case "wait":
        this.#session.clock.advance(step.ms);
        break;
      case "abort":
        this.#abort?.abort();
        break;
      default:
        step satisfies never;
    }
    await undefined;
  }

  /** What was sent, in bytes of credit. */
  get cost(): number {
    return this.sizes.reduce((sum, size) => sum + size + FRAME_COST, 0);
  }

  /** Brings everything some way to its end. */
  async move(mode: Step): Promise<void> {
    // The reads of sockets that were replaced return some time.
    for (const late of this.#late.splice(0)) late.lost();
    await this.step({ type: "raise", which: this.limits.length - 1 });
    await this.step({ type: "room", frames: 100 });
    await this.step({ type: "deliver", frames: 100 });
    await this.step(mode);
  }

  /** Delivers as many frames as there are, large ones in three steps each. */
  #deliver(count: number): void {
    for (let left = count; left > 0;) {
      if (this.#large !== undefined) {
        this.#deliverPiece(this.#large);
        left--;
      } else left -= this.#deliverSmall(left);
      const next = this.port.frames[this.#delivered];
      if (next === undefined) return;
      if (this.#large === undefined && next.payload.length > LARGE_BYTES) {
        const { flags, payload: { length } } = next;
        this.#large = {
          left: length,
          target: this.inbox.begin(flags, length),
        };
      }
    }
  }

  #deliverPiece(large: ArrivingFrame): void {
    const frame = this.port.frames[this.#delivered];
    if (frame === undefined) return;
    const { payload } = frame;
    const end = Math.max(0, large.left - Math.ceil(payload.length / 3));
    while (large.left > end) {
      const space = large.target?.space();
      const most = Math.min(large.left - end, space?.length ?? Infinity);
      const at = payload.length - large.left;
      space?.set(payload.subarray(at, at + most));
      if (space !== undefined) large.target?.advance(most);
      large.left -= most;
    }
    if (end > 0) return;
    this.#large = undefined;
    this.#delivered++;
    this.inbox.endLarge();
  }

  /** Delivers small frames in one read; returns how many, or 1 for none. */
  #deliverSmall(count: number): number {
    const frames: Frame[] = [];
    for (let i = 0; i < count; i++) {
      const frame = this.port.frames[this.#delivered + i];
      if (frame === undefined || frame.payload.length > LARGE_BYTES) break;
      frames.push(frame);
    }
    const bytes = concat(frames.map(encoded));
    let start = HEADER_BYTES;
    for (const { flags, payload: { length } } of frames) {
      this.#delivered++;
      this.inbox.deliver(flags, bytes, start, start + length);
      start += length + HEADER_BYTES;
    }
    this.inbox.endRead();
    bytes.fill(0xee);
    return Math.max(1, frames.length);
  }

  /** The socket is lost, or another takes over from it, and starts again. */
  #cut(isTakenOver: boolean): void {
    // What the reads of earlier sockets bring is of no use any more.
    for (const late of this.#late.splice(0)) {
      assertEquals(late.space(), undefined);
      late.lost();
    }
    const target = this.#large?.target;
    this.#large = undefined;
    if (target === undefined) return;
    if (!isTakenOver) return target.lost();
    const space = target.space();
    this.inbox.revokeLarge();
    // The read is still pending, and writes to where it was told to.
    space?.fill(0xee);
    this.#late.push(target);
  }

  #read(mode: "receive" | "receive_into" | "receive_lent" | "read"): void {
    if (this.#abort !== undefined) return;
    const abort = this.#abort = new AbortController();
    const { signal } = abort;
    const isLarge = mode === "receive_into" || mode === "receive_lent";
    const into = new Uint8Array(isLarge ? MAX_MESSAGE : 0);
    const options = {
      receive: { signal },
      receive_into: { signal, into },
      receive_lent: { into },
    };
    const reading = mode === "read"
      ? this.inbox.read(signal)
      : this.inbox.receive(options[mode]);
    this.#settle(reading, abort, (bytes) => {
      this.received.push(bytes.slice());
      into.fill(0); // it is ours again
    });
  }

  #readBatch(maxBytes: number): void {
    if (this.#abort !== undefined) return;
    const abort = this.#abort = new AbortController();
    const reading = this.inbox.receiveBatch(maxBytes, abort.signal);
    this.#settle(reading, abort, (batch) => {
      const { messages } = batch;
      const bytes = messages.reduce((sum, { length }) => sum + length, 0);
      assert(messages.length === 1 || bytes <= maxBytes, `${bytes} bytes`);
      for (const message of messages) this.received.push(message.slice());
      batch[Symbol.dispose]();
      assert(messages.every(({ length }) => length === 0), "it was given back");
    });
  }

  #settle<T>(
    reading: Promise<T | undefined>,
    abort: AbortController,
    take: (value: T) => void,
  ): void {
    reading.then(
      (value) => {
        this.#abort = undefined;
        if (value === undefined) this.ended = true;
        else take(value);
      },
      (error) => {
        this.#abort = undefined;
        if (error !== abort.signal.reason) throw error;
      },
    );
  }
}

/** Ends the directions, and reads until the end of all has come. */
async function finish(flows: readonly Flow[], mode: Step): Promise<void> {
  for (const { outbox } of flows) outbox.finish();
  const total = flows.reduce((sum, { cost }) => sum + cost, 0);
  for (let rounds = 0; flows.some(({ ended }) => !ended); rounds++) {
    assertLessOrEqual(rounds, 100 + total / 100, "the flow is stuck");
    for (const flow of flows) if (!flow.ended) await flow.move(mode);
  }
}

/** Asserts that the messages of a flow have arrived, each once and in order. */
function assertReceived(flow: Flow): void {
  assertEquals(flow.received.map(({ length }) => length), flow.sizes);
  for (const [i, message] of flow.received.entries()) {
    assert(sameBytes(message, pattern(message.length, i)), `message ${i}`);
  }
  assertEquals(flow.waiting, 0);
  assert(flow.outbox.finished && flow.inbox.finished);
}

/** Asserts that everything that a session lent was given back. */
function assertGivenBack(port: FakeInboxPort, largeMessages = 1): void {
  assertEquals(port.windows.left, 2_000_000);
  assertEquals(port.partials.left, largeMessages * MAX_MESSAGE);
}

const windows = fc.constantFrom(65_536, 65_537, 99_999, 262_144);
const frameLimits = fc.constantFrom(1024, 10_000, 65_536, 1_048_576);
const whole: readonly Step[] = [
  { type: "receive" },
  { type: "receive_into" },
  { type: "receive_lent" },
  { type: "batch", maxBytes: 1 },
  { type: "batch", maxBytes: 50_000 },
  { type: "batch", maxBytes: 262_144 },
];

Deno.test("messages of any size arrive once and in order, however sends, reads, credit and aborts interleave", async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      frameLimits,
      steps(whole),
      fc.constantFrom(...whole),
      async (window, maxFrameBytes, steps, last) => {
        const port = session(window);
        const flow = new Flow(port, maxFrameBytes);
        for (const step of steps) await flow.step(step);
        await finish([flow], last);
        assertReceived(flow);
        assertGivenBack(port);
      },
    ),
    { numRuns: isSlow ? 300 : 60 },
  );
});

Deno.test("bytes arrive once and in order, however messages and bytes are read in turn", async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      frameLimits,
      steps([...whole, { type: "read" }]),
      fc.constantFrom<Step>(...whole, { type: "read" }),
      async (window, maxFrameBytes, steps, last) => {
        const port = session(window);
        const flow = new Flow(port, maxFrameBytes);
        for (const step of steps) await flow.step(step);
        await finish([flow], last);
        const sent = flow.sizes.map((size, i) => pattern(size, i));
        assert(sameBytes(concat(flow.received), concat(sent)));
        assertGivenBack(port);
      },
    ),
    { numRuns: isSlow ? 300 : 60 },
  );
});

Deno.test("streams that share memory for one large message all receive theirs, one after the other", async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      frameLimits,
      fc.array(steps(whole), { minLength: 2, maxLength: 5, size: "max" }),
      async (window, maxFrameBytes, ofEach) => {
        const port = session(window);
        const flows = ofEach.map((_, i) => new Flow(port, maxFrameBytes, i));
        const longest = Math.max(...ofEach.map(({ length }) => length));
        for (let i = 0; i < longest; i++) {
          for (const [stream, flow] of flows.entries()) {
            const step = ofEach[stream]?.[i];
            if (step !== undefined) await flow.step(step);
          }
        }
        await finish(flows, { type: "receive" });
        flows.forEach(assertReceived);
        assertGivenBack(port);
      },
    ),
    { numRuns: isSlow ? 100 : 20 },
  );
});

Deno.test("two budgets' worth of large messages arrive one after the other, and never take more than there is", async () => {
  const port = session(65_536, 4);
  const flows = Array.from(
    { length: 8 },
    (_, stream) => new Flow(port, MAX_FRAME_BYTES, stream),
  );
  for (const flow of flows) {
    await flow.step({ type: "send", bytes: MAX_MESSAGE });
    await flow.step({ type: "receive" });
  }
  let least = Infinity;
  for (const flow of flows) {
    await flow.move({ type: "receive" });
    least = Math.min(least, port.partials.left);
  }
  assertEquals(least, 0);
  await finish(flows, { type: "receive" });
  flows.forEach(assertReceived);
  assertGivenBack(port, 4);
});

Deno.test("a window grows while its reader keeps up, and is given back at the end", async () => {
  const port = session(65_536);
  const flow = new Flow(port, MAX_FRAME_BYTES);
  for (let i = 0; i < 40; i++) {
    await flow.step({ type: "send", bytes: 250_000 });
  }
  /** The reader has each frame as soon as it has arrived. */
  const moves = async (count: number, ms: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      await flow.step({ type: "wait", ms });
      await flow.step({ type: "raise", which: flow.limits.length - 1 });
      await flow.step({ type: "room", frames: 1 });
      await flow.step({ type: "deliver", frames: 1 });
      await flow.step({ type: "receive" });
    }
  };
  await moves(20, 40);
  assertEquals(port.windows.left, 2_000_000);
  await moves(40, 1);
  assertEquals(port.windows.left, 2_000_000 - (1_048_576 - 65_536));
  await finish([flow], { type: "receive" });
  assertReceived(flow);
  assertGivenBack(port);
});

Deno.test("a window stays the same while messages wait for their reader", async () => {
  const port = session(65_536);
  const flow = new Flow(port, MAX_FRAME_BYTES);
  for (let i = 0; i < 40; i++) await flow.step({ type: "send", bytes: 20_000 });
  await flow.step({ type: "room", frames: 100 });
  for (let i = 0; i < 30; i++) {
    await flow.step({ type: "raise", which: flow.limits.length - 1 });
    await flow.step({ type: "deliver", frames: 2 });
    await flow.step({ type: "receive" });
  }
  assertEquals(port.windows.left, 2_000_000);
  await finish([flow], { type: "receive" });
  assertReceived(flow);
});

Deno.test("a sender is never stuck at a reader that reads, with messages of every size up to a window", async () => {
  for (const window of [65_536, 65_537]) {
    const flow = new Flow(session(window), MAX_FRAME_BYTES);
    for (let size = 65_400; size <= 65_600; size += 8) {
      await flow.step({ type: "send", bytes: size });
    }
    await finish([flow], { type: "receive" });
    assertEquals(flow.received.length, flow.sizes.length);
  }
});

Deno.test("a sender whose messages are not read stops at its credit", async () => {
  const flow = new Flow(session(65_536), MAX_FRAME_BYTES);
  flow.port.room = Infinity;
  for (let i = 0; i < 2000; i++) {
    await flow.step({ type: "send", bytes: i % 50 });
  }
  await flow.step({ type: "deliver", frames: 5000 });
  const cost = flow.port.frames.reduce(
    (sum, { payload }) => sum + payload.length + FRAME_COST,
    0,
  );
  assertLessOrEqual(cost, 65_536);
  assert(flow.waiting > 0);
});
