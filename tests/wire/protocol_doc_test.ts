/**
 * Holds `docs/protocol.md` to the code: its numbers and its examples.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  decodeHello,
  decodeLimit,
  decodeOpen,
  decodeReason,
  encodeHello,
  encodeLimit,
  encodeOpen,
  encodeReason,
  type Hello,
} from "../../src/wire/frame.ts";
import * as protocol from "../../src/wire/protocol.ts";
import {
  DataFlag,
  ErrorCode,
  FrameType,
  PONG,
  PREFACE,
} from "../../src/wire/protocol.ts";
import { SendBuffer } from "../../src/wire/send_buffer.ts";
import { begunReader, collector, feed, type Frame } from "./support.ts";

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

const hello: Hello = {
  minVersion: 1,
  maxVersion: 1,
  maxFrameBytes: 65_536,
  maxStreams: 1000,
  sessionId: Uint8Array.from({ length: 16 }, (_, i) => i),
};
const open = {
  creditLimit: 262_144,
  id: "id",
  metadata: new Uint8Array([1, 2]),
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

const helloFrame = frame(FrameType.HELLO, 0, encodeHello(hello));
const welcomeFrame = frame(FrameType.WELCOME, 0, encodeHello(hello));
const acceptFrame = frame(FrameType.ACCEPT, 1, encodeLimit(262_144));
const goAwayFrame = reason(FrameType.GOAWAY, 0, ErrorCode.NONE, "closed");

/** What each example is, in the order of the document. */
const expected: readonly (readonly [string, readonly Frame[]])[] = [
  ["hello", [helloFrame]],
  ["welcome", [welcomeFrame]],
  ["open", [frame(FrameType.OPEN, 1, encodeOpen(open))]],
  ["accept", [acceptFrame]],
  ["message", [data("hi", END)]],
  ["message-in-two-frames", [data("h", 0), data("i", END)]],
  ["empty-message", [data("", END)]],
  ["fin", [data("", FIN)]],
  ["last-message", [data("hi", END | FIN)]],
  ["reset", [reason(FrameType.RESET, 1, ErrorCode.CANCELLED, "gone")]],
  ["stop", [reason(FrameType.STOP, 1, ErrorCode.CANCELLED, "done")]],
  ["window", [frame(FrameType.WINDOW, 1, encodeLimit(393_216))]],
  ["ping", [frame(FrameType.PING, 0, ping)]],
  ["pong", [frame(FrameType.PING, 0, ping, PONG)]],
  ["goaway", [goAwayFrame]],
  ["whole-session-dialler", [
    helloFrame,
    frame(
      FrameType.OPEN,
      1,
      encodeOpen({ creditLimit: 262_144, id: "a", metadata: EMPTY }),
    ),
    data("hi", END),
    data("", FIN),
    goAwayFrame,
  ]],
  ["whole-session-listener", [
    welcomeFrame,
    acceptFrame,
    data("hi", END),
    data("", FIN),
  ]],
];

Deno.test("the document has the examples that are checked here, and no others", () => {
  assertEquals(
    [...examples().keys()],
    ["preface", ...expected.map(([name]) => name)],
  );
});

Deno.test("the example preface is the preface", () => {
  assertEquals(examples().get("preface"), PREFACE);
});

for (const [name, frames] of expected) {
  const withPreface = name.startsWith("whole-session");

  Deno.test(`the example ${name} is what the encoder writes`, () => {
    const out = new SendBuffer();
    if (withPreface) out.raw(PREFACE);
    for (const { type, flags, stream, payload } of frames) {
      out.frame(type, flags, stream, payload);
    }
    assertEquals(out.next().toHex(), examples().get(name)?.toHex());
  });

  Deno.test(`the example ${name} is what the reader reads`, () => {
    const sink = collector();
    const example = examples().get(name) ?? EMPTY;
    const offset = withPreface ? PREFACE.length : 0;
    feed(begunReader(), example.subarray(offset), sink);
    assertEquals(sink.frames, [...frames]);
  });
}

Deno.test("the payloads of the examples decode to what the document says of them", () => {
  const payload = (name: string): Uint8Array =>
    examples().get(name)?.subarray(protocol.HEADER_BYTES) ?? EMPTY;
  assertEquals(decodeHello(payload("hello")), hello);
  assertEquals(decodeHello(payload("welcome")), hello);
  assertEquals(decodeOpen(payload("open")), open);
  assertEquals(decodeLimit(payload("accept")), 262_144);
  assertEquals(decodeLimit(payload("window")), 393_216);
  assertEquals(decodeReason(payload("reset")), { code: 6, text: "gone" });
  assertEquals(decodeReason(payload("stop")), { code: 6, text: "done" });
  assertEquals(decodeReason(payload("goaway")), { code: 0, text: "closed" });
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

Deno.test("the document lists every error code with its number", () => {
  const listed = rows("## Errors")
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(ErrorCode));
});

Deno.test("the document lists every limit with its value", () => {
  const listed = new Map<string, number>();
  for (const line of section("## Limits")) {
    const [, , value = "", name = ""] = line.split("|");
    const constant = /`(.*)`/.exec(name)?.[1];
    if (constant === undefined) continue;
    listed.set(constant, Number(value.replace(",", "")));
  }
  for (const [name, value] of Object.entries(protocol)) {
    if (typeof value !== "number" || name === "PONG") continue;
    assertEquals(listed.get(name), value, name);
    listed.delete(name);
  }
  assertEquals([...listed.keys()], []);
});
