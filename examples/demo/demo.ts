/**
 * The conversations and the file, over a socket that is cut meanwhile.
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
import { Cuts } from "./cuts.ts";
import { DemoError, reason } from "./errors.ts";
import { Progress } from "./progress.ts";
import { countersCodec, receiptCodec, SESSION } from "./protocol.ts";
import { Relay } from "./relay.ts";
import { faults, type Run, type Streamed, table } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const CONVERSATIONS = 100;
const CHUNK_BYTES = 65_536;

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

/** What goes with the file. */
interface FileOptions {
  readonly path: string;
  readonly size: number;
  readonly progress: Progress;
  readonly cuts: Cuts;
  readonly signal: AbortSignal;
}

/** Streams the file and answers its hash and what the server says. */
async function streamFile(
  connection: LogicalConnection,
  file: Deno.FsFile,
  { path, size, progress, cuts, signal }: FileOptions,
): Promise<Streamed> {
  // Also while it waits for the server, or for another socket.
  signal.addEventListener("abort", () => connection.reset(), { once: true });
  const hash = createHash("sha256");
  const chunk = new Uint8Array(CHUNK_BYTES);
  const read = (): Promise<number | null> =>
    file.read(chunk).catch((error) => {
      throw unreadable(path, error);
    });
  const start = progress.start();
  let sent = 0;
  let count: number | null;
  while ((count = await read()) !== null) {
    signal.throwIfAborted();
    hash.update(chunk.subarray(0, count));
    await connection.send(chunk.subarray(0, count));
    progress.update(sent += count);
    cuts.onSent(sent / size);
  }
  await connection.closeWrite();
  const receipt = await new TypedConnection(connection, receiptCodec)
    .receive({ signal });
  const end = performance.now();
  progress.finish(sent);
  return { sent, sha256: hash.digest("hex"), start, end, receipt };
}

/** The demo itself; answers whether all was verified. */
export async function demo(
  path: string,
  interrupt: AbortSignal,
): Promise<boolean> {
  interrupt.throwIfAborted();
  const [file, size] = await openFile(path);
  using _file = file;
  await using server = await ServerProcess.start();
  // Its sessions could wait for another socket, but not for another process.
  const signal = AbortSignal.any([interrupt, server.gone]);
  let stage = "before the file was streaming";

  async function converse(): Promise<Run> {
    signal.throwIfAborted();
    await using relay = new Relay(server.port);
    using progress = new Progress(size);
    const cuts = new Cuts(relay, progress);
    await using system = new ActorSystem();
    // Then nobody is left to close in order with.
    server.gone.addEventListener("abort", () => system.shutdown());
    await using pool = new ConnectionPool(system, {
      ...SESSION,
      onState: (state) => cuts.onState(state),
    });
    const connect = (id: string): Promise<LogicalConnection> =>
      pool.connect({ port: relay.port }, { id, signal });
    const chatters: ActorRef<ChatterMessage>[] = [];
    for (let i = 1; i <= CONVERSATIONS; i++) {
      const id = `conversation-${i}`;
      chatters.push(system.spawn(chatter(await connect(id)), { name: id }));
    }
    const connection = await connect("file");
    const tellAll = (type: "begin" | "finish"): Promise<ChatterReport[]> =>
      Promise.all(chatters.map((ref) =>
        ref.ask<ChatterReport>(
          (replyTo) => ({ type, replyTo }),
          { signal, timeoutMs: 30_000 },
        )
      ));
    await tellAll("begin");
    const { leases, dials } = pool.stats();
    console.log(
      `${leases} logical connections over ${dials} TCP socket to 127.0.0.1:${server.port} (process ${server.pid}),`,
    );
    console.log(`through a relay at 127.0.0.1:${relay.port} that cuts it\n`);
    console.log(
      size === 0
        ? `Streaming ${path}, which is empty`
        : `Streaming ${path} (${formatBytes(size)}) while they converse`,
    );
    stage = "while the file was streaming";
    const streamed = await streamFile(connection, file, {
      path,
      size,
      progress,
      cuts,
      signal,
    });
    stage = "after the file";
    await cuts.finish(signal);
    const conversations = await tellAll("finish");
    const counters = await new TypedConnection(
      await connect("counters"),
      countersCodec,
    ).receive({ signal });
    return {
      file: streamed,
      conversations,
      cuts: cuts.done,
      dials: pool.stats().dials,
      counters,
    };
  }

  try {
    const run = await converse();
    console.log(["", ...table(run)].join("\n"));
    const unverified = faults(run);
    const failure = unverified.length > 0 && await server.failure(stage);
    if (failure) throw failure;
    for (const fault of unverified) console.error(`Not verified: ${fault}`);
    if (unverified.length > 0) return false;
    console.log("\nVerified: all that was sent arrived, once and in order");
    return true;
  } catch (error) {
    if (interrupt.aborted || error instanceof DemoError) throw error;
    throw await server.failure(stage) ?? error;
  }
}
