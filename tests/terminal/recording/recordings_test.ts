import { assert, assertEquals, assertRejects } from "@std/assert";
import { PtyExecError } from "../../../src/pty/errors.ts";
import { readAsciicast } from "../../../src/terminal/recording/asciicast_reader.ts";
import { RecordingError } from "../../../src/terminal/recording/recorder.ts";
import type { RecordedSession } from "../../../src/terminal/recording/recordings.ts";
import { onPty } from "../../pty/ptys.ts";
import { refusal } from "../http/responses.ts";
import { eventsOf, Sink } from "./casts.ts";
import { RAW_CAT, Served } from "../served.ts";

/** A program that writes something, and ends after a line of input. */
const HELLO = {
  name: "hello",
  command: "sh",
  args: ["-c", "echo hello; exec cat"],
} as const;

Deno.test(
  "the server records the sessions that its option selects, from their first byte to their exit",
  onPty,
  async () => {
    const sink = new Sink();
    const asked: RecordedSession[] = [];
    await using served = new Served({
      commands: [HELLO, RAW_CAT],
      record(session) {
        asked.push(session);
        return session.command === "hello" ? sink.writable : undefined;
      },
    });
    const cookie = await served.login();
    const first = await served.terminal.start();
    const second = await served.terminal.start({ command: "cat" });
    assertEquals(asked.map(({ id, command }) => ({ id, command })), [
      { id: first.id, command: "hello" },
      { id: second.id, command: "cat" },
    ]);
    const shown = await served.request("GET", `sessions/${first.id}`, {
      cookie,
    });
    const { createdAt } = await shown.json();
    assertEquals(asked[0]?.createdAt.toISOString(), createdAt);
    assertEquals(served.terminal.stats().recordings, 1);
    const viewer = served.view(first.id, cookie);
    await viewer.until("hello\r\n");
    await first.close();
    await served.terminal.close();
    const { recordings, recordingsFailed } = served.terminal.stats();
    assertEquals([recordings, recordingsFailed], [0, 0]);
    const events = await eventsOf(await sink.text());
    assertEquals(events.map((event) => "text" in event && event.text), [
      "hello\r\n",
      false,
    ]);
    assertEquals(events.at(-1)?.type, "exit");
  },
);

Deno.test(
  "closing the server resolves when the recordings are written to their files",
  onPty,
  async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using served = new Served({
        commands: [HELLO],
        async record({ id }) {
          return (await Deno.create(`${folder}/${id}`)).writable;
        },
      });
      const sessions = await Promise.all(
        Array.from({ length: 5 }, () => served.terminal.start()),
      );
      await served.terminal.close();
      for (const { id } of sessions) {
        await using cast = await readAsciicast(
          (await Deno.open(`${folder}/${id}`)).readable,
        );
        assertEquals(cast.header.title, "hello");
        const events = await Array.fromAsync(cast.events);
        assertEquals(events.at(-1)?.type, "exit");
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test(
  "closing the server waits for a slow recording",
  onPty,
  async () => {
    const sink = new Sink({ isOpen: false });
    await using served = new Served({
      commands: [HELLO],
      record: () => sink.writable,
    });
    const session = await served.terminal.start();
    const closing = served.terminal.close();
    await session.ended;
    assertEquals(served.terminal.stats().recordings, 1);
    sink.open();
    await closing;
    assertEquals(served.terminal.stats().recordings, 0);
    const events = await eventsOf(await sink.text());
    assertEquals(events.at(-1)?.type, "exit");
  },
);

Deno.test(
  "a session whose recording cannot be opened is not started",
  onPty,
  async () => {
    await using served = new Served({
      record: () => Promise.reject(new Error("No space left")),
    });
    const error = await assertRejects(
      () => served.terminal.start(),
      RecordingError,
      "No space left",
    );
    assert(error.cause instanceof Error);
    const cookie = await served.login();
    assertEquals(
      await silently(() =>
        refusal(served.request("POST", "sessions", { cookie, body: {} }))
      ),
      ["500 failed", "The terminal server failed:"],
    );
    assertEquals(served.terminal.stats().sessionsStarted, 0);
  },
);

Deno.test(
  "a session whose stream cannot record is ended",
  onPty,
  async () => {
    const { writable } = new Sink();
    writable.getWriter();
    let id: string | undefined;
    await using served = new Served({
      record(session) {
        id = session.id;
        return writable;
      },
    });
    const stopped: (string | undefined)[] = [];
    served.system.events.subscribe((event) => {
      if (event.type !== "stopped") return;
      stopped.push(event.actor.path.split("/").at(-1));
    });
    await assertRejects(() => served.terminal.start(), TypeError);
    assertEquals(stopped, [id]);
    const { sessions, recordings } = served.terminal.stats();
    assertEquals([sessions, recordings], [0, 0]);
  },
);

Deno.test(
  "the stream of a session that cannot be started is aborted",
  onPty,
  async () => {
    const aborted = Promise.withResolvers<unknown>();
    await using served = new Served({
      commands: [{ name: "none", command: "/no/such/command" }],
      record: () => new WritableStream({ abort: aborted.resolve }),
    });
    const error = await assertRejects(
      () => served.terminal.start(),
      PtyExecError,
    );
    assertEquals(await aborted.promise, error);
    assertEquals(served.terminal.stats().recordings, 0);
  },
);

Deno.test(
  "a recording that fails is counted and logged, and its session continues",
  onPty,
  async () => {
    const sink = new Sink({ isOpen: false });
    await using served = new Served({ record: () => sink.writable });
    const session = await served.terminal.start();
    const viewer = served.view(session.id, await served.login());
    await viewer.until("ready\n");
    const [, logged] = await silently(async () => {
      sink.fail(new Error("No space left"));
      while (served.terminal.stats().recordings > 0) await session.inspect();
    });
    assertEquals(logged, `The recording of session ${session.id} failed:`);
    assertEquals(served.terminal.stats().recordingsFailed, 1);
    viewer.type(1, "still here.");
    await viewer.until("still here.");
  },
);

Deno.test(
  "readAsciicast() and replayAsciicast() need no permission, and load no native add-on",
  onPty,
  async () => {
    const mod = new URL("../../../src/terminal/mod.ts", import.meta.url);
    const program = `
      import { readAsciicast, replayAsciicast } from "${mod}";
      const file = new Blob(['{"version":3,"term":{"cols":80,"rows":24}}\\n',
        '[0, "o", "played"]']);
      await using cast = await readAsciicast(file.stream());
      for await (const { text } of replayAsciicast(cast)) console.log(text);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--quiet", "-"],
      cwd: new URL("../../../", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Blob([program]).stream().pipeTo(child.stdin);
    const { stdout, stderr } = await child.output();
    const decoder = new TextDecoder();
    assertEquals([decoder.decode(stdout), decoder.decode(stderr)], [
      "played\n",
      "",
    ]);
  },
);

/** Does something, and returns the result with the first text that was logged. */
async function silently<T>(
  act: () => Promise<T>,
): Promise<[result: T, logged: unknown]> {
  const { error } = console;
  let logged: unknown;
  console.error = (text) => void (logged ??= text);
  try {
    return [await act(), logged];
  } finally {
    console.error = error;
  }
}
