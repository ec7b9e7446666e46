import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  AsciicastError,
  type AsciicastEvent,
  type AsciicastHeader,
  AsciicastLimitError,
} from "../../../src/terminal/recording/asciicast.ts";
import { readAsciicast } from "../../../src/terminal/recording/asciicast_reader.ts";
import { encodeAsciicast } from "../../../src/terminal/recording/asciicast_writer.ts";
import { AsciicastRecorder } from "../../../src/terminal/recording/recorder.ts";
import { findProgram } from "../../support/programs.ts";
import { utf8 } from "../../support/bytes.ts";
import { onPty, Ptys } from "../../pty/ptys.ts";
import { recordSession } from "../../../src/terminal/recording/record_session.ts";
import { eventsOf, HEADER, Sink, streamOf } from "./casts.ts";

const PALETTE = ["#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa"]
  .concat("#aa00aa", "#00aaaa", "#AAAAAA");
const THEME = { fg: "#eeeeee", bg: "#101010", palette: PALETTE };
const WRITTEN_THEME = { ...THEME, palette: PALETTE.join(":") };

Deno.test("readAsciicast() reads version 2, whose times count from the start", async () => {
  const header = {
    version: 2,
    width: 100,
    height: 50,
    timestamp: 1_504_467_315,
    duration: 3.5,
    idle_time_limit: 2,
    title: null,
    command: "bash",
    env: { TERM: "screen", SHELL: null },
    theme: WRITTEN_THEME,
  };
  const text = `${JSON.stringify(header)}
# comment
[0.25, "o", "a"]
[1, "z", "of another player"]
[1.5, "m", "here"]
[1.5, "r", "80x24"]
[3.000001, "i", "q"]
`;
  await using cast = await readAsciicast(streamOf(text));
  assertEquals(cast.version, 2);
  assertEquals(cast.header, {
    term: { cols: 100, rows: 50, type: "screen", theme: THEME },
    timestamp: 1_504_467_315,
    idleTimeLimitSeconds: 2,
    command: "bash",
    env: { TERM: "screen" },
  });
  assertEquals(await Array.fromAsync(cast.events), [
    { type: "output", atMs: 250, text: "a" },
    { type: "marker", atMs: 1500, text: "here" },
    { type: "resize", atMs: 1500, cols: 80, rows: 24 },
    { type: "input", atMs: 3000.001, text: "q" },
  ]);
});

Deno.test("a time of version 2 that goes back is that of the event before", async () => {
  const events = await eventsOf(
    '{"version": 2, "width": 80, "height": 24}\n[2, "o", "a"]\n[1, "o", "b"]\n',
  );
  assertEquals(events.map(({ atMs }) => atMs), [2000, 2000]);
});

const DOCUMENT = {
  version: 1,
  width: 80,
  height: 24,
  duration: 1.515,
  command: "/bin/zsh",
  title: "",
  env: { TERM: "xterm-256color", SHELL: "/bin/zsh" },
  stdout: [[0.25, "h\u00e9"], [1, "llo"], [0.265, "\r\n"]],
};

for (
  const [how, text] of [
    ["in one line", JSON.stringify(DOCUMENT)],
    ["in many lines", `${JSON.stringify(DOCUMENT, null, 2)}\n`],
  ] as const
) {
  Deno.test(`readAsciicast() reads version 1 ${how}, in any chunks`, async () => {
    for (const chunkBytes of [1, 7, 10_000]) {
      await using cast = await readAsciicast(streamOf(text, chunkBytes));
      assertEquals(cast.version, 1);
      assertEquals(cast.header, {
        term: { cols: 80, rows: 24, type: "xterm-256color" },
        command: "/bin/zsh",
        title: "",
        env: { TERM: "xterm-256color", SHELL: "/bin/zsh" },
      });
      assertEquals(await Array.fromAsync(cast.events), [
        { type: "output", atMs: 250, text: "h\u00e9" },
        { type: "output", atMs: 1250, text: "llo" },
        { type: "output", atMs: 1515, text: "\r\n" },
      ]);
    }
  });

  Deno.test(`a recording of version 1 ${how} may be longer than a line, and has a limit of its own`, async () => {
    const { length } = new TextEncoder().encode(text);
    const options = { maxLineBytes: 60, maxDocumentBytes: length };
    assertEquals((await eventsOf(text, options)).length, 3);
    await assertRejects(
      () => eventsOf(text, { ...options, maxDocumentBytes: length - 2 }),
      AsciicastLimitError,
    );
  });
}

for (
  const [what, stdout] of [
    ["no list", {}],
    ["an event that is none", [[0.5, "a"], "b"]],
    ["a text that is a number", [[0.5, 1]]],
    ["a time that goes back", [[-0.5, "a"]]],
  ] as const
) {
  Deno.test(`a recording of version 1 with ${what} is refused`, async () => {
    const text = JSON.stringify({ ...DOCUMENT, stdout });
    await assertRejects(() => eventsOf(text), AsciicastError);
  });
}

Deno.test("colours that are not whole are ignored, and nothing else with them", async () => {
  for (
    const theme of [
      null,
      {},
      { ...WRITTEN_THEME, fg: "red" },
      { ...WRITTEN_THEME, bg: undefined },
      { ...WRITTEN_THEME, palette: "#000000:#ffffff" },
      { ...WRITTEN_THEME, palette: PALETTE },
    ]
  ) {
    const term = { cols: 80, rows: 24, type: "xterm", theme };
    const text = JSON.stringify({ version: 3, term });
    await using cast = await readAsciicast(streamOf(text));
    assertEquals(cast.header.term, { cols: 80, rows: 24, type: "xterm" });
  }
});

const RICH: AsciicastHeader = {
  term: {
    cols: 80,
    rows: 24,
    type: "xterm-256color",
    version: "ghostty 1.2",
    theme: THEME,
  },
  timestamp: 1_504_467_315,
  idleTimeLimitSeconds: 1.5,
  command: "zsh",
  title: "Demo",
  env: { SHELL: "/bin/zsh" },
  tags: ["demo", "night"],
};

const at = { atMs: fc.nat(1e8).map((micros) => micros / 1000) };
const event: fc.Arbitrary<AsciicastEvent> = fc.oneof(
  fc.record({
    type: fc.constantFrom("output", "input", "marker"),
    text: fc.string({ unit: "grapheme" }),
    ...at,
  }),
  fc.record({
    type: fc.constant("resize" as const),
    cols: fc.integer({ min: 1, max: 500 }),
    rows: fc.integer({ min: 1, max: 500 }),
    ...at,
  }),
);

for (const version of [2, 3] as const) {
  Deno.test(`a recording written in version ${version} has the same events, markers and colours`, async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(event, { maxLength: 30 }),
      async (unordered) => {
        const events = unordered.toSorted((a, b) => a.atMs - b.atMs);
        const source = { header: RICH, events: ReadableStream.from(events) };
        await using cast = await readAsciicast(
          encodeAsciicast(source, { version }),
        );
        assertEquals(cast.version, version);
        const { tags: _, ...older } = RICH;
        const { version: _version, ...term } = RICH.term;
        const env = { TERM: "xterm-256color", ...RICH.env };
        const expected = version === 3 ? RICH : { ...older, term, env };
        assertEquals(cast.header, expected);
        assertEquals(await Array.fromAsync(cast.events), events);
      },
    ));
  });
}

Deno.test("a recording that breaks off while it is written in another version is an error of the stream", async () => {
  await using cast = await readAsciicast(streamOf(`${HEADER}[1, "o"]\n`));
  const written = encodeAsciicast(cast, { version: 2 });
  await assertRejects(() => new Response(written).text(), AsciicastError);
});

Deno.test("a version that is not written is refused", () => {
  const cast = { header: RICH, events: ReadableStream.from([]) };
  const size = { columns: 80, rows: 24 };
  for (const version of [1, 4, "2", null]) {
    // What the types forbid, as a program without them.
    const options = JSON.parse(JSON.stringify({ version, size }));
    const message = "it must be 2 or 3";
    assertThrows(
      () => encodeAsciicast(cast, { version: options.version }),
      TypeError,
      message,
    );
    assertThrows(
      () => new AsciicastRecorder(new Sink().writable, options),
      TypeError,
      message,
    );
  }
});

Deno.test(
  "asciinema 2 prints what a recording in version 2 has",
  { ...onPty, ignore: findProgram("asciinema") === undefined },
  async () => {
    const home = await Deno.makeTempDir();
    const path = `${home}/two.cast`;
    const file = await Deno.open(path, { createNew: true, write: true });
    const recorder = new AsciicastRecorder(file.writable, {
      size: { columns: 80, rows: 24 },
      version: 2,
    });
    recorder.record({ type: "output", bytes: utf8("first\nsecond \u2713\n") });
    recorder.record({ type: "marker", label: "here" });
    recorder.record({ type: "size", size: { columns: 100, rows: 30 } });
    recorder.record({ type: "exit", exit: { code: 0, signal: undefined } });
    await recorder.closed;
    // It needs a terminal, even to print a recording.
    await using ptys = new Ptys();
    const session = await ptys.sh(
      `HOME=${home} LC_ALL=C.UTF-8 asciinema cat ${path}`,
    );
    const sink = new Sink();
    await using printed = await recordSession(session, sink.writable);
    await printed.closed;
    const events = await eventsOf(await sink.text());
    const text = events.map((event) => "text" in event ? event.text : "");
    const exit = events.at(-1);
    assertEquals(
      [
        text.join("").replaceAll("\r", ""),
        exit?.type === "exit" && exit.status,
      ],
      ["first\nsecond \u2713\n", 0],
    );
    await Deno.remove(home, { recursive: true });
  },
);
