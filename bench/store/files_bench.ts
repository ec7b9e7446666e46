// MB/s of one large file over HTTP, both ways, beside handlers by hand that do
// the same with one file, in turns: deno run -A bench/store/files_bench.ts
// [megabytes] [rounds]. What is uploaded is on the disk when it is answered: the
// file and its directory are flushed, and so are the commits that note it.
import { TextLineStream } from "@std/streams";

const [megabytes = 256, rounds = 3] = Deno.args.map(Number);
const BYTES = megabytes * 2 ** 20;
const BLOCK = crypto.getRandomValues(new Uint8Array(65_536));
const PIECE = new Uint8Array(2 ** 20);
for (let at = 0; at < PIECE.length; at += BLOCK.length) PIECE.set(BLOCK, at);

const directory = await Deno.makeTempDir();
const server = new Deno.Command(Deno.execPath(), {
  args: [
    "run",
    "-A",
    "--no-check",
    new URL("./files_server.ts", import.meta.url).pathname,
    directory,
  ],
  stdin: "piped",
  stdout: "piped",
}).spawn();
const lines = server.stdout.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream()).getReader();
const input = server.stdin.getWriter();
const port = Number((await lines.read()).value);

/** Milliseconds of CPU that the server has used. */
async function cpuMs(): Promise<number> {
  await input.write(new TextEncoder().encode("\n"));
  return Number((await lines.read()).value);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    at += await conn.write(bytes.subarray(at));
  }
}

/** Sends a request with what is before and after the bytes; returns the body. */
async function upload(
  path: string,
  type: string,
  before = "",
  after = "",
): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const encoder = new TextEncoder();
  const length = before.length + BYTES + after.length;
  await writeAll(
    conn,
    encoder.encode(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${before}`,
    ),
  );
  for (let sent = 0; sent < BYTES; sent += PIECE.length) {
    await writeAll(conn, PIECE);
  }
  await writeAll(conn, encoder.encode(after));
  const response = await new Response(conn.readable).text();
  if (!response.startsWith("HTTP/1.1 200")) throw new Error(response);
  return response.slice(response.indexOf("\r\n\r\n") + 4);
}

/** Reads a response to its end. */
async function download(path: string): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  await writeAll(
    conn,
    new TextEncoder().encode(
      `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`,
    ),
  );
  const buffer = new Uint8Array(2 ** 18);
  let bytes = 0;
  for (let count; (count = await conn.read(buffer)) !== null;) bytes += count;
  if (bytes < BYTES) throw new Error(`${bytes} of ${BYTES} bytes came`);
}

interface Measured {
  readonly perSecond: number;
  readonly cpuMs: number;
}

async function measured(run: () => Promise<unknown>): Promise<Measured> {
  const before = await cpuMs();
  const start = performance.now();
  await run();
  const seconds = (performance.now() - start) / 1000;
  const cpu = await cpuMs() - before;
  return { perSecond: BYTES / 1e6 / seconds, cpuMs: cpu };
}

const found = new Map<string, Measured[]>();
async function step(name: string, run: () => Promise<unknown>): Promise<void> {
  const all = found.get(name) ?? [];
  all.push(await measured(run));
  found.set(name, all);
}

let path = "";
for (let round = 0; round <= rounds; round++) {
  // The first one warms up.
  if (round === 1) found.clear();
  await step("upload", async () => {
    // As long as those of browsers.
    const boundary = "----WebKitFormBoundary0123456789abcdef";
    const head =
      `--${boundary}\r\ncontent-disposition: form-data; name="data"; filename="a.bin"\r\n\r\n`;
    const body = await upload(
      "/api/collections/uploads/records",
      `multipart/form-data; boundary=${boundary}`,
      head,
      `\r\n--${boundary}--\r\n`,
    );
    const { id, data } = JSON.parse(body);
    path = `/api/files/uploads/${id}/${data}`;
  });
  await step(
    "upload by hand",
    () => upload("/by_hand", "application/octet-stream"),
  );
  await step("download", () => download(path));
  await step("download by hand", () => download("/by_hand"));
}
for (const [name, all] of found) {
  const rates = all.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)] ?? NaN;
  const cpu = all.reduce((sum, one) => sum + one.cpuMs, 0) / all.length;
  console.log(
    `${name}: ${median.toFixed(0)} MB/s (${
      rates.map((one) => one.toFixed(0)).join(", ")
    }), CPU of the server ${cpu.toFixed(0)} ms`,
  );
}
await input.close();
lines.releaseLock();
await server.status;
await Deno.remove(directory, { recursive: true });
