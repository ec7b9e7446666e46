/**
 * Messages that are received in batches.
 *
 * @module
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { TroupeError } from "../../../src/actor/mod.ts";
import type { ReceivedBatch } from "../../../src/session/wire/received_batch.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
} from "../../../src/session/wire/errors.ts";
import {
  DataFlag,
  FRAME_COST,
  FrameType,
  HEADER_BYTES,
} from "../../../src/session/wire/protocol.ts";
import { SLAB_BYTES } from "../../../src/session/wire/slabs.ts";
import { EMPTY, isPending, type Setup, setup } from "./inbox_fixtures.ts";
import { concat, encoded, pattern } from "./support.ts";

const { END, FIN } = DataFlag;
const MANY = 262_144;

/** The messages of a batch, each in a buffer of its own. */
function copies(batch: ReceivedBatch | undefined): Uint8Array[] {
  return (batch?.messages ?? []).map((message) => message.slice());
}

Deno.test("a batch has all messages that have arrived, in order, empty ones too", async () => {
  const { inbox, frame } = setup();
  const messages = [pattern(10, 1), EMPTY, pattern(5000, 2), pattern(3, 3)];
  for (const message of messages) frame(END, message);
  assertEquals(copies(await inbox.receiveBatch(MANY)), messages);
  assert(await isPending(inbox.receiveBatch(MANY)));
});

Deno.test("a batch that is waited for has all messages of the read that brings it", async () => {
  const { inbox } = setup();
  const received = inbox.receiveBatch(MANY);
  const messages = [pattern(10, 1), pattern(20, 2), pattern(30, 3)];
  const bytes = concat(
    messages.map((payload) =>
      encoded({ type: FrameType.DATA, flags: END, stream: 1, payload })
    ),
  );
  let start = HEADER_BYTES;
  for (const { length } of messages) {
    inbox.deliver(END, bytes, start, start + length);
    start += length + HEADER_BYTES;
  }
  inbox.endRead();
  bytes.fill(0xee);
  const batch = await received;
  assertEquals(copies(batch), messages);
  // One copy for all of them.
  assertEquals(new Set(batch?.messages.map(({ buffer }) => buffer)).size, 1);
});

Deno.test("messages of several frames come in batches, between others and in order", async () => {
  const { inbox, frame } = setup();
  const long = pattern(30_000, 2);
  frame(END, pattern(10, 1));
  frame(0, long.subarray(0, 20_000));
  frame(0, long.subarray(20_000, 20_100));
  assertEquals(copies(await inbox.receiveBatch(MANY)), [pattern(10, 1)]);
  const next = inbox.receiveBatch(MANY);
  assert(await isPending(next));
  frame(0, long.subarray(20_100, 20_200));
  assert(await isPending(next));
  frame(END, long.subarray(20_200));
  frame(END, pattern(10, 3));
  assertEquals(copies(await next), [long, pattern(10, 3)]);
});

Deno.test("a batch that is disposed ends its messages, and those of no other read", async () => {
  const { inbox, frame } = setup();
  inbox.firstLimit();
  for (let i = 0; i < 100; i++) frame(END, pattern(1000, i));
  const first = await inbox.receive();
  const half = await inbox.receiveBatch(50_000);
  const single = await inbox.receive();
  const rest = await inbox.receiveBatch(MANY);
  assertEquals(half?.messages.length, 50);
  assertEquals(rest?.messages.length, 48);
  half?.[Symbol.dispose]();
  half?.[Symbol.dispose]();
  assert(half?.messages.every(({ length }) => length === 0));
  assertEquals(first, pattern(1000, 0));
  assertEquals(single, pattern(1000, 51));
  assertEquals(copies(rest)[47], pattern(1000, 99));
});

Deno.test("a buffer that was given back shows the next connection nothing of what was in it", async () => {
  const one = setup();
  one.inbox.receiveBatch(1).catch(() => {});
  one.frame(END, EMPTY);
  await undefined;
  await undefined;
  const secret = new Uint8Array(SLAB_BYTES - HEADER_BYTES - 4000).fill(0x55);
  for (let at = 0; at < secret.length; at += 4000) {
    one.frame(END, secret.subarray(at, at + 4000));
  }
  (await one.inbox.receiveBatch(MANY))?.[Symbol.dispose]();
  const other = setup();
  other.inbox.receiveBatch(1).catch(() => {});
  other.frame(END, EMPTY);
  await undefined;
  await undefined;
  const run = Array.from({ length: 5 }, (_, i) => pattern(3500, i));
  const bytes = concat(
    run.map((payload) =>
      encoded({ type: FrameType.DATA, flags: END, stream: 1, payload })
    ),
  );
  run.forEach(({ length }, i) => {
    const start = i * (length + HEADER_BYTES) + HEADER_BYTES;
    other.inbox.deliver(END, bytes, start, start + length);
  });
  other.inbox.endRead();
  const batch = await other.inbox.receiveBatch(MANY);
  assertEquals(copies(batch), run);
  const whole = new Uint8Array(batch?.messages[0]?.buffer ?? []);
  assert(!whole.subarray(bytes.length).includes(0x55));
});

Deno.test("a batch costs its sender's credit until it is handed out", async () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  inbox.firstLimit();
  for (let i = 0; i < 40; i++) frame(END, pattern(1000));
  assertEquals(grants, []);
  await inbox.receiveBatch(MANY);
  assertEquals(grants, [65_536 + 40 * (1000 + FRAME_COST)]);
});

Deno.test("a batch ends before the message that exceeds maxBytes, and has one at least", async () => {
  const { inbox, frame } = setup();
  for (const length of [500, 400, 101, 5000, 900, 200]) {
    frame(END, pattern(length));
  }
  const sizes: number[][] = [];
  for (let i = 0; i < 4; i++) {
    const batch = await inbox.receiveBatch(1000);
    sizes.push((batch?.messages ?? []).map(({ length }) => length));
  }
  assertEquals(sizes, [[500, 400], [101], [5000], [900]]);
  assertEquals((await inbox.receive())?.length, 200);
});

Deno.test("a batch comes before the end of the stream, and before each of its errors", async () => {
  const truncated = setup();
  truncated.frame(END, pattern(1));
  truncated.frame(FIN, pattern(2));
  const large = setup({ maxMessageBytes: 1000 });
  large.frame(END, pattern(1));
  large.frame(END, pattern(1001));
  const failed = setup();
  failed.frame(END, pattern(1));
  failed.inbox.fail(new TroupeError("gone"));
  const ended = setup();
  ended.frame(END | FIN, pattern(1));
  for (const { inbox } of [truncated, large, failed, ended]) {
    assertEquals(copies(await inbox.receiveBatch(MANY)), [pattern(1)]);
  }
  const next = ({ inbox }: typeof ended) => inbox.receiveBatch(MANY);
  await assertRejects(() => next(truncated), MessageTruncatedError);
  await assertRejects(() => next(large), MessageTooLargeError);
  assertEquals(large.tooLarge.length, 1);
  await assertRejects(() => next(failed), TroupeError, "gone");
  assertEquals(await next(ended), undefined);
});

for (
  const [what, end, error] of [
    ["ends", (s) => s.frame(FIN), undefined],
    ["fails", (s) => s.inbox.fail(new TroupeError("gone")), TroupeError],
    ["is closed", (s) => s.inbox.discard(new TroupeError("bye")), TroupeError],
    ["brings a message that is too large", (s) => {
      s.frame(0, pattern(900));
      s.frame(END, pattern(900));
    }, MessageTooLargeError],
    [
      "ends in the middle of a message",
      (s) => s.frame(FIN, pattern(9)),
      MessageTruncatedError,
    ],
  ] as readonly [
    string,
    (stream: Setup) => void,
    (new (message: string) => Error) | undefined,
  ][]
) {
  Deno.test(`a batch that is waited for settles when the stream ${what}`, async () => {
    const stream = setup({ maxMessageBytes: 1000 });
    const received = stream.inbox.receiveBatch(MANY);
    assert(await isPending(received));
    end(stream);
    if (error === undefined) assertEquals(await received, undefined);
    else await assertRejects(() => received, error);
  });
}

Deno.test("a batch that is aborted takes nothing, and lets the next read have it", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const received = inbox.receiveBatch(MANY, abort.signal);
  frame(0, pattern(10).subarray(0, 4));
  frame(END, pattern(10).subarray(4));
  abort.abort("enough");
  assertEquals(await received.catch((error) => error), "enough");
  assertEquals(await inbox.receive(), pattern(10));
  const aborted = inbox.receiveBatch(MANY, abort.signal);
  assertEquals(await aborted.catch((error) => error), "enough");
});

Deno.test("only one read may be pending, of a batch or of a message", async () => {
  const { inbox } = setup();
  const first = inbox.receiveBatch(MANY);
  await assertRejects(() => inbox.receive(), TroupeError, "pending");
  await assertRejects(() => inbox.read(), TroupeError, "pending");
  await assertRejects(() => inbox.receiveBatch(MANY), TroupeError, "pending");
  assertEquals(inbox.takeMessage(), undefined);
  inbox.fail(undefined);
  assertEquals(await first, undefined);
});
