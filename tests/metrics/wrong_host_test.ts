import { assertStringIncludes } from "@std/assert";
import { SseStream } from "../../src/web/sse_stream.ts";
import { serveMetrics } from "../../src/metrics/serve_metrics.ts";
import { bounded } from "../support/net.ts";
import { TestFeed } from "./snapshots.ts";

/** The start of the response to a request whose `Host` is not a host. */
async function respond(
  handler: (request: Request) => Response | Promise<Response>,
): Promise<string> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    handler,
  );
  using connection = await Deno.connect({ port: server.addr.port });
  const ask = "GET /events HTTP/1.1\r\nHost: localhost:99999\r\n\r\n";
  await connection.write(new TextEncoder().encode(ask));
  const buffer = new Uint8Array(4096);
  const length = await connection.read(buffer) ?? 0;
  return new TextDecoder().decode(buffer.subarray(0, length));
}

Deno.test("A Host that is not a host is a bad request", bounded, async () => {
  await using metrics = serveMetrics(new TestFeed());
  assertStringIncludes(await respond(metrics.fetch), " 400 Bad Request\r\n");
});

Deno.test(
  "A stream by itself responds whatever Host is",
  bounded,
  async () => {
    using stream = new SseStream();
    const events = await respond((request) => stream.respond(request));
    assertStringIncludes(events, " 200 OK\r\n");
  },
);
