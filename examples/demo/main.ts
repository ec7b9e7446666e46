/**
 * A hundred conversations and a file over one socket, which is cut meanwhile.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read --allow-run
 *
 * @module
 */
import "../support/permissions.ts";
import { parseArgs } from "@std/cli/parse-args";
import { DemoError } from "./errors.ts";

const HELP =
  `A hundred conversations and a file over one socket, which is cut meanwhile.

Usage: deno task demo [FILE]

Starts a Troupe server in a process of its own, opens 100 logical connections
over one TCP socket, and streams FILE over one more while they converse. The
socket goes through a relay, which cuts it three times: each time the session
dials another one and goes on where the last one ended. Then the demo compares
the SHA-256 of what was sent with what the server received, and checks that
each message was answered once and in order.

  FILE         what to stream; by default the Deno binary itself, about 100 MB
  -h, --help   show this

Exit code: 0 if all was verified, 1 if not, 2 for wrong arguments, 130 after
Ctrl-C.`;

/** The file to stream; nothing if help is wanted. */
function readArgs(args: string[]): string | undefined {
  const { _: files, help, h: _h, ...unknown } = parseArgs(args, {
    boolean: ["help"],
    // As they are: `007` is a file's name and no number.
    string: ["_"],
    alias: { help: "h" },
  });
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) {
    const dashes = flag.length > 1 ? "--" : "-";
    throw new DemoError(`unknown option ${dashes}${flag}; see --help`, 2);
  }
  if (help) return undefined;
  if (files.length > 1) throw new DemoError("one FILE at most; see --help", 2);
  return files[0] ?? Deno.execPath();
}

async function main(args: string[]): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  try {
    const path = readArgs(args);
    if (path === undefined) {
      console.log(HELP);
      return 0;
    }
    // Only now, so that Ctrl-C is heard while the rest loads.
    const { demo } = await import("./demo.ts");
    return await demo(path, interrupt.signal) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) {
      // A terminal has shown ^C.
      if (Deno.stderr.isTerminal()) console.error();
      console.error("Interrupted: nothing is left running");
      return 130;
    }
    if (!(error instanceof DemoError)) throw error;
    console.error(`demo: ${error.message}`);
    return error.exitCode;
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    Deno.removeSignalListener("SIGTERM", onSignal);
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
