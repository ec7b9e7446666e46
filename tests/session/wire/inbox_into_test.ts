/**
 * Messages that go into a buffer of the reader's own.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import type { Inbox } from "../../../src/session/wire/inbox.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
} from "../../../src/session/wire/errors.ts";
import {
  DataFlag,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../../src/session/wire/protocol.ts";
import { EMPTY, isPending, setup } from "./inbox_fixtures.ts";
import { concat, FakeInboxPort, pattern } from "./support.ts";

const { END, FIN } = DataFlag;
/** What a buffer is full of that belongs to nobody but its owner. */
const MINE = 0xaa;

function buffer(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(MINE);
}

function assertUntouched(buffer: Uint8Array): void {
  assert(buffer.every((byte) => byte === MINE), "the buffer was written to");
}

/** Takes a buffer back: what is in it now is its owner's. */
function takeBack(buffer: Uint8Array): void {
  buffer.fill(MINE);
}

/** Asserts that a message is a view of the buffer, whose rest is untouched. */
function assertWithin(
  message: Uint8Array | undefined,
  into: Uint8Array,
  expected: Uint8Array,
): void {
  assertEquals(message, expected);
  assertStrictEquals(message?.buffer, into.buffer);
  assertEquals(message?.byteOffset, into.byteOffset);
  assertUntouched(into.subarray(expected.length));
}

for (let before = 0; before <= 3; before++) {
  for (const frames of [1, 3].filter((frames) => frames >= before)) {
    Deno.test(`a message of ${frames} frames goes into the buffer when ${before} arrived before it is received`, async () => {
      const { inbox, frame } = setup();
      const message = pattern(10 * frames);
      const into = buffer(40);
      let received: Promise<Uint8Array | undefined> | undefined;
      for (let i = 0; i < frames; i++) {
        if (i === before) received = inbox.receive({ into });
        const flags = i === frames - 1 ? END : 0;
        frame(flags, message.subarray(10 * i, 10 * i + 10));
      }
      received ??= inbox.receive({ into });
      assertWithin(await received, into, message);
    });
  }
}

Deno.test("a buffer may be a part of a larger one", async () => {
  const { inbox, frame } = setup();
  const whole = buffer(100);
  frame(0, pattern(10).subarray(0, 4));
  frame(END, pattern(10).subarray(4));
  const into = whole.subarray(30, 60);
  assertWithin(await inbox.receive({ into }), into, pattern(10));
  assertUntouched(whole.subarray(0, 30));
  assertUntouched(whole.subarray(60));
});

Deno.test("an empty message is an empty view, waiting and awaited", async () => {
  const { inbox, frame } = setup();
  const into = buffer(5);
  frame(END);
  assertWithin(await inbox.receive({ into }), into, EMPTY);
  const received = inbox.receive({ into });
  assert(await isPending(received));
  frame(END);
  assertWithin(await received, into, EMPTY);
});

Deno.test("a message fits a buffer of its own size, whatever the limit for others is", async () => {
  const { inbox, frame } = setup({ maxMessageBytes: 10 });
  const into = buffer(30);
  frame(END, pattern(30));
  assertEquals(await inbox.receive({ into }), pattern(30));
  const received = inbox.receive({ into });
  frame(0, pattern(30).subarray(0, 20));
  frame(END, pattern(30).subarray(20));
  assertEquals(await received, pattern(30));
});

Deno.test("the end of the stream leaves the buffer alone", async () => {
  const { inbox, frame } = setup();
  const into = buffer(5);
  const received = inbox.receive({ into });
  frame(FIN);
  assertEquals(await received, undefined);
  assertEquals(await inbox.receive({ into }), undefined);
  assertUntouched(into);
});

Deno.test("messages after the one in the buffer leave it alone", async () => {
  const { inbox, frame } = setup();
  const into = buffer(20);
  const received = inbox.receive({ into });
  frame(0, pattern(5));
  frame(END, pattern(5));
  frame(END, pattern(7, 1));
  frame(0, pattern(8, 2));
  const message = await received;
  assertEquals(message, concat([pattern(5), pattern(5)]));
  takeBack(into);
  assertEquals(await inbox.receive(), pattern(7, 1));
  const last = inbox.receive();
  frame(END, pattern(8, 2));
  assertEquals((await last)?.length, 16);
  assertUntouched(into);
});

Deno.test("what a cancelled receive() had assembled goes into the buffer of the next", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
  frame(0, pattern(10).subarray(0, 4));
  abort.abort();
  await given;
  const into = buffer(12);
  const received = inbox.receive({ into });
  frame(END, pattern(10).subarray(4));
  assertWithin(await received, into, pattern(10));
});

// Giving up.

for (const next of ["another buffer", "no buffer"]) {
  Deno.test(`a receive() that is cancelled in the middle leaves its buffer alone, and the message goes to the next with ${next}`, async () => {
    const { inbox, frame } = setup();
    const message = pattern(30);
    const into = buffer(40);
    const abort = new AbortController();
    const given = assertRejects(() =>
      inbox.receive({ signal: abort.signal, into })
    );
    frame(0, message.subarray(0, 10));
    abort.abort();
    takeBack(into);
    await given;
    frame(0, message.subarray(10, 20));
    const received = next === "no buffer"
      ? inbox.receive()
      : inbox.receive({ into: buffer(30) });
    frame(END, message.subarray(20));
    assertEquals(await received, message);
    assertUntouched(into);
  });
}

Deno.test("bytes that were in the buffer of a cancelled receive() can still be read", async () => {
  const { inbox, frame } = setup();
  const into = buffer(40);
  const abort = new AbortController();
  const given = assertRejects(() =>
    inbox.receive({ signal: abort.signal, into })
  );
  frame(0, pattern(10));
  abort.abort();
  takeBack(into);
  await given;
  assertEquals(await inbox.read(), pattern(10));
});

Deno.test("a signal that aborts once the message is in the buffer changes nothing", async () => {
  const { inbox, frame } = setup();
  const into = buffer(40);
  const abort = new AbortController();
  const received = inbox.receive({ signal: abort.signal, into });
  frame(0, pattern(10).subarray(0, 4));
  frame(END, pattern(10).subarray(4));
  abort.abort();
  assertWithin(await received, into, pattern(10));
});

// Too large.

for (
  const [what, sizes] of [["one frame", [11]], ["two frames", [5, 6]]] as const
) {
  for (const how of ["waiting", "awaited"]) {
    Deno.test(`a message of ${what} that the buffer has no room for is an error, ${how}, and leaves it alone from then on`, async () => {
      const { inbox, frame, tooLarge } = setup();
      const into = buffer(10);
      const receive = (): Promise<MessageTooLargeError> =>
        assertRejects(
          () => inbox.receive({ into }),
          MessageTooLargeError,
          "larger than 10 bytes",
        );
      const early = how === "awaited" ? receive() : undefined;
      for (const size of sizes) frame(0, pattern(size));
      const error = await (early ?? receive());
      assertEquals(tooLarge, [error]);
      takeBack(into);
      frame(END, pattern(3));
      assertUntouched(into);
      await assertRejects(() => inbox.receive({ into }), MessageTooLargeError);
      assertUntouched(into);
    });
  }
}

Deno.test("a buffer that is too small for what was assembled before is an error, and left alone", async () => {
  const { inbox, frame, tooLarge } = setup();
  const abort = new AbortController();
  const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
  frame(0, pattern(11));
  abort.abort();
  await given;
  const into = buffer(10);
  await assertRejects(() => inbox.receive({ into }), MessageTooLargeError);
  assertEquals(tooLarge.length, 1);
  assertUntouched(into);
});

// Breaking.

const ends: readonly (readonly [string, (inbox: Inbox) => void])[] = [
  ["breaks", (inbox) => inbox.fail(new Error("broken"))],
  ["is closed", (inbox) => inbox.discard(new Error("closed"))],
  ["ends", (inbox) => inbox.deliver(FIN, EMPTY, 0, 0)],
];

for (const [what, end] of ends) {
  Deno.test(`a stream that ${what} in the middle of a message gives the buffer back`, async () => {
    const { inbox, frame } = setup();
    const into = buffer(40);
    const rejected = assertRejects(() => inbox.receive({ into }));
    frame(0, pattern(10));
    end(inbox);
    takeBack(into);
    await rejected;
    // Whoever reads what is left has the peer's bytes, not the owner's.
    const rest = await inbox.read().catch(() => undefined);
    if (rest !== undefined) assertEquals(rest, pattern(10));
    assertUntouched(into);
  });

  Deno.test(`a stream that ${what} before its message is read into a buffer gives that back`, async () => {
    const { inbox, frame } = setup();
    const into = buffer(40);
    frame(0, pattern(10));
    end(inbox);
    await assertRejects(() => inbox.receive({ into }));
    takeBack(into);
    const rest = await inbox.read().catch(() => undefined);
    if (rest !== undefined) assertEquals(rest, pattern(10));
    assertUntouched(into);
  });
}

Deno.test("a message that is cut short is a MessageTruncatedError with a buffer, too", async () => {
  const { inbox, frame } = setup();
  const rejected = assertRejects(
    () => inbox.receive({ into: buffer(40) }),
    MessageTruncatedError,
  );
  frame(0, pattern(10));
  frame(FIN, pattern(5));
  await rejected;
});

// Credit.

Deno.test("the frames of a message that goes into a buffer give credit as they come", () => {
  // No memory of the session's is left, and none is needed.
  const port = new FakeInboxPort({ windowBytes: 65_536 }, Infinity, 0);
  const { inbox, frame, grants } = setup({}, port);
  inbox.firstLimit();
  inbox.receive({ into: buffer(100_000) });
  frame(0, pattern(40_000));
  assertEquals(grants, [INITIAL_CREDIT + 40_000 + FRAME_COST]);
});

// All of it.

type Step =
  | { readonly type: "frame"; readonly bytes: number; readonly end: boolean }
  | { readonly type: "receive"; readonly into: boolean }
  | { readonly type: "abort" | "settle" };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.nat({ max: 20 }), fc.boolean())
    .map(([bytes, end]): Step => ({ type: "frame", bytes, end })),
  fc.boolean().map((into): Step => ({ type: "receive", into })),
  fc.constantFrom<Step>({ type: "abort" }, { type: "settle" }),
);

Deno.test("a buffer is never written to after its read has settled, and no message is lost, whatever happens when", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { maxLength: 60, size: "max" }),
      fc.constantFrom(...ends.map(([, end]) => end)),
      async (steps, end) => {
        const { inbox, frame } = setup();
        const given: Uint8Array[] = [];
        const received: Uint8Array[] = [];
        const sent: Uint8Array[] = [];
        let parts: Uint8Array[] = [];
        let abort: AbortController | undefined;
        /** How many were lent. */
        let buffers = 0;
        const receive = (into: Uint8Array | undefined): void => {
          const { signal } = abort = new AbortController();
          if (into !== undefined) buffers++;
          const settled = (): void => {
            abort = undefined;
            if (into === undefined) return;
            takeBack(into);
            given.push(into);
          };
          inbox.receive({ signal, into }).then((message) => {
            if (message !== undefined) received.push(message.slice());
            settled();
          }, settled);
        };
        for (const step of steps) {
          if (step.type === "frame") {
            const payload = pattern(step.bytes, sent.length + parts.length);
            parts.push(payload);
            frame(step.end ? END : 0, payload);
            if (!step.end) continue;
            sent.push(concat(parts));
            parts = [];
          } else if (step.type === "receive") {
            if (abort === undefined) {
              receive(step.into ? buffer(2000) : undefined);
            }
          } else if (step.type === "abort") {
            abort?.abort();
            await undefined;
          } else {
            await undefined;
          }
        }
        while (received.length < sent.length) {
          if (abort === undefined) receive(buffer(2000));
          await undefined;
        }
        frame(0, pattern(5));
        end(inbox);
        while (given.length < buffers) await undefined;
        assertEquals(received, sent);
        given.forEach(assertUntouched);
      },
    ),
    { numRuns: 300 },
  );
});
