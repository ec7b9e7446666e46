/**
 * How a stream ends for whoever reads it: in order, in the middle of a message,
 * broken, or given up.
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
import {
  MessageTruncatedError,
  ProtocolError,
} from "../../../src/session/wire/errors.ts";
import {
  DataFlag,
  FRAME_COST,
  INITIAL_CREDIT,
} from "../../../src/session/wire/protocol.ts";
import { EMPTY, setup } from "./inbox_fixtures.ts";
import { concat, pattern } from "./support.ts";

const { END, FIN } = DataFlag;

// The end.

Deno.test("every read after FIN resolves to undefined", async () => {
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
  Deno.test(`FIN ends a pending ${method}()`, async () => {
    const { inbox, frame } = setup();
    const received = inbox[method]();
    frame(FIN);
    assertEquals(await received, undefined);
  });
}

Deno.test("a frame with END and FIN is the last of its message, and of the stream", async () => {
  const { inbox, frame } = setup();
  frame(0, pattern(3));
  frame(END | FIN, pattern(6).subarray(3));
  assertEquals(await inbox.receive(), pattern(6));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("a frame with END and FIN ends the awaited message, and the stream", async () => {
  const { inbox, frame } = setup();
  const received = inbox.receive();
  frame(0, pattern(3));
  frame(END | FIN, pattern(6).subarray(3));
  assertEquals(await received, pattern(6));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("END and FIN on an empty frame are an empty message and the end", async () => {
  const { inbox, frame } = setup();
  frame(END | FIN);
  assertEquals(await inbox.receive(), EMPTY);
  assertEquals(await inbox.receive(), undefined);
});

for (const payload of [EMPTY, pattern(6).subarray(3)]) {
  const how = `FIN and ${payload.length} bytes`;

  Deno.test(`a message that ${how} cut short is a MessageTruncatedError, waiting`, async () => {
    const { inbox, frame } = setup();
    frame(0, pattern(3));
    frame(FIN, payload);
    await assertRejects(() => inbox.receive(), MessageTruncatedError);
    await assertRejects(() => inbox.receive(), MessageTruncatedError);
  });

  Deno.test(`a message that ${how} cut short is a MessageTruncatedError, awaited`, async () => {
    const { inbox, frame } = setup();
    const rejected = assertRejects(
      () => inbox.receive(),
      MessageTruncatedError,
      "in the middle of it",
    );
    frame(0, pattern(3));
    frame(FIN, payload);
    await rejected;
    await assertRejects(() => inbox.receive(), MessageTruncatedError);
  });

  Deno.test(`a message that ${how} cut short is a MessageTruncatedError after a cancelled receive()`, async () => {
    const { inbox, frame } = setup();
    const abort = new AbortController();
    const given = assertRejects(() => inbox.receive({ signal: abort.signal }));
    frame(0, pattern(3));
    abort.abort();
    await given;
    frame(FIN, payload);
    await assertRejects(() => inbox.receive(), MessageTruncatedError);
  });

  Deno.test(`whoever reads bytes receives all of a message that ${how} cut short`, async () => {
    const { inbox, frame } = setup();
    frame(0, pattern(3));
    frame(FIN, payload);
    await assertRejects(() => inbox.receive(), MessageTruncatedError);
    const bytes = concat([pattern(3), payload]);
    assertEquals(await inbox.read(), bytes);
    assertEquals(await inbox.read(), undefined);
    assertEquals(await inbox.receive(), undefined);
  });
}

Deno.test("messages before one that was cut short are received", async () => {
  const { inbox, frame } = setup();
  frame(END, pattern(1));
  frame(FIN, pattern(2));
  assertEquals(await inbox.receive(), pattern(1));
  await assertRejects(() => inbox.receive(), MessageTruncatedError);
});

for (const flags of [0, END, FIN]) {
  Deno.test(`a frame with flags ${flags} after FIN is a ProtocolError`, () => {
    const { frame } = setup();
    frame(FIN);
    assertThrows(() => frame(flags), ProtocolError, "after the end");
    assertThrows(() => frame(flags, pattern(1)), ProtocolError);
  });
}

// Breaking.

Deno.test("what arrived before the stream failed is received, then the error", async () => {
  const { inbox, frame } = setup();
  const error = new Error("broken");
  frame(END, pattern(1));
  frame(0, pattern(2));
  inbox.fail(error);
  assertEquals(await inbox.receive(), pattern(1));
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
  assertStrictEquals(await assertRejects(() => inbox.receive()), error);
});

Deno.test("a stream that fails rejects whoever waits", async () => {
  const { inbox, frame } = setup();
  const error = new Error("broken");
  const rejected = assertRejects(() => inbox.receive());
  frame(0, pattern(2));
  inbox.fail(error);
  assertStrictEquals(await rejected, error);
});

Deno.test("a stream that has ended cannot fail any more", async () => {
  const { inbox, frame } = setup();
  frame(FIN);
  inbox.fail(new Error("broken"));
  assertEquals(await inbox.receive(), undefined);
});

Deno.test("discard() rejects the pending read, and every read after it", async () => {
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
