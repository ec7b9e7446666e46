import {
  assert,
  assertEquals,
  assertGreater,
  assertLessOrEqual,
} from "@std/assert";
import fc from "fast-check";
import { Outbox } from "../../../src/session/wire/outbox.ts";
import {
  HEADER_BYTES,
  Priority,
  USUAL_FRAME_BYTES,
} from "../../../src/session/wire/protocol.ts";
import {
  Scheduler,
  type Sendable,
} from "../../../src/session/wire/scheduler.ts";
import { pattern } from "./support.ts";

const QUANTUM_BYTES = 16_384;
const MAX_BYTES = HEADER_BYTES + USUAL_FRAME_BYTES;

/** A sender whose frames repeat a list of sizes, and end after `frames`. */
class Source implements Sendable {
  deficit = 0;
  active = false;
  sentBytes = 0;
  sentFrames = 0;

  constructor(
    readonly sizes: readonly number[],
    readonly onSend: (source: Source, bytes: number) => void = () => {},
    readonly frames = Infinity,
    readonly priority: Priority = Priority.NORMAL,
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

  sendAlone(): void {
    this.sendFrame();
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
  const scheduler = scheduled([source, new Source([10_000], () => {}, 2)]);
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

Deno.test("a stream that waits alone has no turns, until another joins", () => {
  let asked = 0;
  const alone = new (class extends Source {
    override sendAlone(): void {
      asked++;
      super.sendAlone();
    }
  })([10_000]);
  const scheduler = scheduled([alone]);
  run(scheduler, [alone], 1_000_000);
  assertEquals([asked, alone.deficit], [100, 0]);
  const other = new Source([10_000]);
  scheduler.activate(other);
  alone.sentBytes = 0;
  run(scheduler, [alone, other], 2_000_000);
  assertEquals(asked, 100);
  assertEqualShares([alone, other]);
});

Deno.test("what is activated while a frame is made has its turn, and no frame is made within another", () => {
  let depth = 0;
  const late = new Source([1000], () => {}, 3);
  const scheduler = new Scheduler();
  const first = new Source([1000], () => {
    assertEquals(depth++, 0);
    scheduler.activate(late);
    scheduler.run(() => true);
    depth--;
  }, 2);
  scheduler.activate(first);
  scheduler.run(() => true);
  assertEquals([first.sentFrames, late.sentFrames], [2, 3]);
});

// Classes.

const { HIGH, NORMAL, LOW } = Priority;

/** A sender of a class that has always something to send. */
function endless(priority: Priority, bytes = 10_000): Source {
  return new Source([bytes], () => {}, Infinity, priority);
}

Deno.test("a higher class goes first, whoever joined first", () => {
  const order: Priority[] = [];
  const note = ({ priority }: Source): void => void order.push(priority);
  const sources = [LOW, NORMAL, HIGH, LOW, NORMAL, HIGH]
    .map((priority) => new Source([1000], note, 2, priority));
  scheduled(sources).run(() => true);
  assertEquals(
    order,
    [HIGH, NORMAL, LOW].flatMap((priority) => Array(4).fill(priority)),
  );
});

Deno.test("a higher class that joins late goes next", () => {
  const low = endless(LOW);
  const scheduler = scheduled([low]);
  run(scheduler, [low], 1_000_000);
  const high = new Source([1000], () => {}, 3, HIGH);
  scheduler.activate(high);
  scheduler.run(() => high.sentFrames < 3);
  assertEquals(low.sentBytes, 1_000_000);
});

for (
  const [name, higher, lower] of [
    ["normal stream has one turn after eight of a high", HIGH, NORMAL],
    ["low stream has one turn after eight of a high", HIGH, LOW],
    ["low stream has one turn after eight of a normal", NORMAL, LOW],
  ] as const
) {
  Deno.test(`a ${name} one`, () => {
    const sources = [endless(higher), endless(lower)];
    run(scheduled(sources), sources, 18_000_000);
    const share = sources[1]!.sentBytes;
    assertLessOrEqual(Math.abs(share - 2_000_000), 200_000, `${share}`);
  });
}

Deno.test("with all classes busy, each of the lower two has a turn after eight of the highest", () => {
  const sources = [endless(HIGH), endless(NORMAL), endless(LOW)];
  run(scheduled(sources), sources, 20_000_000);
  for (const { sentBytes } of sources.slice(1)) {
    assertLessOrEqual(Math.abs(sentBytes - 2_000_000), 200_000, `${sentBytes}`);
  }
});

Deno.test("ten equal streams of a low class send the same beside a busy high one", () => {
  const low = Array.from({ length: 10 }, () => endless(LOW, MAX_BYTES));
  const all = [...low, endless(HIGH)];
  run(scheduled(all), all, 200_000_000);
  assertEqualShares(low);
});

Deno.test("streams of a high class with one small message after another starve nobody", () => {
  const scheduler = new Scheduler();
  const high = Array.from(
    { length: 20 },
    () => new Source([100, 0], () => {}, Infinity, HIGH),
  );
  const low = endless(LOW);
  for (const source of [low, ...high]) scheduler.activate(source);
  for (let turns = 0; turns < 2000; turns++) {
    const next = high[turns % high.length]!;
    // Its next message is there.
    if (next.sentFrames % 2 === 1) next.sentFrames++;
    scheduler.activate(next);
    let room = 1;
    scheduler.run(() => room-- > 0);
  }
  assertGreater(low.sentBytes, 0);
});

Deno.test("no stream of any class waits for more than its turn of every other", () => {
  const sizes = fc.integer({ min: HEADER_BYTES, max: MAX_BYTES });
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.constantFrom(HIGH, NORMAL, LOW),
          fc.array(sizes, { minLength: 1, maxLength: 4, size: "max" }),
        ),
        { minLength: 2, maxLength: 12, size: "max" },
      ),
      (mixes) => {
        // Its own quanta, each after eight turns of two higher classes.
        const turns = mixes.length * 5 * (1 + 8 + 8);
        const most = turns * (QUANTUM_BYTES + MAX_BYTES);
        const waited = new Map<Source, number>();
        const sources = mixes.map(([priority, sizes]) =>
          new Source(
            sizes,
            (sender, bytes) => {
              for (const other of sources) {
                const total = (waited.get(other) ?? 0) + bytes;
                waited.set(other, other === sender ? 0 : total);
                assertLessOrEqual(waited.get(other) ?? 0, most);
              }
            },
            Infinity,
            priority,
          )
        );
        run(scheduled(sources), sources, 3 * most);
        for (const { sentFrames } of sources) assertGreater(sentFrames, 0);
      },
    ),
    { numRuns: 10 },
  );
});

Deno.test("outboxes with messages of any size share a socket equally", () => {
  const messageBytes = [1, 100, 1000, 5000, 16_384, 65_536, 65_537, 1_000_000];
  const sent = new Map<number, number>();
  const scheduler = new Scheduler();
  let room = 0;
  const port = {
    maxFrameBytes: USUAL_FRAME_BYTES,
    mayBypass: () => false,
    hasRoom: () => room > 0,
    mostAlone: () => USUAL_FRAME_BYTES,
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
  const share = 800_000;
  for (const [stream, size] of messageBytes.entries()) {
    const outbox = new Outbox(port, stream, Priority.NORMAL);
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
