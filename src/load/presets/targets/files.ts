/**
 * Files over logical connections, one after the other on each connection. A
 * file is a stream of messages that ends with an empty one.
 *
 * - A stream of one message `{"download":1048576}` requests so many bytes of a
 *   file on disk, which are returned as a stream.
 * - Any other stream is an upload. It is written to a file; the reply is a
 *   stream of one message: `{"bytes":1048576,"sha256":"…"}`.
 *
 * There is one file for each connection, of `MAX_FILE_BYTES` at most.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ActorSystem } from "../../../actor/mod.ts";
import { listen } from "../../../tcp/mod.ts";
import type { LogicalConnection } from "../../../session/mod.ts";
import { MAX_CLIENTS, type TargetService } from "./target_service.ts";

/** The largest file, in bytes. */
const MAX_FILE_BYTES = 16_777_216;
const CHUNK_BYTES = 65_536;
/** Longer messages are not parsed as requests. */
const MAX_REQUEST_BYTES = 64;
const END = new Uint8Array();

/** Starts the service, with a temporary directory that is removed with it. */
export async function serveFiles(system: ActorSystem): Promise<TargetService> {
  const directory = await Deno.makeTempDir({ prefix: "load-files-" });
  const content = `${directory}/content`;
  await Deno.writeFile(content, new Uint8Array(MAX_FILE_BYTES).fill(0x61));
  let uploads = 0;
  const listener = listen(system, {
    port: 0,
    maxStreams: MAX_CLIENTS,
    async serve(connection) {
      const path = `${directory}/upload-${++uploads}`;
      using source = await Deno.open(content);
      try {
        while (await serveOne(connection, source, path));
      } finally {
        await Deno.remove(path).catch(() => {});
      }
    },
  });
  return {
    outputs: { files: listener.address.port },
    async [Symbol.asyncDispose]() {
      await listener.close();
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Serves one stream; resolves to whether there was one. */
async function serveOne(
  connection: LogicalConnection,
  source: Deno.FsFile,
  path: string,
): Promise<boolean> {
  const first = await connection.receive();
  if (first === undefined) return false;
  const wanted = downloadOf(first);
  if (wanted === undefined) await upload(connection, first, path);
  else {
    await connection.receive();
    await download(connection, source, wanted);
  }
  return true;
}

/** Returns how many bytes are requested, if the message is a request. */
function downloadOf(message: Uint8Array): number | undefined {
  if (message.length > MAX_REQUEST_BYTES) return undefined;
  const text = new TextDecoder().decode(message);
  const bytes = Number(/^\{"download":(\d+)\}$/.exec(text)?.[1] ?? NaN);
  return bytes <= MAX_FILE_BYTES ? bytes : undefined;
}

async function download(
  connection: LogicalConnection,
  source: Deno.FsFile,
  bytes: number,
): Promise<void> {
  await source.seek(0, Deno.SeekMode.Start);
  // The buffer may be reused as soon as a send resolves.
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let left = bytes; left > 0;) {
    const size = await source.read(buffer.subarray(0, left)) ?? 0;
    await connection.send(buffer.subarray(0, size));
    left -= size;
  }
  await connection.send(END);
}

async function upload(
  connection: LogicalConnection,
  first: Uint8Array,
  path: string,
): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  using file = await Deno.open(path, {
    write: true,
    create: true,
    truncate: true,
  });
  let chunk: Uint8Array | undefined = first;
  while (chunk !== undefined && chunk.length > 0) {
    bytes += chunk.length;
    if (bytes > MAX_FILE_BYTES) {
      return connection.reset(undefined, `More than ${MAX_FILE_BYTES} bytes`);
    }
    hash.update(chunk);
    for (let at = 0; at < chunk.length;) {
      at += await file.write(chunk.subarray(at));
    }
    chunk = await connection.receive();
  }
  const reply = JSON.stringify({ bytes, sha256: hash.digest("hex") });
  await connection.send(new TextEncoder().encode(reply));
  await connection.send(END);
}
