import { setImmediate } from "node:timers/promises";
import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  AsciicastRecorder,
  RecordingError,
} from "../../../src/terminal/recording/recorder.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { bounded } from "../../support/net.ts";
import { eventsOf, Sink } from "./casts.ts";

const size = { columns: 80, rows: 24 };
const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("a recording holds output, sizes and the exit at their times", async () => {
  const clock = new ManualClock();
  const sink = new Sink();
  const recorder = new AsciicastRecorder(sink.writable, { size, clock });
  clock.advance(248);
  recorder.record({ type: "output", bytes: encode("Hello") });
  clock.advance(2);
  recorder.record({ type: "size", size: { columns: 90, rows: 30 } });
  recorder.record({ type: "gap", from: 5, to: 12 });
  clock.advance(1000);
  recorder.record({
    type: "exit",
    exit: { code: undefined, signal: "SIGTERM" },
  });
  await recorder.closed;
  assertEquals(await eventsOf(await sink.text()), [
    { type: "output", atMs: 248, text: "Hello" },
    { type: "resize", atMs: 250, cols: 90, rows: 30 },
    { type: "marker", atMs: 250, text: "7 bytes of output are missing" },
    { type: "exit", atMs: 1250, status: 143 },
  ]);
});

Deno.test("characters that arrive in parts are joined, wherever they are cut", async () => {
  await fc.assert(fc.asyncProperty(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.nat({ max: 9 }), { maxLength: 100 }),
    async (text, cuts) => {
      const sink = new Sink();
      const recorder = new AsciicastRecorder(sink.writable, { size });
      let rest = encode(text);
      for (const cut of cuts) {
        recorder.record({ type: "output", bytes: rest.subarray(0, cut) });
        rest = rest.subarray(cut);
      }
      recorder.record({ type: "output", bytes: rest });
      await recorder.close();
      assertEquals(await outputOf(sink), text);
    },
  ));
});

Deno.test("bytes that are not UTF-8 become U+FFFD, even at the end", async () => {
  const sink = new Sink();
  const recorder = new AsciicastRecorder(sink.writable, { size });
  recorder.record({ type: "output", bytes: Uint8Array.of(0x61, 0xff, 0x62) });
  recorder.record({ type: "output", bytes: Uint8Array.of(0xe2, 0x82) });
  await recorder.close();
  assertEquals(await outputOf(sink), "a\ufffdb\ufffd");
});

Deno.test("a large output makes lines within the limit of the reader", async () => {
  const sink = new Sink();
  const recorder = new AsciicastRecorder(sink.writable, { size });
  recorder.record({ type: "output", bytes: new Uint8Array(300_000) });
  await recorder.close();
  assertEquals(await outputOf(sink), "\0".repeat(300_000));
});

Deno.test("input is recorded only if the option is set", async () => {
  for (const input of [undefined, true]) {
    const sink = new Sink();
    const options = { size, ...(input === undefined ? {} : { input }) };
    const recorder = new AsciicastRecorder(sink.writable, options);
    recorder.record({ type: "input", bytes: encode("secret") });
    await recorder.close();
    assertEquals((await sink.text()).includes("secret"), input === true);
  }
});

Deno.test("the header has only SHELL of the environment, or the variables that are named", async () => {
  const env = { SHELL: "/bin/sh", TOKEN: "secret", LANG: "C" };
  const headers = [];
  for (const more of [{}, { envNames: ["LANG"] }]) {
    const sink = new Sink();
    const options = { size, env, ...more };
    await using recorder = new AsciicastRecorder(sink.writable, options);
    await recorder.close();
    headers.push(JSON.parse(await sink.text()));
  }
  assertEquals(headers.map(({ env }) => env), [
    { SHELL: "/bin/sh" },
    { LANG: "C" },
  ]);
});

Deno.test("output that a slow sink cannot take is omitted, counted and marked", async () => {
  const sink = new Sink({ isOpen: false });
  const options = { size, maxWaitingBytes: 1000 };
  const recorder = new AsciicastRecorder(sink.writable, options);
  for (let i = 0; i < 100; i++) {
    recorder.record({ type: "output", bytes: encode("x".repeat(100)) });
  }
  recorder.record({ type: "size", size: { columns: 90, rows: 30 } });
  recorder.record({ type: "size", size: { columns: 91, rows: 31 } });
  const { bytes, events } = recorder.drops;
  assert(events > 80);
  sink.open();
  await recorder.close();
  const [last, marker] = (await eventsOf(await sink.text())).toReversed();
  assertEquals(
    last?.type === "resize" ? [last.cols, last.rows] : last,
    [91, 31],
  );
  assertEquals(
    marker?.type === "marker" ? marker.text : marker,
    `${bytes} bytes were not recorded: the sink was too slow`,
  );
  assertEquals((await outputOf(sink)).length + bytes, 10_000);
});

Deno.test(
  "a recording continues after a gap, and joins no character across it",
  bounded,
  async () => {
    const sink = new Sink({ isOpen: false });
    const options = { size, maxWaitingBytes: 200 };
    const recorder = new AsciicastRecorder(sink.writable, options);
    const [first, ...others] = encode("€");
    const before = encode("x".repeat(200) + "?");
    before.set([first ?? 0], 200);
    recorder.record({ type: "output", bytes: before });
    recorder.record({ type: "output", bytes: Uint8Array.from(others) });
    sink.open();
    while (!(await sink.text()).includes("\ufffd")) await setImmediate();
    await setImmediate();
    recorder.record({ type: "output", bytes: encode("after") });
    await recorder.close();
    const events = await eventsOf(await sink.text());
    assertEquals(
      events.map((event) => "text" in event ? event.text : event.type),
      [
        "x".repeat(200),
        "\ufffd",
        "2 bytes were not recorded: the sink was too slow",
        "after",
      ],
    );
  },
);

Deno.test("a sink that fails ends the recording with a RecordingError", async () => {
  const sink = new Sink({ isOpen: false });
  const recorder = new AsciicastRecorder(sink.writable, { size });
  sink.fail(new Error("No space left"));
  const error = await assertRejects(() => recorder.closed, RecordingError);
  assert(error.cause instanceof Error);
  assertEquals(error.cause.message, "No space left");
  recorder.record({ type: "output", bytes: encode("more") });
  await assertRejects(() => recorder.close(), RecordingError);
});

Deno.test("a recording that is aborted is not finished", async () => {
  for (const isEarly of [true, false]) {
    const controller = new AbortController();
    const sink = new Sink({ isOpen: false });
    const { signal } = controller;
    if (isEarly) controller.abort();
    const recorder = new AsciicastRecorder(sink.writable, { size, signal });
    const closing = assertRejects(() => recorder.close(), RecordingError);
    controller.abort();
    sink.open();
    await closing;
  }
});

async function outputOf(sink: Sink): Promise<string> {
  return (await eventsOf(await sink.text()))
    .map((event) => event.type === "output" ? event.text : "").join("");
}
