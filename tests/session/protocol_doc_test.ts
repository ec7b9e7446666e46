/**
 * Holds `docs/protocol.md` to the code: its numbers and its examples.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { resolveSessionOptions } from "../../src/session/options.ts";
import {
  decodeGoAway,
  decodeHello,
  decodeOpen,
  decodeReason,
  decodeUint64,
  encodeGoAway,
  encodeHello,
  encodeOpen,
  encodeReason,
  encodeUint64,
  type GoAway,
  type Hello,
  type Open,
} from "../../src/session/wire/frame.ts";
import * as protocol from "../../src/session/wire/protocol.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  PONG,
  PREFACE,
  Priority,
} from "../../src/session/wire/protocol.ts";
import { SendBuffer } from "../../src/session/wire/send_buffer.ts";
import {
  begunReader,
  collector,
  concat,
  feed,
  type Frame,
} from "./wire/support.ts";

const { END, FIN } = DataFlag;
const text = await Deno.readTextFile(
  new URL("../../docs/protocol.md", import.meta.url),
);
const lines = text.split("\n");
const EMPTY = new Uint8Array(0);

/** The text under a heading, up to the next one. */
function section(heading: string): string[] {
  const from = lines.indexOf(heading) + 1;
  const count = lines.slice(from).findIndex((line) => line.startsWith("#"));
  assertEquals(from > 0 && count > 0, true, `there is no section ${heading}`);
  return lines.slice(from, from + count);
}

/** The rows of the tables in a section, cells trimmed, without the headings. */
function rows(heading: string): string[][] {
  return section(heading)
    .filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()))
    .filter(([first]) => /^\d/.test(first ?? ""));
}

/** The bytes of each example, by its name. */
function examples(): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (
    const [, name = "", body = ""] of text.matchAll(
      /^```hex (.*)\n([^`]*)^```$/gm,
    )
  ) {
    const digits = body.replace(/#.*$/gm, "").replace(/\s/g, "");
    assertEquals(found.has(name), false, `two examples are called ${name}`);
    found.set(name, Uint8Array.fromHex(digits));
  }
  return found;
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A HELLO without token and credentials, and what is changed of it. */
function helloWith(changes: Partial<Hello> = {}): Hello {
  return {
    minVersion: 1,
    maxVersion: 1,
    maxFrameBytes: 65_536,
    maxStreams: 1000,
    sessionId: Uint8Array.from({ length: 16 }, (_, i) => i),
    epoch: 1,
    received: 0,
    token: new Uint8Array(32),
    credentials: EMPTY,
    ...changes,
  };
}

const token = Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i);
const credentials = bytes("open sesame");
const hello = helloWith({ credentials });
const welcome = helloWith({ token });
const resumeHello = helloWith({
  epoch: 2,
  received: 70_000,
  token,
  credentials,
});
const resumeWelcome = helloWith({ epoch: 2, received: 300, token });
const open: Open = {
  creditLimit: 262_144,
  priority: Priority.HIGH,
  id: "id",
  metadata: new Uint8Array([1, 2]),
};
const closed: GoAway = {
  code: ErrorCode.NONE,
  lastStream: 7,
  retryAfterMs: 0,
  text: "closed",
};
const draining: GoAway = {
  code: ErrorCode.GOING_AWAY,
  lastStream: 7,
  retryAfterMs: 5000,
  text: "draining",
};
const ping = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);

function frame(
  type: number,
  stream: number,
  payload: Uint8Array = EMPTY,
  flags = 0,
): Frame {
  return { type, flags, stream, payload };
}

function data(text: string, flags: number): Frame {
  return frame(FrameType.DATA, 1, bytes(text), flags);
}

function reason(
  type: number,
  stream: number,
  code: number,
  text: string,
): Frame {
  return frame(type, stream, encodeReason({ code, text }));
}

function greeting(type: number, hello: Hello): Frame {
  return frame(type, 0, encodeHello(hello));
}

function goAway(goAway: GoAway): Frame {
  return frame(FrameType.GOAWAY, 0, encodeGoAway(goAway));
}

function ack(place: number): Frame {
  return frame(FrameType.ACK, 0, encodeUint64(place));
}

const { HELLO, WELCOME } = FrameType;
const acceptFrame = frame(FrameType.ACCEPT, 1, encodeUint64(262_144));

/** What a session says, in each direction, over both of its sockets. */
const dialled: readonly Frame[] = [
  frame(
    FrameType.OPEN,
    1,
    encodeOpen({
      creditLimit: 262_144,
      priority: Priority.NORMAL,
      id: "a",
      metadata: EMPTY,
    }),
  ),
  data("hi", END),
  data("", FIN),
  ack(34),
  goAway({ ...closed, lastStream: 0 }),
];
const served: readonly Frame[] = [
  acceptFrame,
  data("hi", END),
  data("", FIN),
  ack(75),
];

/** What each example is, in the order of the document. */
const expected: readonly (readonly [string, readonly Frame[]])[] = [
  ["hello", [greeting(HELLO, hello)]],
  ["welcome", [greeting(WELCOME, welcome)]],
  ["resume-hello", [greeting(HELLO, resumeHello)]],
  ["resume-welcome", [greeting(WELCOME, resumeWelcome)]],
  ["ack", [ack(70_000)]],
  ["open", [frame(FrameType.OPEN, 1, encodeOpen(open))]],
  ["accept", [acceptFrame]],
  ["message", [data("hi", END)]],
  ["message-in-two-frames", [data("h", 0), data("i", END)]],
  ["empty-message", [data("", END)]],
  ["fin", [data("", FIN)]],
  ["last-message", [data("hi", END | FIN)]],
  ["reset", [reason(FrameType.RESET, 1, ErrorCode.CANCELLED, "gone")]],
  ["stop", [reason(FrameType.STOP, 1, ErrorCode.CANCELLED, "done")]],
  ["window", [frame(FrameType.WINDOW, 1, encodeUint64(393_216))]],
  ["ping", [frame(FrameType.PING, 0, ping)]],
  ["pong", [frame(FrameType.PING, 0, ping, PONG)]],
  ["goaway", [goAway(closed)]],
  ["going-away", [goAway(draining)]],
  ["session-dialler-first", [
    greeting(HELLO, helloWith()),
    ...dialled.slice(0, 3),
  ]],
  ["session-listener-first", [
    greeting(WELCOME, helloWith({ token })),
    ...served.slice(0, 2),
  ]],
  ["session-dialler-second", [
    greeting(HELLO, helloWith({ epoch: 2, received: 16, token })),
    ...dialled.slice(2),
  ]],
  ["session-listener-second", [
    greeting(WELCOME, helloWith({ epoch: 2, received: 25, token })),
    ...served.slice(1),
  ]],
];

/** All of some frames, one after the other. */
function encodeAll(frames: readonly Frame[]): SendBuffer {
  const out = new SendBuffer();
  for (const { type, flags, stream, payload } of frames) {
    out.frame(type, flags, stream, payload);
  }
  return out;
}

Deno.test("docs/protocol.md has the examples that are checked here, and no others", () => {
  assertEquals(
    [...examples().keys()],
    ["preface", ...expected.map(([name]) => name)],
  );
});

Deno.test("the example preface is the preface", () => {
  assertEquals(examples().get("preface"), PREFACE);
});

for (const [name, frames] of expected) {
  const preface = name.startsWith("session-") ? PREFACE : EMPTY;

  Deno.test(`the example ${name} is what the encoder writes`, () => {
    const written = concat([preface, encodeAll(frames).next()]);
    assertEquals(written.toHex(), examples().get(name)?.toHex());
  });

  Deno.test(`the example ${name} is what the reader reads`, () => {
    const sink = collector();
    const example = examples().get(name) ?? EMPTY;
    feed(begunReader(), example.subarray(preface.length), sink);
    assertEquals(sink.frames, [...frames]);
  });
}

for (
  const { side, frames, sent, received } of [
    { side: "dialler", frames: dialled, sent: 3, received: 25 },
    { side: "listener", frames: served, sent: 2, received: 16 },
  ]
) {
  Deno.test(`the second socket of the example ${side} goes on where the first was cut`, () => {
    const out = encodeAll(frames);
    const whole = out.next().slice();
    const begun = encodeAll(frames.slice(0, sent)).end;
    out.sent(begun);
    out.rewind(received);
    const ofSession = (socket: string): Uint8Array => {
      const greeted = encodeAll([greeting(HELLO, helloWith())]).end;
      return examples().get(`session-${side}-${socket}`)
        ?.subarray(PREFACE.length + greeted) ?? EMPTY;
    };
    assertEquals(ofSession("first"), whole.subarray(0, begun));
    assertEquals(ofSession("second"), out.next());
  });
}

Deno.test("the acknowledgements in the example session say how much there was", () => {
  assertEquals(encodeAll(served.slice(0, 3)).end, 34);
  assertEquals(encodeAll(dialled).end, 75);
});

Deno.test("the payloads of the examples decode to what the document says of them", () => {
  const payload = (name: string): Uint8Array =>
    examples().get(name)?.subarray(protocol.HEADER_BYTES) ?? EMPTY;
  assertEquals(decodeHello(payload("hello")), hello);
  assertEquals(decodeHello(payload("welcome")), welcome);
  assertEquals(decodeHello(payload("resume-hello")), resumeHello);
  assertEquals(decodeHello(payload("resume-welcome")), resumeWelcome);
  assertEquals(decodeOpen(payload("open")), open);
  assertEquals(decodeUint64(payload("accept")), 262_144);
  assertEquals(decodeUint64(payload("window")), 393_216);
  assertEquals(decodeUint64(payload("ack")), 70_000);
  assertEquals(decodeReason(payload("reset")), { code: 6, text: "gone" });
  assertEquals(decodeReason(payload("stop")), { code: 6, text: "done" });
  assertEquals(decodeGoAway(payload("goaway")), closed);
  assertEquals(decodeGoAway(payload("going-away")), draining);
});

Deno.test("the document lists every frame type with its number", () => {
  const listed = rows("## Frames").filter((row) => row.length === 4)
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(FrameType));
});

Deno.test("the document lists every flag of DATA with its number", () => {
  const listed = rows("### DATA and messages")
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(DataFlag));
});

Deno.test("the document lists every priority class with its number", () => {
  const listed = rows("### Priority classes")
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(Priority));
});

Deno.test("the document lists every error code with its number", () => {
  const listed = rows("## Errors")
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(ErrorCode));
});

/** The numbers in a table, by the names in its column `at` that are code. */
function numbers(valueAt: number, nameAt: number): Map<string, number> {
  const listed = new Map<string, number>();
  for (const line of section("## Limits")) {
    const cells = line.split("|").map((cell) => cell.trim());
    const name = /^`(.*)`$/.exec(cells[nameAt] ?? "")?.[1];
    const value = cells[valueAt] ?? "";
    if (name === undefined) continue;
    const number = Number(value.replaceAll(",", ""));
    listed.set(name, value === "none" ? Infinity : number);
  }
  return listed;
}

Deno.test("the document lists every limit with its value", () => {
  const expected = Object.entries(protocol).filter(([name, value]) =>
    typeof value === "number" && name !== "PONG"
  );
  const listed = numbers(2, 3);
  assertEquals(
    [...listed].toSorted(),
    expected.toSorted(),
  );
});

Deno.test("the document lists every option of a session with its default", () => {
  const listed = numbers(1, 2);
  assertEquals(Object.fromEntries(listed), resolveSessionOptions({}));
});
