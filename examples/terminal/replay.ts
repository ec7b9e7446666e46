/**
 * Plays a recording in this terminal.
 *
 * Permissions: --allow-read
 *
 * @module
 */
import "../support/permissions.ts";
import { parseArgs } from "@std/cli/parse-args";
import {
  encodeAsciicast,
  readAsciicast,
  replayAsciicast,
} from "../../src/terminal/mod.ts";

const HELP =
  `Plays a recording of a terminal (asciicast v1, v2 or v3) in this one.

Usage: deno run --allow-read examples/terminal/replay.ts [OPTIONS] FILE

  --speed N           speed relative to the recording, by default 1
  --idle-limit-ms N   longest pause, by default the limit in the recording
  --to-v2             print the recording as asciicast v2, for older players,
                      instead of playing it
  -h, --help          show this help

Exit code: 0 at the end, 1 if the recording cannot be played, 2 for wrong
arguments, 130 after Ctrl-C.`;

/**
 * Resets what a recording may have set: colors, a hidden cursor, mouse reports,
 * bracketed paste, application keys and the alternate screen.
 */
const RESET = "\x1b[!p\x1b[0m\x1b[?25h\x1b[?1000;1002;1003;1006;2004l" +
  "\x1b[?1l\x1b>\x1b[?1049l";

class UsageError extends Error {}

function readArgs(args: string[]) {
  const { _: files, help, h: _h, ...rest } = parseArgs(args, {
    boolean: ["help", "to-v2"],
    string: ["speed", "idle-limit-ms", "_"],
    alias: { help: "h" },
  });
  const { speed = "1", "idle-limit-ms": idleLimit, "to-v2": toV2, ...unknown } =
    rest;
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) throw new UsageError(`unknown option --${flag}`);
  const [file, ...others] = files;
  if (!help && (file === undefined || others.length > 0)) {
    throw new UsageError("give one FILE");
  }
  return {
    help,
    toV2,
    file: String(file),
    options: {
      speed: readNumber("speed", speed),
      ...(idleLimit === undefined
        ? {}
        : { idleLimitMs: readNumber("idle-limit-ms", idleLimit) }),
    },
  };
}

function readNumber(name: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is "${text}", it must be a number`);
}

/** Keeps the terminal's replies to the recording away from the shell. */
function swallowInput(): Disposable {
  if (!Deno.stdin.isTerminal()) return { [Symbol.dispose]() {} };
  // Ctrl-C still sends a signal.
  Deno.stdin.setRaw(true, { cbreak: true });
  Deno.stdin.readable.pipeTo(new WritableStream()).catch(() => {});
  return { [Symbol.dispose]: () => Deno.stdin.setRaw(false) };
}

async function convert(file: string): Promise<number> {
  await using cast = await readAsciicast((await Deno.open(file)).readable);
  await encodeAsciicast(cast, { version: 2 })
    .pipeTo(Deno.stdout.writable, { preventClose: true });
  return 0;
}

async function play(
  { file, options }: ReturnType<typeof readArgs>,
): Promise<number> {
  const interrupted = new AbortController();
  const { signal } = interrupted;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(name, () => interrupted.abort());
  }
  await using cast = await readAsciicast((await Deno.open(file)).readable);
  using _input = swallowInput();
  const output = Deno.stdout.writable.getWriter();
  const encoder = new TextEncoder();
  try {
    for await (const event of replayAsciicast(cast, { ...options, signal })) {
      if (event.type !== "output") continue;
      await output.write(encoder.encode(event.text));
    }
    return 0;
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  } finally {
    if (Deno.stdout.isTerminal()) await output.write(encoder.encode(RESET));
  }
}

async function main(): Promise<number> {
  try {
    const args = readArgs(Deno.args);
    if (!args.help) return await (args.toV2 ? convert(args.file) : play(args));
    console.log(HELP);
    return 0;
  } catch (error) {
    // The reader of the output, such as head, has read enough.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    const message = error instanceof Error ? error.message : error;
    if (error instanceof UsageError || error instanceof RangeError) {
      console.error(`replay: ${message}; see --help`);
      return 2;
    }
    console.error(`replay: ${message}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
