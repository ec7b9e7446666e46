/**
 * A message bus for other processes, with a page of its subjects, subscribers
 * and streams.
 *
 * Permissions: -A
 *
 * @module
 */
import "../support/permissions.ts";
import { parseArgs } from "@std/cli/parse-args";
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { ActorSystem } from "../../src/actor/mod.ts";
import { Bus, serveBus, serveBusPage } from "../../src/bus/mod.ts";
import { listen } from "../../src/tcp/mod.ts";
import { serveSessions } from "../../src/websocket/mod.ts";

const HELP = `A message bus with a page.

Usage: deno task bus [OPTIONS]

Serves a bus to other processes and to pages, which reach it with connectBus()
over TCP or a WebSocket, and a page of its subjects, subscribers and streams,
with figures for Prometheus under /metrics. Both can be reached from this machine alone.

  --port PORT       port for clients, by default 7422; 0 for any free port
  --page-port PORT  port of the page, by default 7423; 0 for any free port
  --directory DIR   keep streams below DIR, by default in memory
  -h, --help        show this help

Exit code: 0 after Ctrl-C, 1 if the bus cannot start, 2 for wrong arguments.`;

const HOST = "127.0.0.1";
/** Where pages open their sessions. */
const SESSIONS = "/sessions/";
/** Subscriptions that differ, of one client. */
const MAX_STREAMS = 20_000;

class UsageError extends Error {}

function portOf(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new UsageError(`${flag} is "${text}", it must be from 0 to 65535`);
}

function readArgs(args: string[]) {
  const { _: extra, help, h: _h, ...rest } = parseArgs(args, {
    boolean: ["help"],
    string: ["port", "page-port", "directory", "_"],
    alias: { help: "h" },
    default: { port: "7422", "page-port": "7423" },
  });
  const { port, "page-port": pagePort, directory, ...unknown } = rest;
  const [flag] = Object.keys(unknown);
  if (flag !== undefined) {
    const dashes = flag.length === 1 ? "-" : "--";
    const known = ["port", "page-port", "directory", "help"];
    const meant = closestString(flag, known);
    const isNear = levenshteinDistance(flag, meant) <= 2;
    throw new UsageError(
      `unknown option ${dashes}${flag}${
        isNear ? `, did you mean --${meant}?` : ""
      }`,
    );
  }
  if (extra.length > 0) throw new UsageError(`unknown argument ${extra[0]}`);
  if (directory === "") throw new UsageError("--directory needs a DIR");
  return {
    help,
    port: portOf("--port", port),
    pagePort: portOf("--page-port", pagePort),
    directory,
  };
}

/** Returns a program that can be pasted into a file. */
function programFor(port: number): string {
  return `  import { ActorSystem, ConnectionPool } from "@troupe/troupe";
  import { connectBus } from "@troupe/troupe/bus";

  await using system = new ActorSystem();
  await using pool = new ConnectionPool(system);
  await using bus = await connectBus(pool.peer({ port: ${port} }));
  await using orders = bus.subscribe("orders.*");
  await orders.ready;
  await bus.publish("orders.eu", { order: 7 });
  console.log((await orders.receive())?.value);`;
}

async function serve(args: ReturnType<typeof readArgs>): Promise<number> {
  const interrupted = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interrupted.resolve());
  }
  const { port, pagePort, directory } = args;
  await using system = new ActorSystem();
  await using bus = new Bus(system, {
    ...(directory === undefined ? {} : { directory }),
  });
  // So that a directory that cannot be used is noticed now.
  await bus.streams();
  const served = serveBus(bus);
  await using listener = listen(system, {
    hostname: HOST,
    port,
    maxStreams: MAX_STREAMS,
    ...served.options,
  });
  await using sessions = serveSessions(system, {
    prefix: SESSIONS,
    // Programs may do over TCP what they may do here.
    withoutOrigin: "accept",
    maxStreams: MAX_STREAMS,
    ...served.options,
  });
  await using page = serveBusPage(bus);
  const http = Deno.serve(
    { hostname: HOST, port: pagePort, onListen() {} },
    (request, info) =>
      new URL(request.url).pathname.startsWith(SESSIONS)
        ? sessions.fetch(request, info)
        : page.fetch(request),
  );
  const web = `${HOST}:${http.addr.port}`;
  console.log(`page: http://${web}/`);
  console.log(`\nA program on this machine:\n`);
  console.log(programFor(listener.address.port));
  console.log(`\nIn a browser, or over a WebSocket, it is

  import { connectWeb } from "@troupe/troupe/websocket";

  await using client = connectWeb("ws://${web}${SESSIONS}");
  await using bus = await connectBus(client);`);
  console.log("\nCtrl-C ends it.");
  await interrupted.promise;
  await sessions.close();
  await page[Symbol.asyncDispose]();
  await http.shutdown();
  return 0;
}

function messageOf(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return "The port of the page is taken: choose another with --page-port, or 0";
  }
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Deno.errors.AddrInUse
    ? `${error.message}: choose another with --port, or 0`
    : error.message;
}

async function main(): Promise<number> {
  try {
    const args = readArgs(Deno.args);
    if (!args.help) return await serve(args);
    console.log(HELP);
    return 0;
  } catch (error) {
    console.error(messageOf(error));
    if (!(error instanceof UsageError)) return 1;
    console.error("See deno task bus --help");
    return 2;
  }
}

Deno.exit(await main());
