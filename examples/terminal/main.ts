/**
 * A terminal in the browser.
 *
 * Permissions: -A
 *
 * @module
 */
import "../support/permissions.ts";
import { parseArgs } from "@std/cli/parse-args";
import { ActorSystem } from "../../src/actor/mod.ts";
import {
  type OpenRecording,
  serveTerminal,
  type TerminalServer,
} from "../../src/terminal/mod.ts";

const HELP = `A terminal in the browser.

Usage: deno task terminal [OPTIONS] [-- COMMAND ARGS…]

Prints a link, which gives one browser access, once and within ten minutes; Enter
prints another one. Programs keep running when the browser is closed, until they
end or this server does; a browser that comes back continues where it was. A
program that has ended can be looked at for another 10 minutes.

  COMMAND         command to run, by default your shell
  --host HOST     address to listen on, by default 127.0.0.1
  --port PORT     port to listen on, by default 7681; 0 for any free port
  --read-only     also print a link for a read-only viewer
  --record FILE   record the output to a new FILE, as asciicast v3; later sessions
                  are recorded to FILE.2, FILE.3 and so on, which
                  examples/terminal/replay.ts plays
  --grace MINUTES end a program that nobody has viewed for so long; by default
                  there is no limit
  -h, --help      show this help

Exit code: 0 after Ctrl-C, 1 if the server cannot start, 2 for wrong
arguments.`;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

class UsageError extends Error {}

function readArgs(args: string[]) {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const command = end < 0 ? [] : args.slice(end + 1);
  const { _: extra, help, h: _h, ...rest } = parseArgs(own, {
    boolean: ["help", "read-only"],
    string: ["host", "port", "record", "grace", "_"],
    alias: { help: "h" },
    default: { host: "127.0.0.1", port: "7681" },
  });
  const { host, port, "read-only": readOnly, record, grace, ...unknown } = rest;
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) {
    const dashes = flag.length === 1 ? "-" : "--";
    throw new UsageError(`unknown option ${dashes}${flag}`);
  }
  if (host === "") throw new UsageError("--host needs a HOST");
  if (command[0] === "") throw new UsageError("the command is empty");
  if (extra.length > 0) throw new UsageError("put the command after --");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`the port is "${port}", it must be from 0 to 65535`);
  }
  if (grace !== undefined && !/^\d+(\.\d+)?$/.test(grace)) {
    throw new UsageError(
      `--grace is "${grace}", it must be a number of minutes`,
    );
  }
  const graceMs = grace === undefined ? Infinity : Number(grace) * 60_000;
  if (record === "") throw new UsageError("--record needs a FILE");
  return { help, host, port: Number(port), readOnly, record, graceMs, command };
}

/** Returns a function that opens a new file for each recording. */
function recordTo(path: string): OpenRecording {
  let count = 0;
  return async () => {
    const name = ++count === 1 ? path : `${path}.${count}`;
    // Only the user may read what the terminal shows.
    const file = await Deno.open(name, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    // The `writable` of the file buffers 64 KiB, which a crash would lose.
    return new WritableStream({
      async write(bytes) {
        for (let at = 0; at < bytes.length;) {
          at += await file.write(bytes.subarray(at));
        }
      },
      close: () => file.close(),
      abort: () => file.close(),
    });
  };
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Returns the names by which browsers may reach a server on this address. */
function namesOf(host: string): string[] {
  const own = host === "0.0.0.0" || host === "::"
    ? [
      ...Deno.networkInterfaces().map(({ address }) => address),
      Deno.hostname(),
    ]
    : [host];
  // A link-local address has a zone, which browsers do not send.
  return [...LOOPBACK, ...own].map((name) =>
    bracketed(name.split("%")[0] ?? "")
  );
}

async function serve(args: ReturnType<typeof readArgs>): Promise<number> {
  const { host, port, readOnly, record, graceMs } = args;
  const [command, ...rest] = args.command;
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interrupted.resolve());
  }
  await using system = new ActorSystem();
  await using shells = serveTerminal(system, {
    hosts: namesOf(host),
    ticketMs: 600_000,
    graceMs,
    directories: [Deno.cwd(), Deno.env.get("HOME") ?? "/"],
    ...(command === undefined
      ? {}
      : { commands: [{ name: command, command, args: rest }] }),
    ...(record === undefined ? {} : { record: recordTo(record) }),
  });
  const session = await shells.start();
  let isOver = false;
  session.ended.then(() => isOver = true);
  const server = listen(host, port, shells.fetch);
  if (!LOOPBACK.includes(host)) {
    console.warn(
      `Warning: ${host} can be reached from other machines, and nothing is encrypted:\n` +
        "an eavesdropper can take over the terminal. Put a proxy with TLS in front of it.\n",
    );
  }
  const at = `http://${bracketed(host)}:${server.addr.port}/`;
  const printLinks = () => {
    const ticket = shells.ticket({ role: "control", session: "all" });
    console.log(`${at}#ticket=${ticket}`);
    if (!readOnly) return;
    if (isOver) return console.log("\nThe read-only session is over.");
    const guest = shells.ticket({ role: "view", session: session.id });
    console.log(`\nRead-only:\n${at}#ticket=${guest}`);
  };
  printLinks();
  const lines = Deno.stdin.isTerminal() ? Deno.stdin.readable : undefined;
  console.log(
    `\n${lines ? "Press Enter for another link. " : ""}Ctrl-C ends it.`,
  );
  await Promise.race([interrupted.promise, forEach(lines, printLinks)]);
  // Notifies the viewers, before the server drops their connections.
  await shells.close();
  await server.shutdown();
  return 0;
}

/** Listens, or throws an error that says what to do. */
function listen(host: string, port: number, fetch: TerminalServer["fetch"]) {
  try {
    return Deno.serve({ hostname: host, port, onListen() {} }, fetch);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot listen on ${
        bracketed(host)
      }:${port}: ${why}. Use another --host or --port; port 0 is any free one`,
      { cause },
    );
  }
}

/** Calls a function for each chunk; never resolves, even when input ends. */
async function forEach(
  chunks: ReadableStream<Uint8Array> | undefined,
  call: () => void,
): Promise<never> {
  for await (const _ of chunks ?? []) call();
  return await new Promise<never>(() => {});
}

async function main(): Promise<number> {
  try {
    const args = readArgs(Deno.args);
    if (!args.help) return await serve(args);
    console.log(HELP);
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : error;
    if (error instanceof UsageError) {
      console.error(`terminal: ${message}; see --help`);
      return 2;
    }
    console.error(`terminal: ${message}`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
