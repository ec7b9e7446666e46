import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  AsciicastError,
  type AsciicastEvent,
  AsciicastLimitError,
} from "../../../src/terminal/recording/asciicast.ts";
import { AsciicastEncoder } from "../../../src/terminal/recording/asciicast_encoder.ts";
import { encodeHeader } from "../../../src/terminal/recording/asciicast_header.ts";
import { readAsciicast } from "../../../src/terminal/recording/asciicast_reader.ts";
import { eventsOf, HEADER, streamOf } from "./casts.ts";

/** The example of the specification, and a kind of event that is unknown. */
const EXAMPLE = `\
{"version": 3, "term": {"cols": 80, "rows": 24, "type": "xterm-256color"}, "timestamp": 1504467315, "title": "Demo", "env": {"SHELL": "/bin/zsh"}}
# event stream follows the header
[0.248, "o", "\\u001b[1;31mHello\\n"]
[1.001, "i", "q"]
[3.500, "m", ""]

[1, "z", "of a later version"]
[2.050, "r", "90x30"]
[0.887, "x", "0"]
`;

Deno.test("readAsciicast() reads the header and every kind of event", async () => {
  await using cast = await readAsciicast(streamOf(EXAMPLE));
  assertEquals(cast.header, {
    term: { cols: 80, rows: 24, type: "xterm-256color" },
    timestamp: 1504467315,
    title: "Demo",
    env: { SHELL: "/bin/zsh" },
  });
  assertEquals(await Array.fromAsync(cast.events), [
    { type: "output", atMs: 248, text: "\x1b[1;31mHello\n" },
    { type: "input", atMs: 1249, text: "q" },
    { type: "marker", atMs: 4749, text: "" },
    { type: "resize", atMs: 7799, cols: 90, rows: 30 },
    { type: "exit", atMs: 8686, status: 0 },
  ]);
});

Deno.test("the header is written as the specification names its fields", () => {
  assertEquals(
    encodeHeader({
      term: { cols: 80, rows: 24 },
      idleTimeLimitSeconds: 2,
      command: "bash",
    }, 3),
    '{"version":3,"term":{"cols":80,"rows":24},"idle_time_limit":2,"command":"bash"}\n',
  );
});

Deno.test("an interval is written in seconds, without an exponent", () => {
  const encoder = new AsciicastEncoder(3);
  const at = (atMs: number) =>
    encoder.encode({ type: "marker", atMs, text: "" });
  assertEquals(at(0.001), '[0.000001, "m", ""]\n');
  assertEquals(at(1500.001), '[1.500000, "m", ""]\n');
  assertEquals(at(1000), '[0.000000, "m", ""]\n');
});

const at = { atMs: fc.double({ min: 0, max: 1e8, noNaN: true }) };
const cells = fc.integer({ min: 1, max: 65_535 });
const event: fc.Arbitrary<AsciicastEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom("output", "input", "marker"),
    text: fc.string({ unit: "binary" }),
    ...at,
  }),
  fc.record({
    type: fc.constant("resize" as const),
    cols: cells,
    rows: cells,
    ...at,
  }),
  fc.record({
    type: fc.constant("exit" as const),
    status: fc.integer({ min: -1, max: 255 }),
    ...at,
  }),
);

Deno.test("events that are written are read again, in any chunks, within a microsecond", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(event, { maxLength: 50 }),
    fc.integer({ min: 1, max: 100 }),
    async (events, chunkBytes) => {
      const written = events.toSorted((a, b) => a.atMs - b.atMs);
      const encoder = new AsciicastEncoder(3);
      const lines = written.map((event) => encoder.encode(event));
      const read = await eventsOf(HEADER + lines.join(""), { chunkBytes });
      const rounded = written.map((event) => ({
        ...event,
        atMs: Math.round(event.atMs * 1000) / 1000,
      }));
      assertEquals(read, rounded);
    },
  ));
});

const WRONG_LINES = {
  "no JSON": "[1, ",
  "no array": '{"time": 1}',
  "two values": '[1, "o"]',
  "no number": '["1", "o", ""]',
  "a time that goes back": '[-1, "o", ""]',
  "a time without an end": '[1e999, "o", ""]',
  "a code that is no text": '[1, 1, ""]',
  "data that is no text": '[1, "o", 1]',
  "a size that is none": '[1, "r", "80"]',
  "a size of nothing": '[1, "r", "0x24"]',
  "a status that is none": '[1, "x", "SIGHUP"]',
  "no UTF-8": Uint8Array.of(0x5b, 0xff),
  "half a character": Uint8Array.of(0x23, 0xc3),
};

for (const [what, line] of Object.entries(WRONG_LINES)) {
  Deno.test(`a line with ${what} is refused, with its number`, async () => {
    const head = `${HEADER}# comment\n[0, "o", "before"]\n`;
    const text = new Uint8Array(
      await new Blob([head, line, "\n"]).arrayBuffer(),
    );
    await using cast = await readAsciicast(streamOf(text));
    const events = cast.events[Symbol.asyncIterator]();
    assertEquals(
      (await events.next()).value,
      { type: "output", atMs: 0, text: "before" },
    );
    const error = await assertRejects(() => events.next(), AsciicastError);
    assertEquals(error.line, 4);
  });
}

for (
  const [what, text] of [
    ["nothing", ""],
    ["no JSON", "hello"],
    ["no object", "[]\n"],
    ["version 4", '{"version": 4, "term": {"cols": 80, "rows": 24}}\n'],
    ["half an object", '{"version": 3,\n"term":\n'],
    ["version 1 without output", '{"version": 1, "width": 80, "height": 24}\n'],
    ["no size", '{"version": 3}\n'],
  ] as const
) {
  Deno.test(`a recording that starts with ${what} is refused`, async () => {
    const error = await assertRejects(
      () => readAsciicast(streamOf(text)),
      AsciicastError,
    );
    assertEquals(error.line, 1);
  });
}

Deno.test("an endless line is refused when it is too long, and its source is cancelled", async () => {
  let pulls = 0;
  const cancelled = Promise.withResolvers<void>();
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(100).fill(0x61));
    },
    cancel: () => cancelled.resolve(),
  });
  await assertRejects(
    () => readAsciicast(source, { maxLineBytes: 1000 }),
    AsciicastLimitError,
  );
  await cancelled.promise;
  assert(pulls < 20, `${pulls} chunks were taken`);
});

Deno.test("a line of exactly the longest length is read", async () => {
  const line = '[0.5, "o", "four"]';
  const text = HEADER + line + "\n";
  const options = { maxLineBytes: HEADER.length - 1, chunkBytes: 7 };
  assertEquals((await eventsOf(text, options)).length, 1);
  await assertRejects(
    () => eventsOf(text, { maxLineBytes: HEADER.length - 2 }),
    AsciicastLimitError,
  );
});

Deno.test("a recording of too many lines is refused at the first line over the limit", async () => {
  const text = HEADER + '[0, "m", ""]\n'.repeat(10);
  assertEquals((await eventsOf(text, { maxLines: 11 })).length, 10);
  const error = await assertRejects(
    () => eventsOf(text, { maxLines: 10 }),
    AsciicastLimitError,
  );
  assertEquals(error.line, 11);
});

Deno.test("leaving the events early cancels the source", async () => {
  const cancelled = Promise.withResolvers<void>();
  const source = new ReadableStream<Uint8Array>({
    start: (controller) =>
      controller.enqueue(
        new TextEncoder().encode(HEADER + '[0, "m", "one"]\n[0, "m", "two"]\n'),
      ),
    cancel: () => cancelled.resolve(),
  });
  const { events } = await readAsciicast(source);
  for await (const _ of events) break;
  await cancelled.promise;
});
