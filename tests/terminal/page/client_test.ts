import { setImmediate as turn } from "node:timers/promises";
import { assert, assertEquals, assertLess } from "@std/assert";
import { ErrorCode } from "../../../src/terminal/attach/protocol.ts";
import { pattern, text, utf8 } from "../../support/bytes.ts";
import { ClientHarness } from "./client_harness.ts";

Deno.test("a new client attaches without an offset, sends its size and types", () => {
  const page = new ClientHarness();
  page.client.resize(120, 40);
  page.client.type(utf8("ls\r"));
  const socket = page.attach();
  assertEquals(socket.offset, undefined);
  assertEquals(socket.up, [
    { type: "resize", columns: 120, rows: 40 },
    { type: "input", sequence: 1, bytes: utf8("ls\r") },
  ]);
  assertEquals(page.states, [
    { phase: "connecting" },
    { phase: "connected", role: "control" },
  ]);
});

Deno.test("the screen takes the size that the server sends", () => {
  const page = new ClientHarness();
  page.attach().deliver({
    type: "size",
    columns: 80,
    rows: 25,
    owner: undefined,
  });
  assertEquals(page.sizes, [[80, 25]]);
});

Deno.test("the same size is sent once", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  page.client.resize(80, 24);
  page.client.resize(80, 24);
  page.client.resize(81, 24);
  assertEquals(socket.sent("resize").length, 2);
});

Deno.test("parsed output is acknowledged after 100 ms", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 1000, bytes: pattern(10) });
  page.clock.advance(100);
  assertEquals(socket.sent("ack"), []);
  page.parse();
  page.clock.advance(99);
  assertEquals(socket.sent("ack"), []);
  page.clock.advance(1);
  assertEquals(socket.sent("ack"), [{ type: "ack", offset: 1010 }]);
});

Deno.test("32 KiB of parsed output are acknowledged at once", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  for (let at = 0; at < 65_536; at += 8192) {
    socket.deliver({ type: "output", offset: at, bytes: pattern(8192) });
  }
  page.parse(3);
  assertEquals(socket.sent("ack"), []);
  page.parse(5);
  assertEquals(socket.sent("ack").map(({ offset }) => offset), [
    32_768,
    65_536,
  ]);
  page.clock.advance(100);
  assertEquals(socket.sent("ack").length, 2);
});

Deno.test("a lost socket is replaced where the output stopped, and every key is typed exactly once", () => {
  const page = new ClientHarness();
  const first = page.attach();
  first.deliver({ type: "output", offset: 0, bytes: utf8("one ") });
  for (const key of ["a", "b", "c"]) page.client.type(utf8(key));
  first.deliver({ type: "input_ack", sequence: 1 });
  first.events.closed(1006);
  page.client.type(utf8("d"));
  page.clock.advance(500);
  const second = page.socket;
  assertEquals(second.offset, 4);
  assertEquals(second.up, []);
  second.accept("control", 2);
  assertEquals(
    second.sent("input").map(({ sequence, bytes }) => [sequence, text(bytes)]),
    [[3, "c"], [4, "d"]],
  );
  second.deliver({ type: "output", offset: 4, bytes: utf8("two") });
  page.parse();
  assertEquals(page.parsed.map(({ bytes }) => text(bytes)), ["one ", "two"]);
});

Deno.test("output that arrives twice is shown once", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 7, bytes: utf8("abc") });
  socket.deliver({ type: "output", offset: 8, bytes: utf8("bcdef") });
  page.parse();
  assertEquals(page.parsed.map(({ bytes }) => text(bytes)), ["abc", "def"]);
});

Deno.test("missing output is an error", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 0, bytes: utf8("abc") });
  socket.deliver({ type: "output", offset: 4, bytes: utf8("e") });
  assertEquals(page.state, {
    phase: "failed",
    text:
      "Cannot show the output from offset 4: the output from offset 3 is missing",
  });
  assert(socket.isClosed);
});

Deno.test("a gap cancels an unfinished escape sequence, and is reported", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 0, bytes: utf8("\x1b[3") });
  socket.deliver({ type: "gap", from: 3, to: 100 });
  socket.deliver({ type: "output", offset: 100, bytes: utf8("on") });
  page.parse();
  assertEquals(
    page.parsed.map(({ bytes }) => text(bytes)),
    ["\x1b[3", "\x18", "on"],
  );
  assertEquals(page.notices, ["97 bytes of output were skipped"]);
});

Deno.test("a gap before the first output is not reported", () => {
  const page = new ClientHarness();
  page.attach().deliver({ type: "gap", from: 0, to: 100 });
  assertEquals(page.notices, []);
});

Deno.test("a snapshot replaces everything on the screen", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 0, bytes: utf8("old") });
  socket.deliver({ type: "snapshot", offset: 5000, bytes: utf8("screen") });
  socket.deliver({ type: "output", offset: 5000, bytes: utf8("!") });
  page.parse();
  assertEquals(
    page.parsed.map(({ bytes }) => text(bytes)),
    ["old", "\x1bc", "screen", "!"],
  );
});

Deno.test("output whose queries were answered before is parsed without replies", () => {
  const page = new ClientHarness();
  page.client.attach();
  page.socket.accept("control", 0, 5);
  page.socket.deliver({ type: "output", offset: 2, bytes: utf8("oldnew") });
  page.socket.deliver({ type: "output", offset: 8, bytes: utf8("newer") });
  page.parse();
  assertEquals(
    page.parsed.map(({ bytes, replies }) => [text(bytes), replies]),
    [["old", false], ["new", true], ["newer", true]],
  );
});

Deno.test("when another viewer takes over the replies, this one still answers earlier queries", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "output", offset: 0, bytes: utf8("mine") });
  const repliesFrom = Number.MAX_SAFE_INTEGER;
  socket.deliver({ type: "role", role: "control", repliesFrom });
  socket.deliver({ type: "output", offset: 4, bytes: utf8("theirs") });
  page.parse();
  assertEquals(
    page.parsed.map(({ bytes, replies }) => [text(bytes), replies]),
    [["mine", true], ["theirs", false]],
  );
});

Deno.test("when this viewer takes over the replies, it does not answer earlier queries", () => {
  const page = new ClientHarness();
  page.client.attach();
  page.socket.accept("control", 0, Number.MAX_SAFE_INTEGER);
  page.socket.deliver({ type: "output", offset: 0, bytes: utf8("theirs") });
  page.socket.deliver({ type: "role", role: "control", repliesFrom: 6 });
  page.socket.deliver({ type: "output", offset: 6, bytes: utf8("mine") });
  page.parse();
  assertEquals(
    page.parsed.map(({ bytes, replies }) => [text(bytes), replies]),
    [["theirs", false], ["mine", true]],
  );
});

Deno.test("a read-only viewer sends no size, no input and no replies", () => {
  const page = new ClientHarness();
  page.client.resize(80, 24);
  page.client.type(utf8("early"));
  const socket = page.attach("view");
  page.client.type(utf8("late"));
  page.client.resize(90, 24);
  socket.deliver({ type: "output", offset: 0, bytes: utf8("\x1b[c") });
  page.parse();
  assertEquals(socket.up, []);
  assertEquals(page.parsed.map(({ replies }) => replies), [false]);
  assertEquals(page.client.waitingBytes, 0);
});

Deno.test("after the exit, no socket is opened", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.deliver({ type: "exit", exit: { code: 3 } });
  socket.events.closed(1000);
  page.client.attach();
  page.clock.advance(60_000);
  assertEquals(page.state, { phase: "ended", exit: { code: 3 } });
  assertEquals(page.sockets.length, 1);
  assertEquals(page.clock.pending, 0);
});

for (
  const [name, isFinal] of [
    ["PROTOCOL", true],
    ["NOT_FOUND", true],
    ["UNAUTHORIZED", true],
    ["REPLACED", true],
    ["REFUSED", true],
    ["LIMIT", false],
    ["GOING_AWAY", false],
    ["INTERNAL", false],
  ] as const
) {
  Deno.test(`a socket that is closed with ${name} is ${isFinal ? "the last" : "replaced"}`, () => {
    const page = new ClientHarness();
    const socket = page.attach();
    const code = ErrorCode[name];
    socket.deliver({ type: "error", code, text: "because" });
    socket.events.closed(4000 + code);
    assertEquals(page.state.phase, isFinal ? "failed" : "waiting");
    if (isFinal) {
      assertEquals(page.state, { phase: "failed", text: "because" });
    }
    assertEquals(page.notices, ["because"]);
  });
}

for (
  const [status, phase] of [
    [401, "failed"],
    [403, "failed"],
    [404, "failed"],
    [410, "failed"],
    [200, "waiting"],
    [502, "waiting"],
    [undefined, "waiting"],
  ] as const
) {
  Deno.test(`after a socket that could not be opened, status ${status} leads to ${phase}`, async () => {
    const page = new ClientHarness();
    page.status = status;
    page.client.attach();
    page.socket.events.closed(1006);
    await turn();
    assertEquals(page.state.phase, phase);
  });
}

Deno.test("the back-off grows up to 10 s, and starts again after a stable socket", async () => {
  const page = new ClientHarness();
  const waits: number[] = [];
  page.client.attach();
  for (let i = 0; i < 7; i++) {
    page.socket.events.closed(1006);
    await turn();
    assert(page.state.phase === "waiting");
    waits.push(page.state.delayMs);
    page.clock.advance(page.state.delayMs);
  }
  assertEquals(waits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  page.socket.accept();
  page.clock.advance(4999);
  page.socket.events.closed(1006);
  assertEquals(page.state, { phase: "waiting", delayMs: 10_000 });
  page.clock.advance(10_000);
  page.socket.accept();
  page.clock.advance(5000);
  page.socket.events.closed(1006);
  assertEquals(page.state, { phase: "waiting", delayMs: 500 });
});

Deno.test("a user can skip the back-off", () => {
  const page = new ClientHarness();
  page.attach().events.closed(1006);
  page.client.attach();
  assertEquals(page.sockets.length, 2);
  page.clock.advance(500);
  assertEquals(page.sockets.length, 2);
});

Deno.test("a socket that has been silent for 15 s is replaced, and its later frames are ignored", () => {
  const page = new ClientHarness();
  const first = page.attach();
  page.clock.advance(14_000);
  assertEquals(page.sockets.length, 1);
  page.clock.advance(1000);
  assert(first.isClosed);
  page.clock.advance(500);
  page.socket.accept();
  first.deliver({ type: "output", offset: 5, bytes: utf8("late") });
  first.events.closed(1000);
  assertEquals(page.unparsed, 0);
  assertEquals(page.state.phase, "connected");
});

Deno.test("any frame counts as a sign of life, and a PONG measures the latency", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  for (let i = 0; i < 10; i++) {
    page.clock.advance(3000);
    page.clock.advance(7);
    const id = socket.sent("ping").at(-1)?.id ?? 0;
    socket.deliver({ type: "pong", id: id - 1 });
    socket.deliver({ type: "pong", id });
  }
  assertEquals(page.state.phase, "connected");
  assertEquals(page.latencies[0], 7);
  assertEquals(page.latencies.length, 10);
});

Deno.test("a client that leaves detaches, and continues where the output stopped", () => {
  const page = new ClientHarness();
  const first = page.attach();
  first.deliver({ type: "output", offset: 0, bytes: utf8("abc") });
  page.client.detach();
  assertEquals(first.up, [{ type: "detach" }]);
  assert(first.isClosed);
  assertEquals(page.clock.pending, 0);
  page.client.attach();
  assertEquals(page.socket.offset, 3);
});

Deno.test("a paste of 10 MB stays within the window, and arrives whole", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  const paste = pattern(10_000_000);
  page.client.type(paste);
  const taken = new Uint8Array(paste.length);
  let at = 0;
  let sequence = 0;
  while (socket.up.length > 0) {
    const sent = socket.sent("input");
    const bytes = sent.reduce((sum, { bytes }) => sum + bytes.length, 0);
    assertLess(bytes, 262_145);
    for (const frame of sent) {
      assertEquals(frame.sequence, ++sequence);
      taken.set(frame.bytes, at);
      at += frame.bytes.length;
    }
    socket.up.length = 0;
    socket.deliver({ type: "input_ack", sequence });
  }
  assertEquals(at, paste.length);
  assertEquals(taken, paste);
  assertEquals(page.client.waitingBytes, 0);
});

Deno.test("Ctrl-C does not wait behind a paste that the program does not read", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  page.client.type(pattern(1_000_000));
  page.client.type(new Uint8Array([3]));
  page.client.type(utf8("ls"));
  assertEquals(socket.sent("interrupt"), [{ type: "interrupt", key: 3 }]);
  const sequence = socket.sent("input").length;
  socket.deliver({ type: "input_dropped", sequence, bytes: 250_000 });
  assertEquals(page.notices, [
    "Interrupted: 987856 bytes of input were discarded",
  ]);
  const later = socket.sent("input").slice(sequence);
  assertEquals(later.map(({ bytes }) => [...bytes]), [[...utf8("ls")]]);
});

Deno.test("a key that the terminal does not make a signal is sent after the paste", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  page.client.type(pattern(300_000));
  page.client.type(new Uint8Array([3]));
  const sequence = socket.sent("input").length;
  socket.deliver({ type: "input_ack", sequence });
  assertEquals(socket.sent("input").at(-1)?.bytes, new Uint8Array([3]));
  assertEquals(page.notices, []);
});

Deno.test("an interrupt by somebody else discards what was not sent", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  page.client.type(pattern(300_000));
  const sequence = socket.sent("input").length;
  socket.deliver({ type: "input_dropped", sequence, bytes: 1000 });
  assertEquals(socket.sent("input").length, sequence);
  assertEquals(page.notices, [
    "Interrupted: 38856 bytes of input were discarded",
  ]);
});

Deno.test("a server that has lost input gets no more", () => {
  const page = new ClientHarness();
  const first = page.attach();
  page.client.type(utf8("a"));
  first.deliver({ type: "input_ack", sequence: 1 });
  first.events.closed(1006);
  page.clock.advance(500);
  page.socket.accept("control", 0);
  assertEquals(page.state, {
    phase: "failed",
    text:
      "Cannot continue: the server acknowledged input 0, it must be from 1 to 1",
  });
});

Deno.test("a malformed frame ends the client", () => {
  const page = new ClientHarness();
  const socket = page.attach();
  socket.events.received(new Uint8Array(0));
  assertEquals(page.state.phase, "failed");
  assert(socket.isClosed);
});
