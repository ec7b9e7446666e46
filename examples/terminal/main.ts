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
import { cores } from "../../src/cores/mod.ts";
import {
  Problem,
  serveTerminal,
  type TerminalServer,
} from "../../src/terminal/mod.ts";
import { bracketed, listen } from "./listen.ts";
import { recordTo } from "./record.ts";
import { listensOn, startSession, type WorkerData } from "./worker.ts";

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
  --workers N     run the sessions in N workers that share the port, one for each
                  core; recordings are FILE.worker-0, FILE.worker-1 and so on
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
    string: ["host", "port", "record", "grace", "workers", "_"],
    alias: { help: "h" },
    default: { host: "127.0.0.1", port: "7681" },
  });
  const { "read-only": readOnly, ...others } = rest;
  const { host, port, record, grace, workers, ...unknown } = others;
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
  if (workers !== undefined && !/^[1-9]\d{0,2}$/.test(workers)) {
    throw new UsageError(
      `--workers is "${workers}", it must be a number from 1 to 999`,
    );
  }
  return {
    help,
    host,
    port: Number(port),
    readOnly,
    record,
    graceMs,
    command,
    workers: workers === undefined ? undefined : Number(workers),
  };
}

/** Returns the host of links: of all addresses, one that others can reach. */
function hostOfLinks(host: string): string {
  const family = { "0.0.0.0": "IPv4", "::": "IPv6" }[host];
  if (family === undefined) return host;
  const reachable = Deno.networkInterfaces().find((at) =>
    at.family === family && !LOOPBACK.includes(at.address) &&
    !at.address.startsWith("fe80:")
  );
  return reachable?.address ?? host;
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
  const directories = [Deno.cwd(), Deno.env.get("HOME") ?? "/"];
  await using shells = serveTerminal(system, {
    hosts: namesOf(host),
    ticketMs: 600_000,
    graceMs,
    directories,
    ...(command === undefined
      ? {}
      : { commands: [{ name: command, command, args: rest }] }),
    ...(record === undefined ? {} : { record: recordTo(record) }),
  });
  const running =
    await (args.workers === undefined
      ? runHere(shells, host, port)
      : runInWorkers(system, shells, args.workers, {
        host,
        port,
        graceMs,
        directories,
        command: args.command,
        record,
      }));
  if (!LOOPBACK.includes(host)) {
    console.warn(
      `Warning: ${host} can be reached from other machines, and nothing is encrypted:\n` +
        "an eavesdropper can take over the terminal. Put a proxy with TLS in front of it.\n",
    );
  }
  const at = `http://${bracketed(hostOfLinks(host))}:${running.port}/`;
  const printLinks = () => {
    const ticket = shells.ticket({ role: "control", session: "all" });
    console.log(`${at}#ticket=${ticket}`);
    if (!readOnly) return;
    const guest = guestTicket(shells, running.session);
    console.log(
      guest === undefined
        ? "\nThe read-only session is over."
        : `\nRead-only:\n${at}#ticket=${guest}`,
    );
  };
  printLinks();
  const lines = Deno.stdin.isTerminal() ? Deno.stdin.readable : undefined;
  console.log(
    `\n${lines ? "Press Enter for another link. " : ""}Ctrl-C ends it.`,
  );
  await Promise.race([interrupted.promise, forEach(lines, printLinks)]);
  // Notifies the viewers, before the server drops their connections.
  await shells.close();
  await running.end();
  return 0;
}

/** A terminal that listens, with its first session. */
interface Running {
  readonly port: number;
  readonly session: string;
  readonly end: () => Promise<void>;
}

/** Serves in this thread. */
async function runHere(
  shells: TerminalServer,
  hostname: string,
  port: number,
): Promise<Running> {
  const { id } = await shells.start();
  const server = listen({ hostname, port }, shells.fetch);
  return {
    port: server.addr.port,
    session: id,
    end: () => server.shutdown(),
  };
}

/** Serves in workers, which share the port, the logins and the sessions. */
async function runInWorkers(
  system: ActorSystem,
  shells: TerminalServer,
  count: number,
  data: WorkerData,
): Promise<Running> {
  const service = await cores(
    system,
    new URL("./worker.ts", import.meta.url),
    { count, data, handlers: [shells.handler] },
  );
  return {
    port: await service.ask(0, listensOn, undefined),
    session: await service.ask(0, startSession, undefined),
    end: () => service.close(),
  };
}

/** Returns a ticket to watch a session, unless that is over. */
function guestTicket(
  shells: TerminalServer,
  session: string,
): string | undefined {
  try {
    return shells.ticket({ role: "view", session });
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
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
