/**
 * Holds `docs/terminal_protocol.md` to the code: its numbers and its examples.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  decodeClientFrame,
  encodeClientFrame,
} from "../../../src/terminal/attach/client_frame.ts";
import * as protocol from "../../../src/terminal/attach/protocol.ts";
import {
  type ClientFrame,
  ErrorCode,
  FrameType,
  type ServerFrame,
  SUBPROTOCOL,
} from "../../../src/terminal/attach/protocol.ts";
import {
  decodeServerFrame,
  encodeServerFrame,
} from "../../../src/terminal/attach/server_frame.ts";
import { utf8 } from "../../support/bytes.ts";

const text = await Deno.readTextFile(
  new URL("../../../docs/terminal_protocol.md", import.meta.url),
);

/** The bytes of each example, by its name. */
const examples = new Map<string, Uint8Array>();
for (
  const [, name = "", body = ""] of text.matchAll(
    /^```hex (.*)\n([^`]*)^```$/gm,
  )
) {
  assert(!examples.has(name), `two examples are called ${name}`);
  const digits = body.replace(/#.*$/gm, "").replace(/\s/g, "");
  examples.set(name, Uint8Array.fromHex(digits));
}

/** Cells of the rows of tables under a heading, without the headings. */
function rows(heading: string): string[][] {
  const [, after = ""] = text.split(`\n${heading}\n`);
  const [section = ""] = after.split(/^#/m);
  return section.split("\n")
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

const fromViewer: Record<string, ClientFrame> = {
  input: { type: "input", sequence: 1, bytes: utf8("ls") },
  "input_second": { type: "input", sequence: 2, bytes: utf8("\r") },
  resize: { type: "resize", columns: 120, rows: 40 },
  ack: { type: "ack", offset: 65_536 },
  signal: { type: "signal", signal: "SIGINT" },
  ping: { type: "ping", id: 7 },
  detach: { type: "detach" },
  interrupt: { type: "interrupt", key: 3 },
  "use_size": { type: "use_size" },
  visibility: { type: "visibility", hidden: true },
};
const fromServer: Record<string, ServerFrame> = {
  output: { type: "output", offset: 4096, bytes: utf8("hi") },
  snapshot: { type: "snapshot", offset: 4096, bytes: utf8("\x1b[H") },
  gap: { type: "gap", from: 4096, to: 266_240 },
  hello: { type: "hello", serverId: "a1b2" },
  size: { type: "size", columns: 80, rows: 24, owner: undefined },
  "size_owned": {
    type: "size",
    columns: 43,
    rows: 29,
    owner: { clientId: "c7", name: "Phone" },
  },
  exit: { type: "exit", exit: { code: 1 } },
  "exit_signal": { type: "exit", exit: { signal: "SIGKILL" } },
  pong: { type: "pong", id: 7 },
  "input_ack": { type: "input_ack", sequence: 2 },
  "input_dropped": { type: "input_dropped", sequence: 9, bytes: 80_000 },
  role: { type: "role", role: "control", repliesFrom: 4096 },
  error: { type: "error", code: ErrorCode.NOT_FOUND, text: "gone" },
};

for (const [name, frame] of Object.entries(fromViewer)) {
  Deno.test(`the example ${name} is a frame of a viewer`, () => {
    const example = examples.get(name) ?? new Uint8Array(0);
    assertEquals(encodeClientFrame(frame).toHex(), example.toHex());
    assertEquals(decodeClientFrame(example), frame);
  });
}

for (const [name, frame] of Object.entries(fromServer)) {
  Deno.test(`the example ${name} is a frame of the server of a terminal`, () => {
    const example = examples.get(name) ?? new Uint8Array(0);
    assertEquals(encodeServerFrame(frame).toHex(), example.toHex());
    assertEquals(decodeServerFrame(example), frame);
  });
}

Deno.test("every example of the terminal's protocol is compared", () => {
  const names = [...Object.keys(fromViewer), ...Object.keys(fromServer)];
  assertEquals([...examples.keys()].toSorted(), names.toSorted());
});

Deno.test("the document lists every frame of the terminal with its number", () => {
  const listed = ["## Frames of a viewer", "## Frames of the server"]
    .flatMap(rows).map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(FrameType));
});

Deno.test("the document lists every error of the terminal with its number", () => {
  const listed = rows("## Errors")
    .map(([number, name]) => [name, Number(number)]);
  assertEquals(listed, Object.entries(ErrorCode));
});

Deno.test("the document lists every limit of the terminal with its value", () => {
  const listed = rows("## Limits").map(([value = "", name = ""]) => [
    name.replaceAll("`", ""),
    Number(value.replaceAll(",", "")),
  ]);
  const numbers = Object.entries(protocol).flatMap(([name, value]) =>
    typeof value === "number" ? [[name, value]] : []
  );
  assertEquals(listed.toSorted(), numbers.toSorted());
  assert(text.includes(`\`${SUBPROTOCOL}\``));
});
