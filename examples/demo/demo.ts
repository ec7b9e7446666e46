/**
 * The conversations and the file, and the table of how they went.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { format as formatBytes } from "@std/fmt/bytes";
import {
  type ActorRef,
  ActorSystem,
  ConnectionPool,
  type LogicalConnection,
  TypedConnection,
} from "../../mod.ts";
import { chatter, type ChatterMessage, type ChatterReport } from "./chatter.ts";
import { DemoError, reason } from "./errors.ts";
import { formatRate, Progress } from "./progress.ts";
import { type Receipt, receiptCodec } from "./protocol.ts";
import { ServerProcess } from "./server_process.ts";

const CONVERSATIONS = 100;
const CHUNK_BYTES = 65_536;
/** Round trips of which a p99 tells something. */
const SAMPLE = 100;

function unreadable(path: string, error: unknown): DemoError {
  const name = /^$|\p{Cc}/u.test(path) ? JSON.stringify(path) : path;
  return new DemoError(
    error instanceof Deno.errors.NotFound
      ? `${name} does not exist`
      : `${name} cannot be read: ${reason(error)}`,
    2,
  );
}

async function openFile(path: string): Promise<[Deno.FsFile, number]> {
  try {
    // Before it is opened: to open a FIFO is to wait for its other end.
    const { isFile, size } = await Deno.stat(path);
    if (isFile) return [await Deno.open(path), size];
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new DemoError(`${path} is not a file`, 2);
}

/** How the file went. */
interface Streamed {
  /** Bytes sent, and their hash in hexadecimal. */
  readonly sent: number;
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
  path: string,
  file: Deno.FsFile,
  size: number,
  signal: AbortSignal,
): Promise<Streamed> {
  const hash = createHash("sha256");
  using progress = new Progress(size);
  const chunk = new Uint8Array(CHUNK_BYTES);
  const read = (): Promise<number | null> =>
    file.read(chunk).catch((error) => {
      throw unreadable(path, error);
    });
  const start = performance.now();
  let sent = 0;
  let count: number | null;
  while ((count = await read()) !== null) {
    signal.throwIfAborted();
    hash.update(chunk.subarray(0, count));
    await connection.send(chunk.subarray(0, count));
    progress.update(sent += count);
  }
  await connection.closeWrite();
  const receipt = await new TypedConnection(connection, receiptCodec)
    .receive({ signal });
  const end = performance.now();
  progress.finish(sent);
  return { sent, sha256: hash.digest("hex"), start, end, receipt };
}

function quantile(sorted: readonly number[], q: number): string {
  const value = sorted[Math.ceil(q * sorted.length) - 1];
  return value === undefined ? "—" : `${value.toFixed(2)} ms`;
}

/** Prints the table and answers what could not be verified. */
function printReport(
  file: Streamed,
  reports: readonly ChatterReport[],
  sockets: number,
): string[] {
  const { sent, sha256, start, end, receipt } = file;
  const all = reports.flatMap(({ roundTrips }) => roundTrips);
  const beside = all.filter(({ saidAt, tookMs }) =>
    saidAt < end && saidAt + tookMs > start
  );
  // A short file leaves too few to tell anything by: then all of the run.
  const enough = beside.length >= SAMPLE;
  const times = (enough ? beside : all)
    .map(({ tookMs }) => tookMs)
    .sort((a, b) => a - b);
  const when = enough ? "while streaming" : "in the whole run";
  const seconds = (end - start) / 1000;
  const took = seconds < 1
    ? `${(seconds * 1000).toFixed(1)} ms`
    : `${seconds.toFixed(2)} s`;
  const rows = [
    [
      "messages there and back",
      sent === 0
        ? `${all.length}`
        : `${all.length}, ${beside.length} of them while the file was streaming`,
    ],
    [`round trip ${when}, p50`, quantile(times, 0.5)],
    [`round trip ${when}, p95`, quantile(times, 0.95)],
    [`round trip ${when}, p99`, quantile(times, 0.99)],
    ["file", `${formatBytes(receipt?.bytes ?? 0)} in ${took}`],
    ["throughput", formatRate(sent, seconds)],
    ["SHA-256", receipt?.sha256 === sha256 ? `${sha256} (equal)` : "DIFFERENT"],
    ["TCP sockets", `${sockets} here, ${receipt?.sockets} at the server`],
    [
      "memory (RSS)",
      `${formatBytes(Deno.memoryUsage().rss)} here, ${
        formatBytes(receipt?.rssBytes ?? 0)
      } at the server`,
    ],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(name.padEnd(width + 2) + value);

  const errors = reports.flatMap(({ error }) => error ?? []);
  if (receipt?.sha256 !== sha256) {
    errors.push(`SHA-256 sent ${sha256}, received ${receipt?.sha256}`);
  }
  if (sockets !== 1 || receipt?.sockets !== 1) {
    errors.push(`${sockets} sockets here, ${receipt?.sockets} at the server`);
  }
  return errors;
}

/** The demo itself; answers whether all was verified. */
export async function demo(
  path: string,
  signal: AbortSignal,
): Promise<boolean> {
  signal.throwIfAborted();
  const [file, size] = await openFile(path);
  using _file = file;
  await using server = await ServerProcess.start();
  let stage = "before the file was streaming";

  async function converse(): Promise<string[]> {
    signal.throwIfAborted();
    await using system = new ActorSystem();
    await using pool = new ConnectionPool(system);
    const address = { port: server.port };
    const chatters: ActorRef<ChatterMessage>[] = [];
    for (let i = 1; i <= CONVERSATIONS; i++) {
      const id = `conversation-${i}`;
      const connection = await pool.connect(address, { id, signal });
      chatters.push(system.spawn(chatter(connection), { name: id }));
    }
    await using connection = await pool.connect(address, {
      id: "file",
      signal,
    });
    const tellAll = (type: "begin" | "finish"): Promise<ChatterReport[]> =>
      Promise.all(chatters.map((ref) =>
        ref.ask<ChatterReport>(
          (replyTo) => ({ type, replyTo }),
          { signal, timeoutMs: 30_000 },
        )
      ));
    await tellAll("begin");
    const { leases, sockets } = pool.stats();
    console.log(
      `${leases} logical connections to 127.0.0.1:${server.port} (process ${server.pid}) over ${sockets} TCP socket`,
    );
    console.log(
      size === 0
        ? `Streaming ${path}, which is empty`
        : `Streaming ${path} (${formatBytes(size)}) while they converse`,
    );
    stage = "while the file was streaming";
    const streamed = await streamFile(connection, path, file, size, signal);
    stage = "after the file";
    return printReport(streamed, await tellAll("finish"), sockets);
  }

  try {
    const errors = await converse();
    const failure = errors.length > 0 && await server.failure(stage);
    if (failure) throw failure;
    for (const error of errors) console.error(`Not verified: ${error}`);
    return errors.length === 0;
  } catch (error) {
    if (signal.aborted || error instanceof DemoError) throw error;
    throw await server.failure(stage) ?? error;
  }
}
