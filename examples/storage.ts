/**
 * Files of a program that lie in a directory today and in S3 tomorrow: all that
 * changes is the line that makes the storage.
 *
 * Permissions: --allow-read --allow-write
 *
 * Run it: deno run --allow-read --allow-write examples/storage.ts
 *
 * @module
 */
import "./support/permissions.ts";
import {
  directoryStorage,
  ObjectExistsError,
  ObjectNotFoundError,
  type ObjectStorage,
} from "@troupe/troupe/storage";

const directory = await Deno.makeTempDir();

// With `s3Storage({ region, bucket, accessKeyId, secretAccessKey })` in its
// place, and --allow-net, the rest is the same.
const storage: ObjectStorage = directoryStorage(directory);

/** A report that is never whole in memory. */
function report(lines: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(
    Array.from({ length: lines }, (_, line) => `line ${line}\n`),
  ).pipeThrough(new TextEncoderStream());
}

const { size, sha256 } = await storage.put(
  "reports/2026/may",
  report(100_000),
  {
    contentType: "text/plain",
  },
);
console.log(`written: ${size} bytes, SHA-256 ${sha256.slice(0, 8)}…`);

// What is read is what was written, or the stream fails at its end.
const { body, contentType } = await storage.get("reports/2026/may", { sha256 });
let lines = 0;
for await (const text of body.pipeThrough(new TextDecoderStream())) {
  lines += text.split("\n").length - 1;
}
console.log(`read: ${lines} lines of ${contentType}`);

const range = { offset: 5, length: 12 };
const part = await storage.get("reports/2026/may", { range });
console.log(`a part: ${JSON.stringify(await new Response(part.body).text())}`);

try {
  await storage.put("reports/2026/may", report(1), { ifAbsent: true });
} catch (error) {
  if (!(error instanceof ObjectExistsError)) throw error;
  console.log("it was there already, and stays");
}

for (const month of ["june", "july"]) {
  await storage.put(`reports/2026/${month}`, report(10));
}
for await (const { key, size } of storage.list({ prefix: "reports/2026/j" })) {
  console.log(`${key} has ${size} bytes`);
}

await storage.delete("reports/2026/may");
await storage.get("reports/2026/may").catch((error) => {
  if (!(error instanceof ObjectNotFoundError)) throw error;
  console.log(error.message);
});
await Deno.remove(directory, { recursive: true });
