import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { ProtocolError } from "../../src/wire/errors.ts";
import {
  Inbox,
  type InboxOptions,
  MessageTooLargeError,
} from "../../src/wire/inbox.ts";
import {
  DataFlag,
  ErrorCode,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../src/wire/protocol.ts";
import { pattern } from "./support.ts";

const { END, FIN } = DataFlag;
const EMPTY = new Uint8Array(0);

interface Setup {
  readonly inbox: Inbox;
  readonly grants: number[];
  readonly tooLarge: unknown[];
  /** Delivers a frame from a buffer that is overwritten at once. */
  frame(flags: number, payload?: Uint8Array): void;
}

function setup(options: Partial<InboxOptions> = {}): Setup {
  const grants: number[] = [];
  const tooLarge: unknown[] = [];
  const inbox = new Inbox({
    windowBytes: 262_144,
    maxMessageBytes: 1_000_000,
    onGrant: (limit) => grants.push(limit),
    onTooLarge: (error) => tooLarge.push(error),
    ...options,
  });
  return {
    inbox,
    grants,
    tooLarge,
    frame(flags, payload = EMPTY) {
      const buffer = new Uint8Array(payload.length + 20);
      buffer.set(payload, 10);
      inbox.deliver(flags, buffer, 10, 10 + payload.length);
      buffer.fill(0xee);
    },
  };
}

/** Whether a promise has settled yet. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true;
  const settle = (): void => void (pending = false);
  promise.then(settle, settle);
  await undefined;
  return pending;
}

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
  Deno.test(`a message of three frames is put together when ${before} arrived before it is asked for`, async () => {
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

Deno.test("an empty frame with END ends a message that has begun", async () => {
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

// The end.

Deno.test("after FIN every read gives undefined", async () => {
  const { inbox, frame } = setup();
  frame(END, pattern(1));
  frame(FIN);
  assert(inbox.finished);
  assertEquals(await inbox.receive(), pattern(1));
  assertEquals(await inbox.receive(), undefined);
  assertEquals(await inbox.receive(), undefined);
  assertEquals(await inbox.read(), undefined);
});

for (const method of ["receive", "read"] as const) {
  Deno.test(`FIN ends a ${method}() that is pending`, async () => {
    const { inbox, frame } = setup();
    const received = inbox[method]();
    frame(FIN);
    assertEquals(await received, undefined);
  });
}

Deno.test("FIN on a frame with payload ends its message", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(FIN, pattern(6).subarray(3));
  assertEquals(await inbox.receive(), pattern(6));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("FIN on a frame with payload ends the message that is awaited", async () => {
  const { inbox, frame } = setup();
  const received = inbox.receive();
  frame(0, pattern(3));
  frame(FIN, pattern(6).subarray(3));
  assertEquals(await received, pattern(6));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("END and FIN on an empty frame are an empty message and the end", async () => {
  const { inbox, frame } = setup();
  frame(END | FIN);
  assertEquals(await inbox.receive(), EMPTY);
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("a message that FIN cuts short is received as far as it came, waiting", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(FIN);
  assertEquals(await inbox.receive(), pattern(3));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("a message that FIN cuts short is received as far as it came, awaited", async () => {
  const { inbox, frame } = setup();
  const received = inbox.receive();
  frame(0, pattern(3));
  frame(FIN);
  assertEquals(await received, pattern(3));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("a message that FIN cuts short is received after a receive that was given up", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const given = inbox.receive(abort.signal);
  frame(0, pattern(3));
  abort.abort();
  await assertRejects(() => given);
  frame(FIN);
  assertEquals(await inbox.receive(), pattern(3));
  assertEquals(await inbox.receive(), undefined);
});

for (const flags of [0, END, FIN]) {
  Deno.test(`a frame with flags ${flags} after FIN is a ProtocolError`, () => {
    const { frame } = setup();
    frame(FIN);
    assertThrows(() => frame(flags), ProtocolError, "after the end");
    assertThrows(() => frame(flags, pattern(1)), ProtocolError);
  });
}

// Bytes.

Deno.test("read() gives the bytes of each frame as it came", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(END, pattern(4));
  assertEquals(await inbox.read(), pattern(3));
  assertEquals(await inbox.read(), pattern(4));
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

Deno.test("read() after a receive that was given up begins with what that had gathered", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const given = inbox.receive(abort.signal);
  frame(0, pattern(3));
  abort.abort();
  await assertRejects(() => given);
  frame(END, pattern(4));
  assertEquals(await inbox.read(), pattern(3));
  assertEquals(await inbox.read(), pattern(4));
});

Deno.test("read() knows no largest message", async () => {
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
    inbox.receive(AbortSignal.abort(reason))
  );
  assertStrictEquals(await rejected, reason);
  assertEquals(await inbox.receive(), pattern(1));
});

Deno.test("a message that arrives after its receive was given up goes to the next", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const reason = new Error("enough");
  const rejected = assertRejects(() => inbox.receive(abort.signal));
  abort.abort(reason);
  assertStrictEquals(await rejected, reason);
  frame(END, pattern(1));
  assertEquals(await inbox.receive(), pattern(1));
});

for (let given = 1; given <= 2; given++) {
  Deno.test(`a receive that is given up after ${given} of three frames loses none of them`, async () => {
    const { inbox, frame } = setup();
    const message = pattern(30);
    const abort = new AbortController();
    const rejected = assertRejects(() => inbox.receive(abort.signal));
    for (let i = 0; i < 3; i++) {
      if (i === given) abort.abort();
      frame(i === 2 ? END : 0, message.subarray(10 * i, 10 * i + 10));
    }
    await rejected;
    assertEquals(await inbox.receive(), message);
  });
}

Deno.test("a signal that aborts once its message is there takes it back from nobody", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const received = inbox.receive(abort.signal);
  frame(END, pattern(1));
  abort.abort();
  assertEquals(await received, pattern(1));
});

Deno.test("the signal of a read that is over does not end the next one", async () => {
  const { inbox, frame } = setup();
  const abort = new AbortController();
  const first = inbox.receive(abort.signal);
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

Deno.test("the frames of a message that is awaited give credit as they come", () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  inbox.firstLimit();
  inbox.receive();
  frame(0, pattern(40_000));
  assertEquals(grants, [65_536 + 40_000 + FRAME_COST]);
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

Deno.test("a frame over the credit does not reach who waits for it", async () => {
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
      "over 10 bytes",
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

Deno.test("after a message over the limit every read says so, whatever ends the stream", async () => {
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

// Breaking.

Deno.test("what arrived before the stream broke is received, then the error", async () => {
  const { inbox, frame } = setup();
  const error = new Error("broken");
  frame(END, pattern(1));
  frame(0, pattern(2));
  inbox.fail(error);
  assertEquals(await inbox.receive(), pattern(1));
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
});

Deno.test("a stream that breaks rejects who waits", async () => {
  const { inbox, frame } = setup();
  const error = new Error("broken");
  const rejected = assertRejects(() => inbox.receive());
  frame(0, pattern(2));
  inbox.fail(error);
  assertStrictEquals(await rejected, error);
});

Deno.test("a stream that ended does not break any more", async () => {
  const { inbox, frame } = setup();
  frame(FIN);
  inbox.fail(new Error("broken"));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("discard() rejects who waits, and every read after it", async () => {
  const { inbox, frame } = setup();
  const error = new Error("closed");
  const rejected = assertRejects(() => inbox.receive());
  inbox.discard(error);
  assertStrictEquals(await rejected, error);
  frame(END, pattern(1));
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
});

Deno.test("discard() drops what has arrived", async () => {
  const { inbox, frame } = setup();
  const error = new Error("closed");
  frame(END, pattern(1));
  frame(0, pattern(2));
  inbox.discard(error);
  frame(FIN);
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
});

Deno.test("what comes after discard() still costs credit, and gives none back", () => {
  const { inbox, frame, grants } = setup({ windowBytes: 65_536 });
  inbox.discard(new Error("closed"));
  frame(END, pattern(INITIAL_CREDIT - FRAME_COST));
  assertThrows(() => frame(END), ProtocolError);
  assertEquals(grants, []);
});

Deno.test("the peer can end its direction after discard(), without credit", () => {
  const { inbox, frame } = setup();
  inbox.discard(new Error("closed"));
  frame(END, pattern(INITIAL_CREDIT - FRAME_COST));
  frame(FIN);
  assert(inbox.finished);
});
