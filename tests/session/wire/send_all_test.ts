import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { SendAllError } from "../../../src/session/wire/errors.ts";
import { Outbox } from "../../../src/session/wire/outbox.ts";
import {
  DataFlag,
  FRAME_COST,
  INITIAL_CREDIT,
  Priority,
} from "../../../src/session/wire/protocol.ts";
import { concat, FakePort, pattern, sameBytes } from "./support.ts";

const { END, FIN } = DataFlag;

interface Setup {
  readonly port: FakePort;
  readonly outbox: Outbox;
}

function setup(maxFrameBytes?: number): Setup {
  const port = new FakePort(maxFrameBytes);
  return { port, outbox: new Outbox(port, 7, Priority.NORMAL) };
}

function messages(count: number, bytes = 100): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => pattern(bytes, i));
}

/** Waits for the rejection, which says how many were taken. */
async function takenOf(sending: Promise<void>): Promise<[number, unknown]> {
  const error = await assertRejects(() => sending, SendAllError);
  return [error.taken, error.cause];
}

/** How many messages have gone whole. */
function gone({ frames }: FakePort): number {
  return frames.filter(({ flags }) => (flags & END) !== 0).length;
}

for (const kind of ["an array", "another iterable"] as const) {
  const given = (list: Uint8Array[]): Iterable<Uint8Array> =>
    kind === "an array" ? list : list.values();

  Deno.test(`the messages of ${kind} go at once, each a frame with END, while there is room`, async () => {
    const { port, outbox } = setup();
    const list = messages(50);
    await outbox.sendAll(given(list));
    assertEquals(port.frames.map(({ payload }) => payload), list);
    assertEquals(port.frames.map(({ flags }) => flags), Array(50).fill(END));
  });

  Deno.test(`the messages of ${kind} go as far as the credit, and on with more`, async () => {
    const { port, outbox } = setup();
    const list = messages(400, 1000);
    const sending = outbox.sendAll(given(list));
    const most = Math.floor(INITIAL_CREDIT / (1000 + FRAME_COST));
    assertEquals(gone(port), most);
    outbox.raise(1_000_000);
    await sending;
    const sent = concat(port.frames.map(({ payload }) => payload));
    assert(sameBytes(sent, concat(list)));
    assertEquals(gone(port), 400);
  });

  Deno.test(`what is sent after the messages of ${kind} goes after them, the end as well`, async () => {
    const { port, outbox } = setup();
    port.room = 3;
    const sending = [
      outbox.sendAll(given(messages(5))),
      outbox.send(pattern(7)),
      outbox.sendAll(given(messages(2, 30))),
      outbox.finish(),
    ];
    assert(!outbox.finished);
    port.room = Infinity;
    port.pump();
    await Promise.all(sending);
    assertEquals(
      port.frames.map(({ flags, payload }) => [flags, payload.length]),
      [
        ...Array(5).fill([END, 100]),
        [END, 7],
        ...Array(2).fill([END, 30]),
        [FIN, 0],
      ],
    );
    assert(outbox.finished);
  });

  Deno.test(`a failure says how many messages of ${kind} were taken`, async () => {
    const { port, outbox } = setup();
    port.room = 3;
    const sending = outbox.sendAll(given(messages(5)));
    const error = new Error("broken");
    outbox.fail(error);
    assertEquals(await takenOf(sending), [3, error]);
    port.room = Infinity;
    port.pump();
    assertEquals(port.frames.length, 3);
    assertEquals(await takenOf(outbox.sendAll(given(messages(5)))), [0, error]);
  });

  Deno.test(`a signal withdraws those messages of ${kind} that wait, and what is sent next goes`, async () => {
    const { port, outbox } = setup();
    port.room = 3;
    const giveUp = new AbortController();
    const sending = outbox.sendAll(given(messages(5)), giveUp.signal);
    const next = outbox.send(pattern(7));
    giveUp.abort(new Error("enough"));
    port.room = Infinity;
    port.pump();
    assertEquals(await takenOf(sending), [3, giveUp.signal.reason]);
    await next;
    assertEquals(port.frames.map(({ payload }) => payload.length), [
      ...Array(3).fill(100),
      7,
    ]);
    assertEquals(port.abandoned, []);
  });

  Deno.test(`a signal in the middle of a message of ${kind} abandons the stream, and the message is not counted`, async () => {
    const { port, outbox } = setup(1024);
    port.room = 4;
    const giveUp = new AbortController();
    const sending = outbox.sendAll(given(messages(5, 3000)), giveUp.signal);
    giveUp.abort(new Error("enough"));
    assertEquals(port.abandoned, [giveUp.signal.reason]);
    outbox.fail(giveUp.signal.reason);
    assertEquals(await takenOf(sending), [1, giveUp.signal.reason]);
  });

  Deno.test(`an element of ${kind} that is no message ends the rest, and the stream goes on`, async () => {
    const { port, outbox } = setup();
    const list: Uint8Array[] = [...messages(2), JSON.parse("[1]")];
    const [taken, cause] = await takenOf(outbox.sendAll(given(list)));
    assertEquals(taken, 2);
    assertInstanceOf(cause, TypeError);
    assertEquals(
      cause.message,
      "Cannot send: message 2 is not a Uint8Array, encode it first",
    );
    await outbox.send(pattern(1));
    assertEquals(port.frames.length, 3);
  });

  Deno.test(`a message of ${kind} whose buffer was transferred ends the rest`, async () => {
    const { outbox } = setup();
    const list = messages(3).map((message) => message.slice());
    list[1]?.buffer.transfer();
    const [taken, cause] = await takenOf(outbox.sendAll(given(list)));
    assertEquals(taken, 1);
    assertInstanceOf(cause, TypeError);
  });

  Deno.test(`the messages of ${kind} may be changed once they were taken`, async () => {
    const { port, outbox } = setup();
    const list = messages(3);
    await outbox.sendAll(given(list));
    for (const message of list) message.fill(0);
    assertEquals(port.frames[2]?.payload, pattern(100, 2));
  });
}

Deno.test("no messages are sent at once, and not over a direction that has ended", async () => {
  const { port, outbox } = setup();
  await outbox.sendAll([]);
  await outbox.sendAll(new Set<Uint8Array>());
  assertEquals(port.frames, []);
  outbox.finish();
  const [taken, cause] = await takenOf(outbox.sendAll([]));
  assertEquals(taken, 0);
  assertStrictEquals(cause instanceof Error, true);
});

Deno.test("a signal that has aborted already takes no message", async () => {
  const { port, outbox } = setup();
  const signal = AbortSignal.abort(new Error("too late"));
  const sending = outbox.sendAll(messages(2), signal);
  assertEquals(await takenOf(sending), [0, signal.reason]);
  assertEquals(port.frames, []);
});

Deno.test("messages may be made in one buffer, each when the one before was taken", async () => {
  const { port, outbox } = setup(1024);
  const buffer = new Uint8Array(3000);
  function* made(): Generator<Uint8Array> {
    for (let seed = 0; seed < 100; seed++) {
      buffer.set(pattern(3000, seed));
      yield buffer;
    }
  }
  port.room = 1;
  const sending = outbox.sendAll(made());
  for (let limit = INITIAL_CREDIT; gone(port) < 100; limit += 1000) {
    outbox.raise(limit);
    port.room = 2;
    port.pump();
  }
  await sending;
  const expected = Array.from({ length: 100 }, (_, i) => pattern(3000, i));
  const sent = concat(port.frames.map(({ payload }) => payload));
  assert(sameBytes(sent, concat(expected)));
});

Deno.test("an iterator that throws ends the rest, and one that is cut short is closed", async () => {
  const { port, outbox } = setup();
  const error = new Error("no more");
  let closed = 0;
  function* made(fails: boolean): Generator<Uint8Array> {
    try {
      yield pattern(1);
      yield pattern(2);
      if (fails) throw error;
      yield pattern(3);
    } finally {
      closed++;
    }
  }
  assertEquals(await takenOf(outbox.sendAll(made(true))), [2, error]);
  assertEquals(closed, 1);
  port.room = 1;
  const sending = outbox.sendAll(made(false));
  outbox.fail(error);
  assertEquals(await takenOf(sending), [1, error]);
  assertEquals(closed, 2);
});

Deno.test("whoever makes the messages may send others meanwhile, which go after them", async () => {
  const { port, outbox } = setup();
  const other = new Outbox(port, 9, Priority.NORMAL);
  const sends: Promise<void>[] = [];
  function* made(): Generator<Uint8Array> {
    for (let i = 0; i < 3; i++) {
      sends.push(outbox.send(pattern(10)), other.sendAll(messages(2, 20)));
      yield pattern(1);
    }
  }
  await outbox.sendAll(made());
  await Promise.all(sends);
  const own = port.frames.filter(({ stream }) => stream === 7);
  assertEquals(own.map(({ payload }) => payload.length), [1, 1, 1, 10, 10, 10]);
  assertEquals(port.frames.length, 12);
});

Deno.test("whoever makes the messages may end their stream, and no more are asked for", async () => {
  const { port, outbox } = setup();
  const error = new Error("reset");
  let asked = 0;
  function* made(): Generator<Uint8Array> {
    for (; asked < 10; asked++) {
      if (asked === 2) outbox.fail(error);
      yield pattern(1);
    }
  }
  assertEquals(await takenOf(outbox.sendAll(made())), [2, error]);
  assertEquals([asked, port.frames.length], [2, 2]);
});

Deno.test("a sendAll that nobody awaits does not end the process when it fails", async () => {
  const { outbox, port } = setup();
  port.room = 0;
  outbox.sendAll(messages(2));
  outbox.fail(new Error("the peer is gone"));
  outbox.sendAll(messages(2));
  // An unhandled rejection would fail this test at the next turn.
  await setImmediate();
});

Deno.test("others have their turns while many messages are sent", async () => {
  const port = new FakePort();
  port.room = 10;
  const outboxes = [1, 3, 5].map((stream) => {
    const outbox = new Outbox(port, stream, Priority.NORMAL);
    outbox.raise(Number.MAX_SAFE_INTEGER);
    return outbox;
  });
  const sending = outboxes.map((outbox) => outbox.sendAll(messages(900, 1000)));
  for (let i = 0; i < 600; i++) {
    port.room = 3;
    port.pump();
  }
  const shares = outboxes.map((_, i) =>
    port.frames.filter(({ stream }) => stream === 1 + 2 * i).length
  );
  for (const share of shares) assert(Math.abs(share - 603) < 60, `${shares}`);
  port.room = Infinity;
  port.pump();
  await Promise.all(sending);
});

Deno.test("whatever is sent, alone or many at once, arrives in order and within the credit", async () => {
  const sizes = fc.array(
    fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 9000 })),
    { maxLength: 30, size: "max" },
  );
  const step = fc.oneof(
    fc.record({ all: sizes, lazily: fc.boolean() }),
    fc.nat({ max: 100_000 }).map((size) => ({ size })),
    fc.nat({ max: 100_000 }).map((more) => ({ more })),
    fc.nat({ max: 20 }).map((room) => ({ room })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 30, size: "max" }),
      fc.integer({ min: 1024, max: 65_536 }),
      async (steps, maxFrameBytes) => {
        const { port, outbox } = setup(maxFrameBytes);
        const expected: Uint8Array[] = [];
        const sends: Promise<void>[] = [];
        let limit = INITIAL_CREDIT;
        port.room = 2;
        for (const step of steps) {
          if ("all" in step) {
            const list = step.all.map((size, i) =>
              pattern(size, expected.length + i)
            );
            expected.push(...list);
            sends.push(outbox.sendAll(step.lazily ? list.values() : list));
          } else if ("size" in step) {
            const message = pattern(step.size, expected.length);
            expected.push(message);
            sends.push(outbox.send(message));
          } else if ("more" in step) {
            limit += step.more;
            outbox.raise(limit);
          } else {
            port.room += step.room;
            port.pump();
          }
          const cost = port.frames.reduce(
            (sum, { payload }) => sum + payload.length + FRAME_COST,
            0,
          );
          assert(cost <= limit);
        }
        port.room = Infinity;
        outbox.raise(Number.MAX_SAFE_INTEGER);
        port.pump();
        await Promise.all(sends);
        const sent = concat(port.frames.map(({ payload }) => payload));
        assert(sameBytes(sent, concat(expected)));
        assertEquals(gone(port), expected.length);
      },
    ),
    { numRuns: 60 },
  );
});
