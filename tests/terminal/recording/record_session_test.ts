import { assert, assertEquals, assertRejects } from "@std/assert";
import { ActorStoppedError } from "../../../src/actor/errors.ts";
import type { AsciicastEvent } from "../../../src/terminal/recording/asciicast.ts";
import { readAsciicast } from "../../../src/terminal/recording/asciicast_reader.ts";
import { replayAsciicast } from "../../../src/terminal/recording/asciicast_replay.ts";
import { recordSession } from "../../../src/terminal/recording/record_session.ts";
import { RecordingError } from "../../../src/terminal/recording/recorder.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { utf8 } from "../../support/bytes.ts";
import { bounded } from "../../support/net.ts";
import { memorySession, onPty, Ptys } from "../../pty/ptys.ts";
import { Screen } from "../../pty/screen.ts";
import { eventsOf, Sink, streamOf } from "./casts.ts";

/** What events of a type have as their text. */
function textsOf(
  events: readonly AsciicastEvent[],
  type: "output" | "marker",
): string[] {
  return events.flatMap((event) => event.type === type ? [event.text] : []);
}

const outputOf = (events: readonly AsciicastEvent[]): string =>
  textsOf(events, "output").join("");
const markersOf = (events: readonly AsciicastEvent[]): string[] =>
  textsOf(events, "marker");

Deno.test(
  "a recording holds everything that a program writes, and its exit",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("printf 'é€😀\\n'; seq 1 300000; exit 3");
    const sink = new Sink();
    const options = { maxWaitingBytes: Infinity };
    await using recording = await recordSession(
      session,
      sink.writable,
      options,
    );
    await recording.closed;
    const events = await eventsOf(await sink.text());
    const lines = Array.from({ length: 300_000 }, (_, i) => `${i + 1}\r\n`);
    // No diff of millions of characters.
    assert(outputOf(events) === `é€😀\r\n${lines.join("")}`);
    const last = events.at(-1);
    assertEquals(last?.type === "exit" && last.status, 3);
    assertEquals(markersOf(events), []);
  },
);

Deno.test(
  "a replay yields the output that the program wrote",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("stty -onlcr; seq 1 1000");
    const sink = new Sink();
    await using recording = await recordSession(session, sink.writable);
    await recording.closed;
    await using cast = await readAsciicast(streamOf(await sink.text()));
    const played = await Array.fromAsync(
      replayAsciicast(cast, { speed: Infinity }),
    );
    const lines = Array.from({ length: 1000 }, (_, i) => `${i + 1}\n`);
    assertEquals(outputOf(played), lines.join(""));
  },
);

Deno.test(
  "a recording starts with the first byte of the session, or a marker for what is no longer kept",
  onPty,
  async () => {
    await using ptys = new Ptys({ windowBytes: 1000, keptBytes: 132_072 });
    const session = await ptys.rawCat();
    const whole = new Sink();
    await using first = await recordSession(session, whole.writable);
    await using screen = await Screen.of(session);
    await session.write(utf8("x".repeat(140_000) + "."));
    await screen.shows(".");
    const rest = new Sink();
    await using second = await recordSession(session, rest.writable);
    await session.close();
    await Promise.all([first.closed, second.closed]);
    const all = outputOf(await eventsOf(await whole.text()));
    assertEquals(all, `ready${"x".repeat(140_000)}.`);
    const events = await eventsOf(await rest.text());
    const missing = all.length - outputOf(events).length;
    assert(missing >= all.length - 132_072);
    assertEquals(markersOf(events), [`${missing} bytes of output are missing`]);
    assertEquals(events[0]?.type, "marker");
  },
);

Deno.test(
  "a sink that takes nothing delays no program, and leaves a marker",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.sh("read go; seq 1 100000; echo done");
    const sink = new Sink({ isOpen: false });
    const options = { maxWaitingBytes: 10_000 };
    await using recording = await recordSession(
      session,
      sink.writable,
      options,
    );
    await using screen = await Screen.of(session);
    await session.write(utf8("\r"));
    await screen.exit();
    assert(screen.text.endsWith("100000\r\ndone\r\n"));
    sink.open();
    await recording.closed;
    const events = await eventsOf(await sink.text());
    const { bytes } = recording.drops;
    assert(bytes > 0);
    assertEquals(markersOf(events), [
      `${bytes} bytes were not recorded: the sink was too slow`,
    ]);
    assertEquals(outputOf(events).length + bytes, screen.length);
    assertEquals(events.at(-1)?.type, "exit");
  },
);

Deno.test("a sink that fails ends only the recording", onPty, async () => {
  await using ptys = new Ptys();
  const session = await ptys.rawCat();
  const sink = new Sink({ isOpen: false });
  const recording = await recordSession(session, sink.writable);
  sink.fail(new Error("No space left"));
  const error = await assertRejects(() => recording.closed, RecordingError);
  assert(error.cause instanceof Error);
  assertEquals(error.cause.message, "No space left");
  assertEquals((await session.inspect()).viewers, 0);
  await using screen = await Screen.of(session);
  await session.write(utf8("still here"));
  await screen.shows("still here");
});

Deno.test(
  "a recording that is closed is whole, and the session continues",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    const sink = new Sink();
    await using screen = await Screen.of(session);
    {
      await using recording = await recordSession(session, sink.writable);
      recording.record({ type: "marker", label: "here" });
      await session.write(utf8("before"));
      await screen.shows("before");
      const { controllers, viewers } = await session.inspect();
      assertEquals([controllers, viewers], [1, 1]);
    }
    assertEquals((await session.inspect()).viewers, 0);
    await session.write(utf8("after"));
    await screen.shows("after");
    const events = await eventsOf(await sink.text());
    assertEquals(outputOf(events), "readybefore");
    assertEquals(markersOf(events), ["here"]);
  },
);

Deno.test(
  "a session that only a recording watches ends after graceMs",
  bounded,
  async () => {
    const clock = new ManualClock();
    const limits = { graceMs: 5000 };
    const { system, session, pty } = memorySession(clock, limits);
    await system.idle();
    const sink = new Sink();
    await using recording = await recordSession(session, sink.writable);
    clock.advance(4000);
    const screen = await Screen.of(session);
    clock.advance(4000);
    screen.attachment.detach();
    await system.idle();
    clock.advance(4999);
    await system.idle();
    assertEquals((await session.inspect()).exit, undefined);
    clock.advance(1);
    await system.idle();
    pty.say("bye");
    pty.end();
    pty.endOutput();
    await session.ended;
    await recording.closed;
    const events = await eventsOf(await sink.text());
    assertEquals(outputOf(events), "bye");
    assertEquals(events.at(-1)?.type, "exit");
    await system.shutdown();
  },
);

Deno.test(
  "a recording of a session that is killed is whole, without an exit",
  bounded,
  async () => {
    const { system, ref, session, pty } = memorySession(new ManualClock());
    await system.idle();
    const sink = new Sink();
    await using recording = await recordSession(session, sink.writable);
    await system.idle();
    pty.say("said");
    await system.idle();
    ref.kill();
    pty.end();
    pty.endOutput();
    await recording.closed;
    const events = await eventsOf(await sink.text());
    assertEquals(outputOf(events), "said");
    assertEquals(events.length, 1);
    await system.shutdown();
  },
);

Deno.test(
  "a recording holds the sizes of the terminal, and the input that is passed to it",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    // What was written before has the size at which it was written.
    await session.resize({ columns: 100, rows: 40 });
    const sink = new Sink();
    await using recording = await recordSession(session, sink.writable, {
      input: true,
    });
    await using late = await Screen.of(session);
    await late.shows("ready");
    await session.resize({ columns: 90, rows: 30 });
    recording.record({ type: "input", bytes: utf8("typed") });
    await session.close();
    await recording.closed;
    const [header] = (await sink.text()).split("\n");
    const { term: { cols, rows } } = JSON.parse(header ?? "");
    assertEquals([cols, rows], [80, 24]);
    const events = (await eventsOf(await sink.text()))
      .filter(({ type }) => type === "resize" || type === "input");
    assertEquals(events.map(({ atMs: _, ...event }) => event), [
      { type: "resize", cols: 100, rows: 40 },
      { type: "resize", cols: 90, rows: 30 },
      { type: "input", text: "typed" },
    ]);
  },
);

Deno.test(
  "a recording that its signal aborts is not finished, and the session continues",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    const controller = new AbortController();
    const { signal } = controller;
    const sink = new Sink();
    const recording = await recordSession(session, sink.writable, { signal });
    await using screen = await Screen.of(session);
    await screen.shows("ready");
    controller.abort();
    await assertRejects(() => recording.closed, RecordingError);
    const { viewers, exit } = await session.inspect();
    assertEquals([viewers, exit], [0, undefined]);
  },
);

Deno.test(
  "a recording that cannot start aborts its sink, and leaves no viewer",
  onPty,
  async () => {
    await using ptys = new Ptys();
    const session = await ptys.rawCat();
    const reasons: unknown[] = [];
    const sink = () =>
      new WritableStream({ abort: (reason) => void reasons.push(reason) });
    const options = { maxWaitingBytes: 0 };
    const refused = await assertRejects(
      () => recordSession(session, sink(), options),
      RangeError,
    );
    assertEquals((await session.inspect()).viewers, 0);
    await session.close();
    const gone = await assertRejects(
      () => recordSession(session, sink()),
      ActorStoppedError,
    );
    assertEquals(reasons, [refused, gone]);
  },
);
