/**
 * Frames that are read straight to where their payload belongs.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { TroupeError } from "../../../src/actor/mod.ts";
import {
  MessageTooLargeError,
  ProtocolError,
} from "../../../src/session/wire/errors.ts";
import type { LargeFrame } from "../../../src/session/wire/large_frame.ts";
import { DataFlag } from "../../../src/session/wire/protocol.ts";
import { isPending, type Setup, setup } from "./inbox_fixtures.ts";
import { pattern, sameBytes } from "./support.ts";

const { END, FIN } = DataFlag;
const LENGTH = 200_000;
const MESSAGE = pattern(LENGTH);

/** A stream whose sender may send a megabyte. */
function stream(options: Parameters<typeof setup>[0] = {}): Setup {
  const all = setup({ windowBytes: 1_048_576, ...options });
  all.inbox.firstLimit();
  return all;
}

/** Begins a frame that somebody wants. */
function begin(
  { inbox }: Setup,
  flags: number = END,
  length = LENGTH,
): LargeFrame {
  const frame = inbox.begin(flags, length);
  assert(frame !== undefined);
  return frame;
}

/** Brings the bytes of `payload` from `start` to `end`, a few at a time. */
function bring(
  frame: LargeFrame,
  payload: Uint8Array,
  start = 0,
  end = Infinity,
) {
  while (start < Math.min(end, payload.length)) {
    const space = frame.space();
    assert(space !== undefined && space.length > 0);
    const bytes = payload.subarray(start, Math.min(end, start + 30_000));
    const part = bytes.subarray(0, space.length);
    space.set(part);
    frame.advance(part.length);
    start += part.length;
  }
}

function assertSame(a: Uint8Array | undefined, b: Uint8Array): void {
  assert(a !== undefined && sameBytes(a, b), "the bytes differ");
}

Deno.test("a large frame is read straight into the buffer of the reader who waits", async () => {
  const all = stream();
  const into = new Uint8Array(LENGTH + 10);
  const received = all.inbox.receive({ into });
  const frame = begin(all);
  assertStrictEquals(frame.space()?.buffer, into.buffer);
  bring(frame, MESSAGE);
  assert(await isPending(received));
  all.inbox.endLarge();
  const message = await received;
  assertSame(message, MESSAGE);
  assertStrictEquals(message?.buffer, into.buffer);
});

Deno.test("large frames follow small ones of their message in the reader's buffer", async () => {
  const all = stream();
  const into = new Uint8Array(LENGTH);
  all.frame(0, MESSAGE.subarray(0, 100));
  const received = all.inbox.receive({ into });
  const first = begin(all, 0, 100_000);
  bring(first, MESSAGE.subarray(100, 100_100));
  all.inbox.endLarge();
  const last = begin(all, END, LENGTH - 100_100);
  assertStrictEquals(last.space()?.buffer, into.buffer);
  bring(last, MESSAGE.subarray(100_100));
  all.inbox.endLarge();
  assertSame(await received, MESSAGE);
});

Deno.test("a large frame that nobody waits for is received whole, without another copy", async () => {
  for (const wait of ["receive", "batch", "into", "read"]) {
    const all = stream();
    const frame = begin(all, END | FIN);
    bring(frame, MESSAGE);
    const own = frame.bytes.buffer;
    all.inbox.endLarge();
    if (wait === "receive") {
      const message = await all.inbox.receive();
      assertSame(message, MESSAGE);
      assertStrictEquals(message?.buffer, own);
    } else if (wait === "batch") {
      const batch = await all.inbox.receiveBatch(1);
      assertSame(batch?.messages[0], MESSAGE);
      assertStrictEquals(batch?.messages[0]?.buffer, own);
    } else if (wait === "into") {
      const into = new Uint8Array(LENGTH);
      assertSame(await all.inbox.receive({ into }), MESSAGE);
    } else assertSame(await all.inbox.read(), MESSAGE);
    assertEquals(await all.inbox.receive(), undefined);
  }
});

Deno.test("a large frame goes to a reader who comes while it arrives", async () => {
  const all = stream();
  const frame = begin(all);
  bring(frame, MESSAGE, 0, 60_000);
  const received = all.inbox.receive();
  bring(frame, MESSAGE, 60_000);
  all.inbox.endLarge();
  assertSame(await received, MESSAGE);
});

Deno.test("bytes of a large frame go straight into the buffer of a byte reader that has room for all", async () => {
  const all = stream();
  const into = new Uint8Array(LENGTH);
  const reading = all.inbox.readInto(into);
  const frame = begin(all);
  assertStrictEquals(frame.space()?.buffer, into.buffer);
  bring(frame, MESSAGE);
  all.inbox.endLarge();
  assertSame(await reading, MESSAGE);
  const small = new Uint8Array(1000);
  const next = all.inbox.readInto(small);
  const other = begin(all);
  assert(other.space()?.buffer !== small.buffer);
  bring(other, MESSAGE);
  all.inbox.endLarge();
  assertSame(await next, MESSAGE.subarray(0, 1000));
  assertSame(await all.inbox.readInto(into), MESSAGE.subarray(1000));
});

Deno.test("a read that has a signal has its buffer back at once when it is aborted in a large frame", async () => {
  const all = stream();
  const abort = new AbortController();
  const into = new Uint8Array(LENGTH);
  const received = all.inbox.receive({ into, signal: abort.signal });
  const frame = begin(all);
  bring(frame, MESSAGE, 0, 60_000);
  abort.abort("enough");
  assertEquals(await received.catch((error) => error), "enough");
  bring(frame, MESSAGE, 60_000);
  all.inbox.endLarge();
  assert(into.every((byte) => byte === 0), "the socket has written to it");
  assertSame(await all.inbox.receive({ into }), MESSAGE);
});

const ENDS: readonly [what: string, end: (all: Setup) => void][] = [
  ["closed", ({ inbox }) => inbox.discard(new TroupeError("gone"))],
  ["failed", ({ inbox }) => inbox.fail(new TroupeError("gone"))],
];

for (const [what, end] of ENDS) {
  Deno.test(`a read of a stream that is ${what} in a large frame ends when the socket has left its buffer`, async () => {
    for (const returns of ["with bytes", "with its end"]) {
      const all = stream();
      const into = new Uint8Array(LENGTH);
      const received = all.inbox.receive({ into });
      received.catch(() => {});
      const frame = begin(all);
      bring(frame, MESSAGE, 0, 60_000);
      frame.space();
      end(all);
      assert(await isPending(received));
      if (returns === "with bytes") frame.advance(1000);
      else frame.lost();
      await assertRejects(() => received, TroupeError, "gone");
      // What still comes is dropped.
      assertEquals(frame.space(), undefined);
      all.inbox.endLarge();
    }
  });
}

Deno.test("nothing counts of a large frame whose socket is lost: it comes whole over the next, to whoever reads then", async () => {
  const all = stream();
  for (const again of ["the same reader", "another buffer", "no reader"]) {
    const into = new Uint8Array(LENGTH);
    const received = again === "no reader"
      ? undefined
      : all.inbox.receive({ into });
    const frame = begin(all);
    bring(frame, new Uint8Array(150_000).fill(0xee));
    frame.lost();
    if (received !== undefined) assert(await isPending(received));
    const next = begin(all);
    bring(next, MESSAGE);
    all.inbox.endLarge();
    assertSame(await (received ?? all.inbox.receive()), MESSAGE);
  }
  // Its credit was counted once.
  assertEquals(all.grants.length > 0, true);
});

Deno.test("a reader whose buffer an earlier socket still writes to has its message when that has ended", async () => {
  const all = stream();
  const into = new Uint8Array(LENGTH);
  all.frame(0, MESSAGE.subarray(0, 100));
  const received = all.inbox.receive({ into });
  const late = begin(all, END, LENGTH - 100);
  const space = late.space();
  all.inbox.revokeLarge();
  const next = begin(all, END, LENGTH - 100);
  assert(next.space()?.buffer !== into.buffer);
  bring(next, MESSAGE.subarray(100));
  all.inbox.endLarge();
  assert(await isPending(received));
  space?.fill(0xee);
  late.advance(space?.length ?? 0);
  const message = await received;
  assertSame(message, MESSAGE);
  assertStrictEquals(message?.buffer, into.buffer);
  assertEquals(late.space(), undefined);
});

Deno.test("a message that is too large is refused at the header of its large frame", async () => {
  const small = stream();
  const into = new Uint8Array(LENGTH - 1);
  const received = small.inbox.receive({ into });
  assertEquals(small.inbox.begin(END, LENGTH), undefined);
  await assertRejects(() => received, MessageTooLargeError, "199999 bytes");
  const limited = stream({ maxMessageBytes: 150_000 });
  const receiving = limited.inbox.receive();
  assertEquals(limited.inbox.begin(END, LENGTH), undefined);
  await assertRejects(() => receiving, MessageTooLargeError, "150000 bytes");
  for (const { inbox, tooLarge } of [small, limited]) {
    assertEquals(tooLarge.length, 1);
    // Another one is dropped as well, and has credit to pay.
    assertEquals(inbox.begin(END, LENGTH), undefined);
  }
});

Deno.test("a large frame over its sender's credit is refused at its header, and so is one after the end", () => {
  const all = stream({ windowBytes: 100_000 });
  const into = new Uint8Array(LENGTH);
  all.inbox.receive({ into });
  assertThrows(() => all.inbox.begin(END, LENGTH), ProtocolError, "credit");
  const ended = stream();
  ended.frame(FIN);
  assertThrows(() => ended.inbox.begin(END, LENGTH), ProtocolError, "end");
});

Deno.test("a buffer that its owner transfers while a socket reads into it ends the connection", async () => {
  const all = stream();
  const into = new Uint8Array(LENGTH);
  const received = all.inbox.receive({ into });
  const frame = begin(all);
  bring(frame, MESSAGE, 0, 60_000);
  into.buffer.transfer();
  frame.advance(1000);
  assertEquals(frame.space(), undefined);
  await assertRejects(() => received, MessageTooLargeError);
  assertEquals(all.tooLarge.length, 1);
});

Deno.test("the length of a large frame reserves little before that has arrived", () => {
  const all = stream({ windowBytes: 2_000_000 });
  const frame = begin(all, END, 1_000_000);
  assertEquals(frame.space()?.length, 131_072);
  frame.advance(131_072);
  assertEquals(frame.space()?.length, 1_000_000 - 131_072);
});
