/**
 * A hundred conversations and a file over one socket.
 *
 * Permissions: --allow-net=127.0.0.1 --allow-read --allow-run
 *
 * @module
 */
import { createHash } from "node:crypto";
import { parseArgs } from "@std/cli/parse-args";
import { TextLineStream } from "@std/streams";
import { format as formatBytes } from "@std/fmt/bytes";
import {
  type ActorRef,
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
  TypedConnection,
} from "../../mod.ts";
import { chatter, type ChatterMessage, type ChatterReport } from "./chatter.ts";
import { Progress } from "./progress.ts";
import { type Receipt, receiptCodec } from "./protocol.ts";

const HELP = `A hundred conversations and a file over one socket.

Usage: deno task demo [FILE]

Starts a Troupe server in a process of its own, opens 100 logical connections
over one TCP socket, and streams FILE over one more while they converse. Then
it compares the SHA-256 of what was sent with what the server received.

  FILE         what to stream; by default the Deno binary itself, about 100 MB
  -h, --help   show this

Exit code: 0 if all was verified, 1 if not, 2 for wrong arguments, 130 after
Ctrl-C.`;

const CONVERSATIONS = 100;
const CHUNK_BYTES = 65_536;

/** Something that the person who runs this can mend. */
class UsageError extends Error {}

async function openFile(path: string): Promise<[Deno.FsFile, number]> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new UsageError(`${path} is not a file`);
    return [await Deno.open(path), size];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new UsageError(`${path} does not exist`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new UsageError(`${path} cannot be read: permission denied`);
    }
    throw error;
  }
}

/** Starts the server's process and learns its port. */
async function startServer(): Promise<[Deno.ChildProcess, number]> {
  const server = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--allow-net=127.0.0.1",
      new URL("server.ts", import.meta.url).href,
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const lines = server.stdout
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const line of lines) return [server, JSON.parse(line).port];
  throw new Error(`The server ended with code ${(await server.status).code}`);
}

/** How the file went. */
interface Streamed {
  /** Of what was sent, in hexadecimal. */
  readonly sha256: string;
  /** When it began and ended, by `performance.now()`. */
  readonly start: number;
  readonly end: number;
  /** What the server says; nothing if it closed without a word. */
  readonly receipt: Receipt | undefined;
}

/** Streams the file and answers its hash and what the server says. */
async function streamFile(
  connection: LogicalConnection,
  file: Deno.FsFile,
  size: number,
  signal: AbortSignal,
): Promise<Streamed> {
  const hash = createHash("sha256");
  const progress = new Progress(size);
  const chunk = new Uint8Array(CHUNK_BYTES);
  const start = performance.now();
  let sent = 0;
  let count: number | null;
  while ((count = await file.read(chunk)) !== null) {
    signal.throwIfAborted();
    hash.update(chunk.subarray(0, count));
    await connection.send(chunk.subarray(0, count));
    progress.update(sent += count);
  }
  await connection.closeWrite();
  const receipt = await new TypedConnection(connection, receiptCodec)
    .receive({ signal });
  const end = performance.now();
  progress.finish();
  return { sha256: hash.digest("hex"), start, end, receipt };
}

function quantile(sorted: readonly number[], q: number): string {
  const value = sorted[Math.ceil(q * sorted.length) - 1];
  return value === undefined ? "none" : `${value.toFixed(2)} ms`;
}

function printTable(rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(name.padEnd(width + 2) + value);
}

/** The demo itself; answers whether all was verified. */
async function demo(path: string, signal: AbortSignal): Promise<boolean> {
  const [file, size] = await openFile(path);
  using _file = file;
  const [server, port] = await startServer();
  await using _server = {
    async [Symbol.asyncDispose]() {
      await server.stdin.close().catch(() => {});
      await server.status;
    },
  };
  signal.throwIfAborted();

  await using system = new ActorSystem();
  await using pool = new ConnectionPool(system);
  const address = { port };
  const chatters: ActorRef<ChatterMessage>[] = [];
  for (let i = 1; i <= CONVERSATIONS; i++) {
    const id = `conversation-${i}`;
    const connection = await pool.connect(address, { id, signal });
    chatters.push(system.spawn(chatter(connection), { name: id }));
  }
  await using connection = await pool.connect(address, { id: "file", signal });
  const { leases, sockets } = pool.stats();
  console.log(
    `${leases} logical connections to 127.0.0.1:${port} over ${sockets} TCP socket`,
  );
  console.log(
    size === 0
      ? `Streaming ${path}, which is empty`
      : `Streaming ${path} (${formatBytes(size)}) while they converse`,
  );

  const { sha256, start, end, receipt } = await streamFile(
    connection,
    file,
    size,
    signal,
  );
  const reports: ChatterReport[] = await Promise.all(
    chatters.map((ref) =>
      ref.ask<ChatterReport>(
        (replyTo) => ({ type: "finish", replyTo }),
        { signal, timeoutMs: 30_000 },
      )
    ),
  );

  const roundTrips = reports.flatMap(({ roundTrips }) => roundTrips);
  const beside = roundTrips
    .filter(({ saidAt }) => saidAt >= start && saidAt < end)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
  const errors = reports.flatMap(({ error }) => error ?? []);
  if (receipt?.sha256 !== sha256) {
    errors.push(`SHA-256 sent ${sha256}, received ${receipt?.sha256}`);
  }
  if (sockets !== 1 || receipt?.sockets !== 1) {
    errors.push(`${sockets} sockets here, ${receipt?.sockets} at the server`);
  }
  const seconds = (end - start) / 1000;
  const rate = seconds > 0 && size > 0
    ? `${(size / 1e6 / seconds).toFixed(0)} MB/s`
    : "none";
  printTable([
    [
      "messages there and back",
      `${roundTrips.length}, ${beside.length} of them while the file was streaming`,
    ],
    ["round trip then, p50", quantile(beside, 0.5)],
    ["round trip then, p95", quantile(beside, 0.95)],
    ["round trip then, p99", quantile(beside, 0.99)],
    ["file", `${formatBytes(receipt?.bytes ?? 0)} in ${seconds.toFixed(2)} s`],
    ["throughput", rate],
    ["SHA-256", receipt?.sha256 === sha256 ? `${sha256} (equal)` : "DIFFERENT"],
    ["TCP sockets", `${sockets} here, ${receipt?.sockets} at the server`],
    [
      "memory (RSS)",
      `${formatBytes(Deno.memoryUsage().rss)} here, ${
        formatBytes(receipt?.rssBytes ?? 0)
      } at the server`,
    ],
  ]);
  for (const error of errors) console.error(`Not verified: ${error}`);
  return errors.length === 0;
}

async function main(args: string[]): Promise<number> {
  const flags = parseArgs(args, {
    boolean: ["help"],
    alias: { help: "h" },
  });
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  try {
    if (flags._.length > 1) {
      throw new UsageError("One FILE at most; see --help");
    }
    const path = String(flags._[0] ?? Deno.execPath());
    return await demo(path, interrupt.signal) ? 0 : 1;
  } catch (error) {
    if (interrupt.signal.aborted) {
      console.error("\nInterrupted: both processes have ended");
      return 130;
    }
    if (!(error instanceof UsageError)) throw error;
    console.error(`demo: ${error.message}`);
    return 2;
  } finally {
    Deno.removeSignalListener("SIGINT", onSignal);
    Deno.removeSignalListener("SIGTERM", onSignal);
  }
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
