/**
 * An outbox and an inbox with a wire between them, in any order of events.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { Inbox } from "../../src/wire/inbox.ts";
import { Outbox } from "../../src/wire/outbox.ts";
import {
  FRAME_COST,
  INITIAL_CREDIT,
  MAX_FRAME_BYTES,
} from "../../src/wire/protocol.ts";
import { concat, FakePort, pattern, sameBytes } from "./support.ts";

type Step =
  | { readonly type: "send"; readonly bytes: number }
  /** The socket takes some more frames. */
  | { readonly type: "room"; readonly frames: number }
  | { readonly type: "deliver"; readonly frames: number }
  /** Hands any of the limits so far to the sender, late or repeated. */
  | { readonly type: "raise"; readonly which: number }
  | { readonly type: "receive" }
  | { readonly type: "read" }
  | { readonly type: "abort" };

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
  );
  return fc.array(step, { maxLength: 80, size: "max" });
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
  #abort: AbortController | undefined;

  constructor(windowBytes: number, maxFrameBytes: number) {
    this.port = new FakePort(maxFrameBytes);
    this.port.room = 1;
    this.outbox = new Outbox(this.port, 1);
    this.inbox = new Inbox({
      windowBytes,
      maxMessageBytes: 1_000_000,
      onGrant: (limit) => this.limits.push(limit),
      onTooLarge: (error) => {
        throw error;
      },
    });
    this.limits.push(this.inbox.firstLimit());
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
      case "deliver":
        for (let i = 0; i < step.frames; i++) this.#deliver();
        break;
      case "raise":
        this.outbox.raise(this.limits[step.which % this.limits.length] ?? 0);
        break;
      case "receive":
      case "read":
        this.#read(step.type);
        break;
      case "abort":
        this.#abort?.abort();
        break;
      default:
        step satisfies never;
    }
    await undefined;
  }

  /** Ends the direction, and reads until its end has come. */
  async finish(mode: Step): Promise<void> {
    this.outbox.finish();
    const total = this.sizes.reduce((sum, size) => sum + size + FRAME_COST, 0);
    for (let rounds = 0; !this.ended; rounds++) {
      assertLessOrEqual(rounds, 100 + total / 100, "the flow is stuck");
      await this.step({ type: "raise", which: this.limits.length - 1 });
      await this.step({ type: "room", frames: 100 });
      await this.step({ type: "deliver", frames: 100 });
      await this.step(mode);
    }
  }

  #deliver(): void {
    const frame = this.port.frames[this.#delivered];
    if (frame === undefined) return;
    this.#delivered++;
    this.inbox.deliver(frame.flags, frame.payload, 0, frame.payload.length);
    frame.payload.fill(0); // the reader overwrites it
  }

  #read(mode: "receive" | "read"): void {
    if (this.#abort !== undefined) return;
    const abort = this.#abort = new AbortController();
    this.inbox[mode](abort.signal).then(
      (bytes) => {
        this.#abort = undefined;
        if (bytes === undefined) this.ended = true;
        else this.received.push(bytes);
      },
      (error) => {
        this.#abort = undefined;
        if (error !== abort.signal.reason) throw error;
      },
    );
  }
}

const windows = fc.constantFrom(65_536, 65_537, 262_144);
const frameLimits = fc.constantFrom(1024, 10_000, MAX_FRAME_BYTES);

Deno.test("messages of any size arrive once and in order, however sends, reads, credit and aborts interleave", async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      frameLimits,
      steps([{ type: "receive" }]),
      async (window, maxFrameBytes, steps) => {
        const flow = new Flow(window, maxFrameBytes);
        for (const step of steps) await flow.step(step);
        await flow.finish({ type: "receive" });
        assertEquals(
          flow.received.map(({ length }) => length),
          flow.sizes,
        );
        for (const [i, message] of flow.received.entries()) {
          assert(
            sameBytes(message, pattern(message.length, i)),
            `message ${i}`,
          );
        }
        assertEquals(flow.waiting, 0);
        assert(flow.outbox.finished && flow.inbox.finished);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("bytes arrive once and in order, however messages and bytes are read in turn", async () => {
  await fc.assert(
    fc.asyncProperty(
      windows,
      frameLimits,
      steps([{ type: "receive" }, { type: "read" }]),
      fc.constantFrom<Step>({ type: "receive" }, { type: "read" }),
      async (window, maxFrameBytes, steps, last) => {
        const flow = new Flow(window, maxFrameBytes);
        for (const step of steps) await flow.step(step);
        await flow.finish(last);
        const sent = flow.sizes.map((size, i) => pattern(size, i));
        assert(sameBytes(concat(flow.received), concat(sent)));
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a sender is never stuck at a reader that reads, with messages of every size up to a window", async () => {
  for (const window of [65_536, 65_537]) {
    const flow = new Flow(window, MAX_FRAME_BYTES);
    for (let size = 65_400; size <= 65_600; size += 8) {
      await flow.step({ type: "send", bytes: size });
    }
    await flow.finish({ type: "receive" });
    assertEquals(flow.received.length, flow.sizes.length);
  }
});

Deno.test("a reader that does not read stops its sender at the credit", async () => {
  const flow = new Flow(65_536, MAX_FRAME_BYTES);
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
