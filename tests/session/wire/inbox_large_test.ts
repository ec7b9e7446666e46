/**
 * Messages that are larger than the credit of their stream: they take memory
 * of the session's, one after the other if there is not enough.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { MessageTruncatedError } from "../../../src/session/wire/errors.ts";
import { DataFlag, FRAME_COST } from "../../../src/session/wire/protocol.ts";
import { EMPTY, isPending, type Setup, setup } from "./inbox_fixtures.ts";
import { concat, FakeInboxPort, pattern, sameBytes } from "./support.ts";

const { END, FIN } = DataFlag;
const WINDOW = 65_536;
const MESSAGE = 200_000;

/** A session that has memory for so many large messages at a time. */
function session(messages: number): FakeInboxPort {
  const options = { windowBytes: WINDOW, maxMessageBytes: MESSAGE };
  return new FakeInboxPort(options, Infinity, messages * MESSAGE);
}

/** A stream that waits for a message. */
function stream(port: FakeInboxPort, number = 1): Setup {
  const stream = setup({}, port, number);
  stream.inbox.firstLimit();
  return stream;
}

/** More than half a window, in one frame. */
const MUCH = pattern(40_000);

Deno.test("a message that is assembled stays on its sender's credit, up to half a window", () => {
  const { inbox, frame, grants } = stream(session(1));
  inbox.receive();
  frame(0, pattern(20_000));
  frame(0, pattern(10_000));
  assertEquals(grants, []);
  frame(0, pattern(3000));
  assertEquals(grants, [WINDOW + 33_000 + 3 * FRAME_COST]);
});

Deno.test("a message within half a window needs no memory of the session's", async () => {
  const port = session(0);
  const { inbox, frame, grants } = stream(port);
  const received = inbox.receive();
  frame(0, pattern(30_000));
  frame(END, pattern(40_000).subarray(30_000));
  assertEquals((await received)?.length, 40_000);
  assertEquals(grants, [WINDOW + 40_000 + 2 * FRAME_COST]);
});

Deno.test("a message has memory for the largest while it arrives, and gives it back", async () => {
  const port = session(1);
  const { inbox, frame } = stream(port);
  const received = inbox.receive();
  frame(0, MUCH);
  assertEquals(port.partials.left, 0);
  for (let i = 0; i < 3; i++) frame(0, MUCH);
  assertEquals(port.partials.left, 0);
  frame(END, MUCH);
  assertEquals(port.partials.left, MESSAGE);
  assertEquals((await received)?.length, MESSAGE);
});

Deno.test("a message for which there is no memory waits on its sender's credit, and goes on when another has come", async () => {
  const port = session(1);
  const first = stream(port, 1);
  const second = stream(port, 2);
  const received = [first.inbox.receive(), second.inbox.receive()];
  first.frame(0, MUCH);
  second.frame(0, MUCH);
  assertEquals([first.grants.length, second.grants.length], [1, 0]);
  second.frame(0, pattern(20_000));
  assertEquals(second.grants, []);
  first.frame(END, MUCH);
  assertEquals((await received[0])?.length, 80_000);
  assertEquals(second.grants, [WINDOW + 60_000 + 2 * FRAME_COST]);
  second.frame(END, MUCH);
  const expected = concat([MUCH, pattern(20_000), MUCH]);
  assert(sameBytes(await received[1] ?? EMPTY, expected));
  assertEquals(port.partials.left, MESSAGE);
});

Deno.test("a message that waits for memory and ends within its window is received, and waits no more", async () => {
  const port = session(1);
  const first = stream(port, 1);
  const second = stream(port, 2);
  first.inbox.receive();
  first.frame(0, MUCH);
  const received = second.inbox.receive();
  second.frame(0, MUCH);
  second.frame(END, pattern(10_000));
  assertEquals((await received)?.length, 50_000);
  assertEquals(second.grants, [WINDOW + 50_000 + 2 * FRAME_COST]);
  first.frame(END);
  assertEquals(port.partials.left, MESSAGE);
});

const ends: readonly (readonly [string, (stream: Setup) => void])[] = [
  ["breaks", ({ inbox }) => inbox.fail(new Error("broken"))],
  ["is closed", ({ inbox }) => inbox.discard(new Error("closed"))],
  ["ends", ({ frame }) => frame(FIN)],
  ["is reset for its size", ({ frame }) => {
    for (let i = 0; i < 5; i++) frame(0, MUCH);
  }],
];

for (const [what, end] of ends) {
  Deno.test(`a stream that ${what} in the middle of a large message makes way for the next`, async () => {
    const port = session(1);
    const first = stream(port, 1);
    const second = stream(port, 2);
    const rejected = assertRejects(() => first.inbox.receive());
    second.inbox.receive();
    first.frame(0, MUCH);
    second.frame(0, MUCH);
    assertEquals(second.grants, []);
    end(first);
    await rejected;
    assertEquals(second.grants.length, 1);
    second.frame(END);
    assertEquals(port.partials.left, MESSAGE);
  });
}

for (const [what, end] of ends.slice(0, 3)) {
  Deno.test(`a stream that ${what} while its large message waits for memory waits no more`, async () => {
    const port = session(1);
    const streams = [1, 2, 3].map((number) => stream(port, number));
    const [first, second, third] = streams as [Setup, Setup, Setup];
    first.inbox.receive();
    const rejected = assertRejects(() => second.inbox.receive());
    third.inbox.receive();
    for (const { frame } of streams) frame(0, MUCH);
    end(second);
    await rejected;
    first.frame(END);
    assertEquals([second.grants.length, third.grants.length], [0, 1]);
    third.frame(END);
    assertEquals(port.partials.left, MESSAGE);
  });
}

Deno.test("a message that was cut short before it is read takes no memory of the session's", async () => {
  const port = session(1);
  const { inbox, frame } = stream(port);
  frame(0, MUCH);
  frame(FIN);
  await assertRejects(() => inbox.receive(), MessageTruncatedError);
  assertEquals(port.partials.left, MESSAGE);
});

Deno.test("a large message that had arrived when its stream failed is received without memory of the session's", async () => {
  const port = session(1);
  const { inbox, frame } = stream(port);
  frame(0, MUCH);
  frame(END, pattern(20_000));
  inbox.fail(new Error("broken"));
  assertEquals((await inbox.receive())?.length, 60_000);
  assertEquals(port.partials.left, MESSAGE);
});

Deno.test("a large message whose read is cancelled keeps its memory, and its place, for the next read", async () => {
  const port = session(1);
  const { inbox, frame } = stream(port);
  const abort = new AbortController();
  const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
  frame(0, MUCH);
  abort.abort();
  await given;
  assertEquals(port.partials.left, 0);
  const received = inbox.receive();
  frame(END, MUCH);
  assertEquals((await received)?.length, 80_000);
  assertEquals(port.partials.left, MESSAGE);
});

Deno.test("reading the bytes of a large message instead gives its memory back", async () => {
  const port = session(1);
  const { inbox, frame } = stream(port);
  const abort = new AbortController();
  const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
  frame(0, MUCH);
  abort.abort();
  await given;
  assert(sameBytes(await inbox.read() ?? EMPTY, MUCH));
  assertEquals(port.partials.left, MESSAGE);
});

Deno.test("a sender always has credit for another byte, whatever was read of the message before the large one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(65_536, 65_537, 100_001),
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 1, max: 600 }),
      async (window, less, step) => {
        const options = { windowBytes: window, maxMessageBytes: MESSAGE };
        const port = new FakeInboxPort(options, Infinity, MESSAGE);
        const { inbox, frame, grants } = setup({}, port);
        inbox.firstLimit();
        // Read, and too little for a grant, by a hair perhaps.
        const first = Math.ceil(window / 2) - 1 - less - FRAME_COST;
        frame(END, pattern(first));
        await inbox.receive();
        const received = inbox.receive();
        assert(await isPending(received));
        // A sender that keeps to its credit, in frames of its choice.
        let left = window - first - FRAME_COST;
        while (grants.length === 0) {
          const payload = Math.min(step, left - FRAME_COST);
          assert(payload > 0, `it is stuck with ${left}`);
          frame(0, pattern(payload));
          left -= payload + FRAME_COST;
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("what is unread of a stream that has ended keeps its share of the session's windows", async () => {
  const options = { windowBytes: 165_536 };
  const port = new FakeInboxPort(options, 100_000);
  const first = setup({}, port, 1);
  assertEquals(port.windows.left, 0);
  first.frame(END, pattern(10));
  first.frame(END, pattern(10));
  first.inbox.fail(new Error("broken"));
  await first.inbox.receive();
  assertEquals(port.windows.left, 0);
  await first.inbox.receive();
  await assertRejects(() => first.inbox.receive());
  assertEquals(port.windows.left, 100_000);
  const second = setup({}, port, 2);
  second.frame(END, pattern(10));
  second.frame(FIN);
  assertEquals(port.windows.left, 0);
  second.inbox.release();
  second.inbox.release();
  assertEquals(port.windows.left, 100_000);
});
