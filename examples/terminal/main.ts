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

Prints links that let one browser in each, once, within ten minutes; Enter
prints others. Closing the browser leaves the programs running; coming back goes
on where it was.

  COMMAND         what to run; by default your shell
  --host HOST     where to listen, 127.0.0.1 by default
  --port PORT     by default 7681; 0 takes a free one
  --read-only     also print a link for somebody who may only look on
  --record FILE   record what is shown to a new FILE, as asciicast v3; terminals
                  that are started later go to FILE.2, FILE.3 and so on. See
                  examples/terminal/replay.ts
  -h, --help      show this

Exit code: 0 after Ctrl-C, 1 if it cannot listen or start, 2 for wrong
arguments.`;

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

class UsageError extends Error {}

function readArgs(args: string[]) {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  const command = end < 0 ? [] : args.slice(end + 1);
  const { _: extra, help, h: _h, ...rest } = parseArgs(own, {
    boolean: ["help", "read-only"],
    string: ["host", "port", "record", "_"],
    alias: { help: "h" },
    default: { host: "127.0.0.1", port: "7681" },
  });
  const { host, port, "read-only": readOnly, record, ...unknown } = rest;
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) {
    const dashes = flag.length === 1 ? "-" : "--";
    throw new UsageError(`unknown option ${dashes}${flag}`);
  }
  if (host === "") throw new UsageError("--host needs a HOST");
  if (command[0] === "") throw new UsageError("the command is empty");
  if (extra.length > 0) throw new UsageError("put the command after --");
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new UsageError(`the port is "${port}", give 0 to 65535`);
  }
  if (record === "") throw new UsageError("--record needs a FILE");
  return { help, host, port: Number(port), readOnly, record, command };
}

/** Makes a file for each recording, and overwrites none. */
function recordTo(path: string): OpenRecording {
  let count = 0;
  return async () => {
    const name = ++count === 1 ? path : `${path}.${count}`;
    // What a terminal shows is nobody else's business.
    const file = await Deno.open(name, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    // Its `writable` would keep 64 KiB to itself, which a crash would lose.
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

/** By which names browsers come, if it listens on this one. */
function namesOf(host: string): string[] {
  const own = host === "0.0.0.0" || host === "::"
    ? [
      ...Deno.networkInterfaces().map(({ address }) => address),
      Deno.hostname(),
    ]
    : [host];
  // An address of a link has a zone, which no browser says.
  return [...LOOPBACK, ...own].map((name) =>
    bracketed(name.split("%")[0] ?? "")
  );
}

async function serve(args: ReturnType<typeof readArgs>): Promise<number> {
  const { host, port, readOnly, record, command: [command, ...rest] } = args;
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => interrupted.resolve());
  }
  await using system = new ActorSystem();
  await using shells = serveTerminal(system, {
    hosts: namesOf(host),
    ticketMs: 600_000,
    directories: [Deno.cwd(), Deno.env.get("HOME") ?? "/"],
    ...(command === undefined
      ? {}
      : { commands: [{ name: command, command, args: rest }] }),
    ...(record === undefined ? {} : { record: recordTo(record) }),
  });
  const session = await shells.start();
  const server = listen(host, port, shells.fetch);
  if (!LOOPBACK.includes(host)) {
    console.warn(
      `Warning: ${host} can be reached from elsewhere, and nothing is encrypted:\n` +
        "whoever listens in can take over the terminal. Put a proxy with TLS before it.\n",
    );
  }
  const at = `http://${bracketed(host)}:${server.addr.port}/`;
  const printLinks = () => {
    const ticket = shells.ticket({ role: "control", session: undefined });
    console.log(`${at}#ticket=${ticket}`);
    if (!readOnly) return;
    const guest = shells.ticket({ role: "view", session: session.id });
    console.log(`\nTo look on only:\n${at}#ticket=${guest}`);
  };
  printLinks();
  const lines = Deno.stdin.isTerminal() ? Deno.stdin.readable : undefined;
  console.log(
    `\n${
      lines ? "Enter prints links for another browser. " : ""
    }Ctrl-C ends it.`,
  );
  await Promise.race([interrupted.promise, forEach(lines, printLinks)]);
  // Tells the viewers; the server alone would cut them off.
  await shells.close();
  await server.shutdown();
  return 0;
}

/** Listens, or says why that cannot be. */
function listen(host: string, port: number, fetch: TerminalServer["fetch"]) {
  try {
    return Deno.serve({ hostname: host, port, onListen() {} }, fetch);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new Error(
      `Cannot listen on ${
        bracketed(host)
      }:${port}: ${why}. Give others with --host and --port; port 0 takes a free one`,
      { cause },
    );
  }
}

/** Calls it for each chunk; never ends, for the end of input ends nothing. */
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
