import { ConnectionClosedError } from "../../../src/session/wire/errors.ts";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLessOrEqual,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { setImmediate } from "node:timers";
import fc from "fast-check";
import { Outbox } from "../../../src/session/wire/outbox.ts";
import {
  DataFlag,
  FRAME_COST,
  FrameType,
  INITIAL_CREDIT,
  Priority,
  UNDIVIDED_BYTES,
} from "../../../src/session/wire/protocol.ts";
import { concat, FakePort, pattern, sameBytes } from "./support.ts";

const { END, FIN } = DataFlag;
const STREAM = 7;

interface Setup {
  readonly port: FakePort;
  readonly outbox: Outbox;
}

function setup(maxFrameBytes?: number): Setup {
  const port = new FakePort(maxFrameBytes);
  return { port, outbox: new Outbox(port, STREAM, Priority.NORMAL) };
}

/** What has happened to a promise so far. */
function observe(promise: Promise<void>): { state: string } {
  const observed = { state: "pending" };
  promise.then(
    () => observed.state = "taken",
    (error) => observed.state = `refused: ${error.message}`,
  );
  return observed;
}

/** Uses credit up: a frame of `left` payload bytes may still go, if any. */
function exhaust(outbox: Outbox, left = -FRAME_COST): void {
  outbox.send(pattern(INITIAL_CREDIT - 2 * FRAME_COST - left));
}

Deno.test("a message that fits goes at once, as one frame with END", async () => {
  const { port, outbox } = setup();
  await outbox.send(pattern(100));
  assertEquals(port.frames, [
    { type: FrameType.DATA, flags: END, stream: STREAM, payload: pattern(100) },
  ]);
});

Deno.test("an empty message is a frame", async () => {
  const { port, outbox } = setup();
  await outbox.send(new Uint8Array(0));
  assertEquals(port.frames.map(({ flags }) => flags), [END]);
});

Deno.test("a large message goes in frames that the peer accepts, END on the last", async () => {
  const { port, outbox } = setup(1024);
  const message = pattern(3000);
  await outbox.send(message);
  assertEquals(
    port.frames.map(({ flags, payload }) => [flags, payload.length]),
    [[0, 1024], [0, 1024], [END, 952]],
  );
  assertEquals(concat(port.frames.map(({ payload }) => payload)), message);
});

Deno.test("a message goes as far as the credit, and on with more", async () => {
  const { port, outbox } = setup();
  const message = pattern(100_000);
  const sent = observe(outbox.send(message));
  await undefined;
  assertEquals(port.frames.map(({ payload }) => payload.length), [
    INITIAL_CREDIT - FRAME_COST,
  ]);
  assertEquals(sent.state, "pending");
  outbox.raise(INITIAL_CREDIT + 1000);
  assertEquals(port.frames[1]?.payload.length, 1000 - FRAME_COST);
  outbox.raise(1_000_000);
  await undefined;
  assertEquals(sent.state, "taken");
  assertEquals(port.frames.map(({ flags }) => flags), [0, 0, END]);
  assert(sameBytes(concat(port.frames.map(({ payload }) => payload)), message));
});

Deno.test("frames never cost more than the credit, and carry every message in order", () => {
  const size = fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 200_000 }));
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          size.map((size) => ({ size })),
          fc.nat({ max: 200_000 }).map((more) => ({ more })),
          fc.nat({ max: 4 }).map((room) => ({ room })),
        ),
        { maxLength: 40, size: "max" },
      ),
      fc.integer({ min: 1024, max: 65_536 }),
      (steps, maxFrameBytes) => {
        const { port, outbox } = setup(maxFrameBytes);
        const sizes: number[] = [];
        let limit = INITIAL_CREDIT;
        port.room = 2;
        const check = (): void => {
          const cost = port.frames.reduce(
            (sum, { payload }) => sum + payload.length + FRAME_COST,
            0,
          );
          assertLessOrEqual(cost, limit);
        };
        for (const step of steps) {
          if ("size" in step) {
            outbox.send(pattern(step.size, sizes.length));
            sizes.push(step.size);
          } else if ("more" in step) {
            limit += step.more;
            outbox.raise(limit);
          } else {
            port.room += step.room;
            port.pump();
          }
          check();
        }
        limit = Number.MAX_SAFE_INTEGER;
        outbox.raise(limit);
        port.room = Infinity;
        port.pump();
        let parts: Uint8Array[] = [];
        let seed = 0;
        for (const { flags, payload } of port.frames) {
          assertLessOrEqual(payload.length, maxFrameBytes);
          parts.push(payload);
          if (flags !== END) continue;
          assert(sameBytes(concat(parts), pattern(sizes[seed] ?? -1, seed)));
          seed++;
          parts = [];
        }
        assertEquals([seed, parts.length], [sizes.length, 0]);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("an empty message waits for the credit that it costs", () => {
  const { port, outbox } = setup();
  exhaust(outbox, -1);
  outbox.send(new Uint8Array(0));
  assertEquals(port.frames.length, 1);
  outbox.raise(INITIAL_CREDIT + 1);
  assertEquals(port.frames.length, 2);
});

Deno.test("a message of a few kilobytes waits for credit for all of it", async () => {
  for (const size of [2, 1000, UNDIVIDED_BYTES]) {
    const { port, outbox } = setup();
    exhaust(outbox, size - 1);
    const sent = observe(outbox.send(pattern(size)));
    outbox.send(pattern(1));
    assertEquals(port.frames.length, 1);
    outbox.raise(INITIAL_CREDIT + 1);
    assertEquals(port.frames[1]?.payload.length, size);
    assertEquals(port.frames[1]?.flags, END);
    await undefined;
    assertEquals(sent.state, "taken");
  }
});

Deno.test("a larger message goes as far as the credit", () => {
  const { port, outbox } = setup();
  exhaust(outbox, UNDIVIDED_BYTES);
  outbox.send(pattern(UNDIVIDED_BYTES + 1));
  assertEquals(port.frames[1]?.payload.length, UNDIVIDED_BYTES);
});

Deno.test("a message is divided when more credit is still too little for it, so that no window is too small", async () => {
  const { port, outbox } = setup();
  exhaust(outbox);
  const message = pattern(1000);
  const sent = observe(outbox.send(message));
  const next = observe(outbox.send(pattern(500, 1)));
  let limit = INITIAL_CREDIT;
  for (let i = 0; i < 60; i++) outbox.raise(limit += 300);
  await undefined;
  assertEquals([sent.state, next.state], ["taken", "taken"]);
  const parts = port.frames.slice(1).map(({ payload }) => payload);
  assert(parts.length > 20);
  assertEquals(concat(parts), concat([message, pattern(500, 1)]));
});

Deno.test("the messages of a list are not divided either, nor is one behind another", () => {
  const { port, outbox } = setup();
  outbox.sendAll(Array.from({ length: 1000 }, () => pattern(3000)));
  outbox.send(pattern(3000));
  let limit = INITIAL_CREDIT;
  for (let i = 0; i < 200; i++) outbox.raise(limit += 32_768);
  assertEquals(port.frames.length, 1001);
  for (const { payload } of port.frames) assertEquals(payload.length, 3000);
});

Deno.test("a message behind one that waits does not overtake it", () => {
  const { port, outbox } = setup();
  outbox.send(pattern(70_000));
  outbox.send(pattern(1));
  outbox.raise(INITIAL_CREDIT + FRAME_COST + 1);
  outbox.raise(1_000_000);
  assertEquals(port.frames.map(({ flags }) => flags), [0, 0, END, END]);
});

Deno.test("a message waits for its turn when others do", () => {
  const { port, outbox } = setup();
  port.room = 0;
  outbox.send(pattern(1));
  assertEquals(port.frames, []);
  port.room = 1;
  port.pump();
  assertEquals(port.frames.length, 1);
});

Deno.test("raise() returns false for a limit that is late or repeated, which lets nothing go", () => {
  const { port, outbox } = setup();
  assert(outbox.raise(100_000));
  outbox.send(pattern(200_000));
  const { length } = port.frames;
  assert(!outbox.raise(INITIAL_CREDIT));
  assert(!outbox.raise(100_000));
  assertEquals(port.frames.length, length);
  assert(outbox.raise(100_001 + FRAME_COST));
  assertEquals(port.frames.length, length + 1);
});

Deno.test("an outbox waits for its turn in its class", () => {
  const port = new FakePort();
  port.room = 0;
  for (const priority of [Priority.LOW, Priority.NORMAL, Priority.HIGH]) {
    new Outbox(port, priority, priority).send(pattern(1));
  }
  port.room = 3;
  port.pump();
  assertEquals(
    port.frames.map(({ stream }) => stream),
    [Priority.HIGH, Priority.NORMAL, Priority.LOW],
  );
});

Deno.test("a message belongs to its sender again once it was taken", async () => {
  const { port, outbox } = setup();
  const message = pattern(10);
  await outbox.send(message);
  message.fill(0);
  assertEquals(port.frames[0]?.payload, pattern(10));
});

Deno.test("finish() ends the direction after what waits", async () => {
  const { port, outbox } = setup();
  port.room = 0;
  outbox.send(pattern(1));
  const finished = observe(outbox.finish());
  await undefined;
  assert(!outbox.finished);
  assertEquals(finished.state, "pending");
  port.room = 2;
  port.pump();
  await undefined;
  assert(outbox.finished);
  assertEquals(finished.state, "taken");
  assertEquals(port.frames.map(({ flags }) => flags), [END, FIN]);
});

Deno.test("finish() needs no credit", () => {
  const { port, outbox } = setup();
  exhaust(outbox);
  outbox.finish();
  assertEquals(port.frames.map(({ flags }) => flags), [END, FIN]);
});

Deno.test("finish() needs no credit behind a message that used it up", () => {
  const { port, outbox } = setup();
  port.room = 0;
  exhaust(outbox);
  outbox.finish();
  port.room = 2;
  port.pump();
  assertEquals(port.frames.map(({ flags }) => flags), [END, FIN]);
});

Deno.test("finish() twice ends the direction once, and both wait for it", async () => {
  const { port, outbox } = setup();
  port.room = 0;
  const first = observe(outbox.finish());
  const second = observe(outbox.finish());
  await undefined;
  assertEquals([first.state, second.state], ["pending", "pending"]);
  port.room = 10;
  port.pump();
  await undefined;
  assertEquals([first.state, second.state], ["taken", "taken"]);
  assertEquals(port.frames.length, 1);
});

Deno.test("a message with FIN is the last", async () => {
  const { port, outbox } = setup();
  await outbox.send(pattern(3), END | FIN);
  assert(outbox.finished);
  assertEquals(port.frames.map(({ flags }) => flags), [END | FIN]);
  await assertRejects(
    () => outbox.send(pattern(1)),
    ConnectionClosedError,
    "is closed",
  );
});

Deno.test("nothing can be sent after finish()", async () => {
  const { port, outbox } = setup();
  outbox.finish();
  await assertRejects(
    () => outbox.send(pattern(1)),
    ConnectionClosedError,
    "is closed",
  );
  assertEquals(port.frames.length, 1);
});

Deno.test("fail() rejects sends that wait, and those that follow", async () => {
  const { port, outbox } = setup();
  port.room = 0;
  const error = new Error("broken");
  const first = assertRejects(() => outbox.send(pattern(1)));
  const second = assertRejects(() => outbox.send(pattern(70_000)));
  outbox.fail(error);
  assertStrictEquals(await first, error);
  assertStrictEquals(await second, error);
  assertStrictEquals(await assertRejects(() => outbox.send(pattern(1))), error);
  assert(outbox.finished);
  port.room = 10;
  port.pump();
  assertEquals(port.frames, []);
});

Deno.test("the first error stays", async () => {
  const { outbox } = setup();
  const first = new Error("first");
  outbox.fail(first);
  outbox.fail(new Error("second"));
  assertStrictEquals(await assertRejects(() => outbox.send(pattern(1))), first);
});

Deno.test("finish() rejects when the direction fails before it has ended", async () => {
  const { port, outbox } = setup();
  const error = new Error("broken");
  port.room = 0;
  const waiting = assertRejects(() => outbox.finish());
  outbox.fail(error);
  assertStrictEquals(await waiting, error);
  assertStrictEquals(await assertRejects(() => outbox.finish()), error);
});

Deno.test("a direction that has ended cannot fail any more", async () => {
  const { outbox } = setup();
  await outbox.finish();
  outbox.fail(new Error("broken"));
  await outbox.finish();
});

Deno.test("a message that is not a Uint8Array is refused, and the error says what to do", async () => {
  const { port, outbox } = setup();
  const untyped: (message: never) => Promise<void> = (message) =>
    outbox.send(message);
  for (const message of ["text", new ArrayBuffer(3), [1, 2]]) {
    await assertRejects(
      () => untyped(message as never),
      TypeError,
      "encode it first",
    );
  }
  assertEquals(port.frames, []);
});

Deno.test("a buffer that is transferred before it was sent ends its stream alone", () => {
  const { port, outbox } = setup();
  port.room = 0;
  const message = new Uint8Array(1000);
  outbox.send(message);
  message.buffer.transfer();
  port.room = 1;
  port.pump();
  assertEquals(port.frames, []);
  assertInstanceOf(port.abandoned[0], TypeError);
});

Deno.test("a send that nobody awaits does not end the process when it fails", async () => {
  const { outbox, port } = setup();
  port.room = 0;
  outbox.send(pattern(10));
  outbox.fail(new Error("the peer is gone"));
  outbox.send(pattern(10));
  // An unhandled rejection would fail this test at the next turn.
  await new Promise<void>((resolve) => setImmediate(resolve));
});

Deno.test("a signal that has aborted already sends nothing", async () => {
  const { port, outbox } = setup();
  const signal = AbortSignal.abort(new Error("too late"));
  await assertRejects(() => outbox.send(pattern(1), END, signal), "too late");
  assertEquals(port.frames, []);
});

Deno.test("a signal withdraws a message that waits, and those around it go", async () => {
  const { port, outbox } = setup();
  exhaust(outbox);
  const giveUp = new AbortController();
  const before = observe(outbox.send(pattern(10)));
  const withdrawn = observe(outbox.send(pattern(20), END, giveUp.signal));
  const after = observe(outbox.send(pattern(30)));
  giveUp.abort(new Error("enough"));
  outbox.raise(2 * INITIAL_CREDIT);
  port.pump();
  await new Promise<void>((resolve) => setImmediate(resolve));
  assertEquals(withdrawn.state, "refused: enough");
  assertEquals([before.state, after.state], ["taken", "taken"]);
  const sent = port.frames.slice(1).map(({ payload }) => payload.length);
  assertEquals(sent, [10, 30]);
});

Deno.test("a signal abandons the stream when a part of the message is on its way", async () => {
  const { port, outbox } = setup();
  exhaust(outbox, 5);
  const giveUp = new AbortController();
  outbox.send(pattern(UNDIVIDED_BYTES + 1), END, giveUp.signal);
  assertEquals(port.frames.length, 2);
  giveUp.abort(new Error("enough"));
  await new Promise<void>((resolve) => setImmediate(resolve));
  assertEquals(port.abandoned, [giveUp.signal.reason]);
});

Deno.test("a signal that aborts after its message was taken does nothing", async () => {
  const { port, outbox } = setup();
  const giveUp = new AbortController();
  await outbox.send(pattern(10), END, giveUp.signal);
  exhaust(outbox, 5 - FRAME_COST - 10);
  const waiting = outbox.send(pattern(10), END, giveUp.signal);
  outbox.raise(2 * INITIAL_CREDIT);
  port.pump();
  await waiting;
  giveUp.abort();
  assertEquals(port.abandoned, []);
});
