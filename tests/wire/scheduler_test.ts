import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { Outbox } from "../../src/wire/outbox.ts";
import { HEADER_BYTES, MAX_FRAME_BYTES } from "../../src/wire/protocol.ts";
import { Scheduler, type Sendable } from "../../src/wire/scheduler.ts";
import { pattern } from "./support.ts";

const QUANTUM_BYTES = 16_384;
const MAX_BYTES = HEADER_BYTES + MAX_FRAME_BYTES;

/** A sender whose frames repeat a list of sizes, and end after `frames`. */
class Source implements Sendable {
  deficit = 0;
  sentBytes = 0;
  sentFrames = 0;

  constructor(
    readonly sizes: readonly number[],
    readonly onSend: (source: Source, bytes: number) => void = () => {},
    readonly frames = Infinity,
  ) {}

  nextFrameBytes(): number {
    if (this.sentFrames >= this.frames) return 0;
    return this.sizes[this.sentFrames % this.sizes.length] ?? 0;
  }

  sendFrame(): void {
    const bytes = this.nextFrameBytes();
    this.sentBytes += bytes;
    this.sentFrames++;
    this.onSend(this, bytes);
  }
}

/**
 * Runs until the senders have sent `total` bytes together, as a socket does
 * that takes `roomBytes` at a time.
 */
function run(
  scheduler: Scheduler,
  sources: readonly Source[],
  total: number,
  roomBytes = 131_072,
): void {
  const sent = (): number =>
    sources.reduce((sum, source) => sum + source.sentBytes, 0);
  const end = sent() + total;
  for (let now = sent(); now < end && !scheduler.idle; now = sent()) {
    const until = Math.min(end, now + roomBytes);
    scheduler.run(() => sent() < until);
  }
}

function scheduled(sources: readonly Source[]): Scheduler {
  const scheduler = new Scheduler();
  for (const source of sources) scheduler.activate(source);
  return scheduler;
}

function assertEqualShares(sources: readonly Source[]): void {
  const shares = sources.map(({ sentBytes }) => sentBytes);
  const mean = shares.reduce((sum, share) => sum + share) / shares.length;
  for (const share of shares) {
    assertLessOrEqual(
      Math.abs(share - mean),
      mean / 10,
      `${share} is not within a tenth of ${mean}`,
    );
  }
}

Deno.test("ten equal streams send the same, to a tenth of the mean", () => {
  const sources = Array.from({ length: 10 }, () => new Source([MAX_BYTES]));
  run(scheduled(sources), sources, 40_000_000);
  assertEqualShares(sources);
});

Deno.test("ten streams with messages from tiny to large send the same bytes", () => {
  const sizes = [
    9,
    20,
    108,
    500,
    1008,
    4104,
    16_392,
    20_000,
    40_000,
    MAX_BYTES,
  ];
  const sources = sizes.map((size) => new Source([size]));
  run(scheduled(sources), sources, 10_000_000);
  assertEqualShares(sources);
});

Deno.test("ten streams with any mix of messages send the same bytes, however the socket takes them", () => {
  const mix = fc.array(
    fc.oneof(
      fc.integer({ min: 500, max: 2000 }),
      fc.integer({ min: 500, max: MAX_BYTES }),
    ),
    { minLength: 1, maxLength: 6, size: "max" },
  );
  fc.assert(
    fc.property(
      fc.array(mix, { minLength: 10, maxLength: 10, size: "max" }),
      fc.integer({ min: 1, max: 300_000 }),
      (mixes, roomBytes) => {
        const sources = mixes.map((sizes) => new Source(sizes));
        run(scheduled(sources), sources, 20_000_000, roomBytes);
        assertEqualShares(sources);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("no stream waits for more than its turn of every other", () => {
  const sizes = fc.integer({ min: HEADER_BYTES, max: MAX_BYTES });
  fc.assert(
    fc.property(
      fc.array(fc.array(sizes, { minLength: 1, maxLength: 4, size: "max" }), {
        minLength: 2,
        maxLength: 20,
        size: "max",
      }),
      (mixes) => {
        const most = (mixes.length - 1) * (2 * MAX_BYTES + 2 * QUANTUM_BYTES);
        const waited = new Map<Source, number>();
        const sources = mixes.map((sizes) =>
          new Source(sizes, (sender, bytes) => {
            waited.set(sender, 0);
            for (const other of sources) {
              if (other === sender) continue;
              const total = (waited.get(other) ?? 0) + bytes;
              waited.set(other, total);
              assertLessOrEqual(total, most);
            }
          })
        );
        run(scheduled(sources), sources, 2_000_000);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("a stream that joins late has its share from then on, and no more", () => {
  const early = Array.from({ length: 9 }, () => new Source([1000]));
  const scheduler = scheduled(early);
  run(scheduler, early, 10_000_000);
  for (const source of early) source.sentBytes = 0;
  const all = [...early, new Source([MAX_BYTES])];
  scheduler.activate(all[9]!);
  run(scheduler, all, 20_000_000);
  assertEqualShares(all);
});

Deno.test("a stream that was idle has saved nothing up", () => {
  const source = new Source([10_000], () => {}, 1);
  const scheduler = scheduled([source]);
  scheduler.run(() => true);
  assert(scheduler.idle);
  assert(source.deficit > 0);
  scheduler.activate(source);
  assertEquals(source.deficit, 0);
});

Deno.test("activating a stream twice gives it one turn in a round", () => {
  const sources = [new Source([1000]), new Source([1000])];
  const scheduler = scheduled(sources);
  for (let i = 0; i < 10; i++) scheduler.activate(sources[0]!);
  run(scheduler, sources, 2_000_000);
  assertEqualShares(sources);
});

Deno.test("streams that have nothing to send, or may not, leave the round", () => {
  const done = new Source([1000], () => {}, 3);
  const blocked = new Source([0]);
  const scheduler = scheduled([done, blocked]);
  scheduler.run(() => true);
  assertEquals(done.sentFrames, 3);
  assertEquals(blocked.sentFrames, 0);
  assert(scheduler.idle);
});

Deno.test("nothing is sent without room", () => {
  const source = new Source([1000]);
  const scheduler = scheduled([source]);
  scheduler.run(() => false);
  assertEquals(source.sentFrames, 0);
  assert(!scheduler.idle);
});

Deno.test("outboxes with messages of any size share a socket equally", () => {
  const messageBytes = [1, 100, 1000, 5000, 16_384, 65_536, 65_537, 1_000_000];
  const sent = new Map<number, number>();
  const scheduler = new Scheduler();
  let room = 0;
  const port = {
    maxFrameBytes: MAX_FRAME_BYTES,
    mayBypass: () => false,
    frame(
      _t: number,
      _f: number,
      stream: number,
      _p: Uint8Array,
      start: number,
      end: number,
    ) {
      const bytes = HEADER_BYTES + end - start;
      room -= bytes;
      sent.set(stream, (sent.get(stream) ?? 0) + bytes);
    },
    activate: (sendable: Sendable) => scheduler.activate(sendable),
    abandon() {},
  };
  const share = 1_500_000;
  for (const [stream, size] of messageBytes.entries()) {
    const outbox = new Outbox(port, stream);
    outbox.raise(Number.MAX_SAFE_INTEGER);
    const message = pattern(size);
    for (let i = 0; i < 2 * share / (size + HEADER_BYTES); i++) {
      outbox.send(message);
    }
  }
  room = share * messageBytes.length;
  scheduler.run(() => room > 0);
  const shares = messageBytes.map((_, stream) => sent.get(stream) ?? 0);
  for (const bytes of shares) {
    assertLessOrEqual(Math.abs(bytes - share), share / 10);
  }
});
