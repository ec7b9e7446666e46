// Writes and reads an object as its arguments say, and prints how far the
// memory of the process went up meanwhile, in bytes.
import {
  directoryStorage,
  type ObjectStorage,
  s3Storage,
} from "../../src/storage/mod.ts";

const [kind, where = "", size] = Deno.args;
const bytes = Number(size);

const storage: ObjectStorage = kind === "directory"
  ? directoryStorage(where, { fsync: false })
  : s3Storage({
    endpoint: where,
    bucket: "objects",
    region: "test-1",
    accessKeyId: "AKIAEXAMPLE",
    secretAccessKey: "a/secret+with=signs",
    partBytes: 5 * 2 ** 20,
    parallelParts: 2,
  });

/** A stream of that many bytes, of which each chunk is new. */
function source(length: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = length;
  return new ReadableStream({
    pull(controller) {
      if (left === 0) return controller.close();
      const chunk = new Uint8Array(Math.min(65_536, left));
      chunk[0] = left;
      left -= chunk.length;
      controller.enqueue(chunk);
    },
  }, { highWaterMark: 0 });
}

/** The most memory that this process ever had. */
async function peak(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status");
  return Number(status.match(/^VmHWM:\s+(\d+) kB/m)?.[1]) * 1024;
}

async function pass(length: number): Promise<void> {
  await storage.put("object", source(length));
  if (kind !== "directory") return;
  const { body } = await storage.get("object");
  let read = 0;
  for await (const chunk of body) read += chunk.length;
  if (read !== length) throw new Error(`Read ${read} of ${length} bytes`);
}

// What is loaded and compiled is no part of it.
await pass(11 * 2 ** 20);
const before = await peak();
await pass(bytes);
console.log(await peak() - before);
