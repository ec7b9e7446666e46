import { assert, assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "@std/streams";
import { utf8 } from "../support/bytes.ts";
import { onPty, Ptys } from "../pty/ptys.ts";
import { Screen } from "../pty/screen.ts";

const ROOT = new URL("../../", import.meta.url);
const TERMINAL = ["-A", "examples/terminal/main.ts"];
const REPLAY = ["--allow-read", "examples/terminal/replay.ts"];
const decoder = new TextDecoder();

function command(args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

async function run(...args: string[]) {
  const { code, stdout, stderr } = await command(args).output();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}

/** A folder that is gone after the test. */
async function tempFolder() {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** A recording of one output, and of another too much later to wait for. */
async function longRecording(folder: string): Promise<string> {
  const path = `${folder}/long.cast`;
  const lines = [
    '{"version": 3, "term": {"cols": 80, "rows": 24}}',
    '[0, "o", "\\u001b[?1049hfirst"]',
    '[1000000, "o", "last"]',
    "",
  ];
  await Deno.writeTextFile(path, lines.join("\n"));
  return path;
}

Deno.test(
  "the terminal example records to a new file, which the replay example plays",
  onPty,
  async () => {
    await using folder = await tempFolder();
    const file = `${folder.path}/shown.cast`;
    using watcher = Deno.watchFs(folder.path);
    const script = "echo shown; exec cat";
    const args = ["--port", "0", "--record", file, "--", "sh", "-c", script];
    const child = command([...TERMINAL, ...args]).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of lines) if (line.startsWith("Ctrl-C")) break;
    for await (const _ of watcher) {
      if ((await Deno.readTextFile(file)).includes("shown")) break;
    }
    child.kill("SIGINT");
    await child.stderr.cancel();
    assertEquals((await child.status).code, 0);
    assertEquals(await run(...REPLAY, "--idle-limit-ms", "0", file), {
      code: 0,
      stdout: "shown\r\n",
      stderr: "",
    });
    const again = await run(...TERMINAL, ...args);
    assertEquals(again.code, 1);
    assertMatch(
      again.stderr,
      /^terminal: .* its recording cannot be opened: File exists/,
    );
  },
);

Deno.test(
  "the terminal example runs its sessions in workers, and records each worker's",
  { ...onPty, ignore: onPty.ignore || Deno.build.os !== "linux" },
  async () => {
    await using folder = await tempFolder();
    const file = `${folder.path}/shown.cast`;
    const child = command([
      ...TERMINAL,
      ...["--port", "0", "--workers", "2", "--record", file],
      ...["--", "sh", "-c", "echo shown; exec cat"],
    ]).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    let link = "";
    for await (const line of lines) {
      if (line.startsWith("http")) link = line;
      if (line.startsWith("Ctrl-C")) break;
    }
    const [at, ticket] = link.split("#ticket=");
    const entered = await fetch(`${at}login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket }),
    });
    assertEquals(await entered.json(), { role: "control", session: "all" });
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals([code, decoder.decode(stderr)], [0, ""]);
    assertMatch(await Deno.readTextFile(`${file}.worker-0`), /shown/);
  },
);

Deno.test(
  "the replay example limits pauses, and plays at the speed that is set",
  onPty,
  async () => {
    await using folder = await tempFolder();
    const file = await longRecording(folder.path);
    for (const option of ["--idle-limit-ms=1", "--speed=1000000000"]) {
      assertEquals(await run(...REPLAY, option, file), {
        code: 0,
        stdout: "\x1b[?1049hfirstlast",
        stderr: "",
      });
    }
  },
);

Deno.test(
  "the replay example prints a recording as asciicast v2, and plays that",
  onPty,
  async () => {
    await using folder = await tempFolder();
    const file = await longRecording(folder.path);
    const { code, stdout, stderr } = await run(...REPLAY, "--to-v2", file);
    assertEquals([code, stderr], [0, ""]);
    const older = `${folder.path}/older.cast`;
    await Deno.writeTextFile(older, stdout);
    assertEquals(JSON.parse(stdout.split("\n")[0] ?? "").version, 2);
    const played = await run(...REPLAY, "--idle-limit-ms=1", older);
    assertEquals(played.stdout, "\x1b[?1049hfirstlast");
  },
);

Deno.test(
  "Ctrl-C ends the replay example, and resets the terminal",
  onPty,
  async () => {
    await using folder = await tempFolder();
    const file = await longRecording(folder.path);
    await using ptys = new Ptys();
    const session = await ptys.spawn({
      command: Deno.execPath(),
      args: ["run", "--quiet", ...REPLAY, file],
      cwd: ROOT.pathname,
    });
    await using screen = await Screen.of(session);
    await screen.shows("first");
    // What a terminal answers is swallowed, and is no Ctrl-C.
    await session.write(utf8("\x1b[?1;2c"));
    await session.write(utf8("\x03"));
    const { code } = await screen.exit();
    assertEquals(code, 130);
    assert(screen.text.endsWith("\x1b[?1049l"));
    assert(!screen.text.includes("1;2c"));
  },
);

Deno.test("the replay example reports wrong arguments, and has a help text", async () => {
  const file = new URL("README.md", ROOT).pathname;
  const problems = [
    [[], 2, "give one FILE; see --help"],
    [["a", "b"], 2, "give one FILE; see --help"],
    [["--fast", "a"], 2, "unknown option --fast; see --help"],
    [
      ["--speed", "x", "a"],
      2,
      '--speed is "x", it must be a number; see --help',
    ],
    [
      ["--speed", "0", file],
      1,
      "Cannot read the recording: line 1 is not JSON",
    ],
    [[file], 1, "Cannot read the recording: line 1 is not JSON"],
  ] as const;
  await Promise.all(problems.map(async ([args, code, problem]) => {
    assertEquals(await run(...REPLAY, ...args), {
      code,
      stdout: "",
      stderr: `replay: ${problem}\n`,
    });
  }));
  const { code, stdout } = await run(...REPLAY, "--help");
  assertEquals(code, 0);
  assertMatch(stdout, /^Usage: .*replay\.ts \[OPTIONS\] FILE$/m);
});
