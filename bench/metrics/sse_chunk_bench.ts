/**
 * A megabyte of kept events to a client that comes back, over a real socket:
 * one event a write, or pieces of several.
 *
 * @module
 */
import { SseStream } from "../../src/web/sse_stream.ts";
import { arePermitted } from "../support/permitted.ts";

const encoder = new TextEncoder();
const END = encoder.encode("event: end\ndata: \n\n");
const buffer = new Uint8Array(256 * 1024);

/** Asks for all that is kept, and reads to the last event. */
async function replay(port: number): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const ask =
    "GET /?lastEventId=0 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
  await connection.write(encoder.encode(ask));
  // The last bytes of what came, and room for the end of a chunk.
  let tail = "";
  const mark = new TextDecoder().decode(END);
  for (;;) {
    const length = await connection.read(buffer);
    if (length === null) throw new Error("The stream has ended");
    const last = buffer.subarray(Math.max(0, length - 100), length);
    tail = (tail + new TextDecoder().decode(last)).slice(-200);
    if (tail.includes(mark)) return;
  }
}

const isPermitted = arePermitted("pieces of server-sent events", [
  "--allow-net=127.0.0.1",
]);
for (const eventBytes of isPermitted ? [300, 2500, 20_000] : []) {
  for (
    const [name, chunkBytes] of [
      ["one event", 1],
      ["1 KiB", 1024],
      ["4 KiB", 4096],
      ["16 KiB", 16_384],
      ["64 KiB", 65_536],
      ["256 KiB", 262_144],
    ] as const
  ) {
    const stream = new SseStream({ chunkBytes, bufferBytes: 1024 * 1024 });
    const data = "x".repeat(eventBytes);
    for (let sent = 0; sent < 1024 * 1024; sent += eventBytes) {
      stream.publish("snapshot", data);
    }
    stream.publish("end", "");
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => stream.respond(request),
    );
    server.unref();
    Deno.bench(`${eventBytes} bytes an event, ${name} a write`, {
      group: `${eventBytes} bytes`,
      baseline: chunkBytes === 1,
    }, async () => {
      await replay(server.addr.port);
    });
  }
}
