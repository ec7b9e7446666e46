import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  MessageTooLargeError,
  ProtocolError,
} from "../../../src/session/wire/errors.ts";
import {
  DataFlag,
  ErrorCode,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../../src/session/wire/protocol.ts";
import { EMPTY, isPending, type Setup, setup } from "./inbox_fixtures.ts";
import { concat, pattern } from "./support.ts";

const { END, FIN } = DataFlag;

// Messages.

Deno.test("a message that arrived before it is asked for is received", async () => {
  const { inbox, frame } = setup();
  frame(END, pattern(10));
  assertEquals(await inbox.receive(), pattern(10));
});

Deno.test("a message that is asked for before it arrives is received", async () => {
  const { inbox, frame } = setup();
  const received = inbox.receive();
  assert(await isPending(received));
  frame(END, pattern(10));
  assertEquals(await received, pattern(10));
});

for (let before = 0; before <= 3; before++) {
  Deno.test(`a message of three frames is assembled when ${before} arrived before it is received`, async () => {
    const { inbox, frame } = setup();
    const message = pattern(30);
    let received: Promise<Uint8Array | undefined> | undefined;
    for (let i = 0; i < 3; i++) {
      if (i === before) received = inbox.receive();
      frame(i === 2 ? END : 0, message.subarray(10 * i, 10 * i + 10));
    }
    assertEquals(await (received ?? inbox.receive()), message);
  });
}

Deno.test("empty messages are messages, waiting and awaited", async () => {
  const { inbox, frame } = setup();
  frame(END);
  frame(END);
  assertEquals(await inbox.receive(), EMPTY);
  assertEquals(await inbox.receive(), EMPTY);
  const received = inbox.receive();
  assert(await isPending(received));
  frame(END);
  assertEquals(await received, EMPTY);
});

Deno.test("an empty frame with END ends a message that has started", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(5));
  frame(END);
  assertEquals(await inbox.receive(), pattern(5));
  const received = inbox.receive();
  frame(0, pattern(6));
  frame(END);
  assertEquals(await received, pattern(6));
});

Deno.test("an empty frame without END is nothing", async () => {
  const { inbox, frame } = setup();
  frame(0);
  const received = inbox.receive();
  frame(0);
  assert(await isPending(received));
  frame(END, pattern(5));
  assertEquals(await received, pattern(5));
});

Deno.test("a second read while one is pending is refused, and the first goes on", async () => {
  const { inbox, frame } = setup();
  const received = inbox.receive();
  await assertRejects(() => inbox.receive(), Error, "is pending");
  await assertRejects(() => inbox.read(), Error, "is pending");
  frame(END, pattern(1));
  assertEquals(await received, pattern(1));
});

// Messages that are there.

Deno.test("takeMessage() takes a message that waits, and gives its credit back", () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  inbox.firstLimit();
  frame(END, pattern(40_000));
  frame(END);
  assertEquals(inbox.takeMessage()?.length, 40_000);
  assertEquals(grants, [65_536 + 40_000 + FRAME_COST]);
  assertEquals(inbox.takeMessage(), EMPTY);
  assertEquals(inbox.takeMessage(), undefined);
});

Deno.test("takeMessage() leaves to receive() what is not a whole message", async () => {
  const { inbox, frame } = setup({ maxMessageBytes: 10 });
  frame(0, pattern(4));
  frame(END, pattern(4));
  assertEquals(inbox.takeMessage(), undefined);
  assertEquals((await inbox.receive())?.length, 8);
  const received = inbox.receive();
  assertEquals(inbox.takeMessage(), undefined);
  frame(END, pattern(5));
  assertEquals(await received, pattern(5));
  frame(END, pattern(11));
  assertEquals(inbox.takeMessage(), undefined);
  await assertRejects(() => inbox.receive(), MessageTooLargeError);
});

Deno.test("takeMessage() does not take the rest of a message for a whole one", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
  frame(0, pattern(4));
  abort.abort();
  await given;
  frame(END, pattern(4));
  assertEquals(inbox.takeMessage(), undefined);
  assertEquals((await inbox.receive())?.length, 8);
});

// Bytes.

Deno.test("read() returns the bytes of a large frame alone, and those of small ones together", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(END, pattern(4));
  frame(END, pattern(3000));
  frame(END, pattern(5));
  assertEquals(await inbox.read(), concat([pattern(3), pattern(4)]));
  assertEquals(await inbox.read(), pattern(3000));
  assertEquals(await inbox.read(), pattern(5));
  const received = inbox.read();
  frame(0, pattern(5));
  assertEquals(await received, pattern(5));
});

Deno.test("read() passes over empty messages, waiting and awaited", async () => {
  const { inbox, frame } = setup();
  frame(END);
  frame(END, pattern(3));
  assertEquals(await inbox.read(), pattern(3));
  frame(END);
  const received = inbox.read();
  frame(END);
  assert(await isPending(received));
  frame(END, pattern(4));
  assertEquals(await received, pattern(4));
});

Deno.test("read() after a cancelled receive() starts with what that had assembled", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const given = inbox.receive({ signal: abort.signal });
  frame(0, pattern(3));
  abort.abort();
  await assertRejects(() => given);
  frame(END, pattern(4));
  assertEquals(await inbox.read(), pattern(3));
  assertEquals(await inbox.read(), pattern(4));
});

Deno.test("read() has no limit of message size", async () => {
  const { inbox, frame, tooLarge } = setup({ maxMessageBytes: 10 });
  frame(END, pattern(11));
  assertEquals(await inbox.read(), pattern(11));
  const received = inbox.read();
  frame(END, pattern(12));
  assertEquals(await received, pattern(12));
  assertEquals(tooLarge, []);
});

// Giving up.

Deno.test("a signal that has aborted already rejects and takes nothing", async () => {
  const { inbox, frame } = setup();
  const reason = new Error("enough");
  frame(END, pattern(1));
  const rejected = assertRejects(() =>
    inbox.receive({ signal: AbortSignal.abort(reason) })
  );
  assertStrictEquals(await rejected, reason);
  assertEquals(await inbox.receive(), pattern(1));
});

Deno.test("a message that arrives after its receive() was cancelled goes to the next", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const reason = new Error("enough");
  const rejected = assertRejects(() => inbox.receive({ signal: abort.signal }));
  abort.abort(reason);
  assertStrictEquals(await rejected, reason);
  frame(END, pattern(1));
  assertEquals(await inbox.receive(), pattern(1));
});

for (let given = 1; given <= 2; given++) {
  Deno.test(`a receive() that is cancelled after ${given} of three frames loses none of them`, async () => {
    const { inbox, frame } = setup();
    const message = pattern(30);
    const abort = new AbortController();
    const rejected = assertRejects(() =>
      inbox.receive({ signal: abort.signal })
    );
    for (let i = 0; i < 3; i++) {
      if (i === given) abort.abort();
      frame(i === 2 ? END : 0, message.subarray(10 * i, 10 * i + 10));
    }
    await rejected;
    assertEquals(await inbox.receive(), message);
  });
}

Deno.test("a signal that aborts once its message has arrived changes nothing", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const received = inbox.receive({ signal: abort.signal });
  frame(END, pattern(1));
  abort.abort();
  assertEquals(await received, pattern(1));
});

Deno.test("the signal of a read that is over does not end the next one", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const first = inbox.receive({ signal: abort.signal });
  frame(END, pattern(1));
  await first;
  const second = inbox.receive();
  abort.abort();
  frame(END, pattern(2));
  assertEquals(await second, pattern(2));
});

// Credit.

Deno.test("a stream that is read has credit for a window beyond what was read", async () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  assertEquals(inbox.firstLimit(), 65_536);
  const bytes = 32_768 - FRAME_COST;
  frame(END, pattern(bytes));
  assertEquals(grants, []);
  await inbox.receive();
  assertEquals(grants, [65_536 + 32_768]);
});

Deno.test("no credit is given once the sender has ended", async () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  inbox.firstLimit();
  frame(END | FIN, pattern(60_000));
  await inbox.receive();
  assertEquals(grants, []);
});

Deno.test("a frame over the credit is a ProtocolError, and nothing of it is kept", async () => {
  const { inbox, frame } = setup();
  frame(END, pattern(INITIAL_CREDIT - 2 * FRAME_COST - 5));
  const error = assertThrows(() => frame(END, pattern(6)), ProtocolError);
  assertEquals(error.code, ErrorCode.FLOW_CONTROL);
  await inbox.receive();
  assert(await isPending(inbox.receive()));
});

Deno.test("a frame over the credit does not reach whoever waits for it", async () => {
  const { inbox, frame } = setup({ windowBytes: 65_536 });
  const received = inbox.receive();
  assertThrows(() => frame(END, pattern(65_473)), ProtocolError);
  assert(await isPending(received));
});

Deno.test("empty messages that nobody reads come to an end of the credit", () => {
  const { frame } = setup();
  for (let i = 0; i < INITIAL_CREDIT / FRAME_COST; i++) frame(END);
  assertThrows(() => frame(END), ProtocolError);
});

Deno.test("a direction can be ended without credit", async () => {
  const { inbox, frame } = setup();
  frame(END, pattern(INITIAL_CREDIT - FRAME_COST));
  frame(0);
  frame(FIN);
  await inbox.receive();
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("frames that carry nothing do not use credit up", async () => {
  const { inbox, frame } = setup();
  for (let i = 0; i < 10_000; i++) frame(0);
  frame(END, pattern(INITIAL_CREDIT - FRAME_COST));
  assertEquals((await inbox.receive())?.length, INITIAL_CREDIT - FRAME_COST);
});

// Messages over the limit.

for (
  const [what, sizes] of [["one frame", [11]], ["two frames", [5, 6]]] as const
) {
  const send = (frame: Setup["frame"]): void => {
    for (const [i, size] of sizes.entries()) {
      frame(i === sizes.length - 1 ? END : 0, pattern(size));
    }
  };

  Deno.test(`a message over the limit in ${what} is an error, waiting`, async () => {
    const { inbox, frame, tooLarge } = setup({ maxMessageBytes: 10 });
    send(frame);
    const error = await assertRejects(
      () => inbox.receive(),
      MessageTooLargeError,
      "larger than 10 bytes",
    );
    assertEquals(tooLarge, [error]);
  });

  Deno.test(`a message over the limit in ${what} is an error, awaited`, async () => {
    const { inbox, frame, tooLarge } = setup({ maxMessageBytes: 10 });
    const rejected = assertRejects(() => inbox.receive(), MessageTooLargeError);
    send(frame);
    assertEquals(tooLarge, [await rejected]);
  });
}

Deno.test("a message at the limit is received", async () => {
  const { inbox, frame } = setup({ maxMessageBytes: 10 });
  frame(END, pattern(10));
  frame(0, pattern(5));
  frame(END, pattern(5));
  assertEquals((await inbox.receive())?.length, 10);
  assertEquals((await inbox.receive())?.length, 10);
});

Deno.test("a message over the limit is refused before its end has come", async () => {
  const { inbox, frame } = setup({ maxMessageBytes: 10 });
  const rejected = assertRejects(() => inbox.receive(), MessageTooLargeError);
  frame(0, pattern(11));
  await rejected;
});

Deno.test("messages before one over the limit are received", async () => {
  const { inbox, frame } = setup({ maxMessageBytes: 10 });
  frame(END, pattern(3));
  frame(END, pattern(11));
  assertEquals(await inbox.receive(), pattern(3));
  await assertRejects(() => inbox.receive(), MessageTooLargeError);
});

Deno.test("every read after a message over the limit rejects because of it, whatever ends the stream", async () => {
  for (const end of ["fail", "fin"]) {
    const { inbox, frame } = setup({ maxMessageBytes: 10 });
    frame(END, pattern(11));
    await assertRejects(() => inbox.receive(), MessageTooLargeError);
    if (end === "fin") frame(FIN);
    else inbox.fail(new Error("reset"));
    await assertRejects(() => inbox.receive(), MessageTooLargeError);
    await assertRejects(() => inbox.read(), MessageTooLargeError);
  }
});
