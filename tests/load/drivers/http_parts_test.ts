import { assert, assertEquals, assertRejects } from "@std/assert";
import { setTimeout as delay } from "node:timers/promises";
import type { OperationOutcome } from "../../../src/load/driver.ts";
import { httpDriver } from "../../../src/load/drivers/http.ts";
import { sseDriver } from "../../../src/load/drivers/sse.ts";
import { websocketDriver } from "../../../src/load/drivers/websocket.ts";
import { bounded } from "../../support/net.ts";
import { ca, server as identity } from "../../support/tls/certificates.ts";
import { call, openUser } from "./calls.ts";

const TLS = new URL("../../support/tls/", import.meta.url).pathname;
const WAIT_MS = 30;

/** A server that waits before the head of its response, and before the end. */
function serve(options: object = {}): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, ...options },
    async ({ url }) => {
      if (url.endsWith("/moved")) return Response.redirect(new URL("/", url));
      await delay(WAIT_MS);
      const end = async function* () {
        yield new TextEncoder().encode("first");
        await delay(WAIT_MS);
        yield new TextEncoder().encode("last");
      };
      return new Response(ReadableStream.from(end()));
    },
  );
}

/** The parts, the sum of those that are known, and the whole time. */
async function timed(
  performed: () => Promise<OperationOutcome>,
): Promise<OperationOutcome & { readonly sum: number; readonly all: number }> {
  const startedAt = performance.now();
  const outcome = await performed();
  const all = performance.now() - startedAt;
  const { connectMs = 0, tlsMs = 0, firstByteMs = 0, restMs = 0 } = outcome;
  return { ...outcome, sum: connectMs + tlsMs + firstByteMs + restMs, all };
}

for (const scheme of ["http", "https"] as const) {
  Deno.test(
    `the parts of a response over ${scheme} are measured, and add up to its time at most`,
    bounded,
    async () => {
      await using server = serve(scheme === "https" ? identity : {});
      await using user = await openUser(httpDriver());
      const request = call({
        url: `${scheme}://localhost:${server.addr.port}/`,
        caFile: `${TLS}ca.pem`,
      });
      const first = await timed(() => user.perform(request));
      assert((first.connectMs ?? 0) > 0);
      if (scheme === "https") assert((first.tlsMs ?? 0) > 0);
      else assertEquals(first.tlsMs, undefined);
      // Timers may be early by less than a millisecond.
      assert((first.firstByteMs ?? 0) > WAIT_MS - 1);
      assert((first.restMs ?? -1) >= 0);
      assert(first.sum > 2 * (WAIT_MS - 1), `it is ${first.sum}`);
      assert(first.sum <= first.all);
      // It has a connection now.
      const second = await timed(() => user.perform(request));
      assertEquals([second.connectMs, second.tlsMs], [undefined, undefined]);
      assert(second.sum > 2 * (WAIT_MS - 1) && second.sum <= second.all);
    },
  );
}

Deno.test(
  "the parts of a redirected response are those of all of its requests",
  bounded,
  async () => {
    await using server = serve();
    await using user = await openUser(httpDriver());
    const url = `http://127.0.0.1:${server.addr.port}/moved`;
    const { sum, all, connectMs } = await timed(() =>
      user.perform(call({ url }))
    );
    assert(connectMs !== undefined && sum > 2 * (WAIT_MS - 1) && sum <= all);
  },
);

for (
  const [what, driver, request] of [
    ["HTTP/2", httpDriver(), { version: "2" }],
    ["fetch", httpDriver({ client: { poolMaxIdlePerHost: 9 } }), {}],
  ] as const
) {
  Deno.test(
    `the parts of a response over ${what} are not known, and not 0`,
    bounded,
    async () => {
      await using server = serve();
      await using user = await openUser(driver);
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const outcome = await user.perform(call({ url, ...request }));
      assertEquals(
        Object.keys(outcome).filter((name) => name.endsWith("Ms")),
        [],
      );
    },
  );
}

for (const version of ["1.1", "2"] as const) {
  Deno.test(
    `a file of certificates makes a service trusted over HTTP/${version}, for its requests alone`,
    bounded,
    async () => {
      await using server = serve(identity);
      await using user = await openUser(httpDriver());
      const url = `https://localhost:${server.addr.port}/`;
      const caFile = `${TLS}ca.pem`;
      assertEquals(
        (await user.perform(call({ url, version, caFile }))).status,
        200,
      );
      await assertRejects(
        () => user.perform(call({ url, version })),
        Error,
        "UnknownIssuer",
      );
      const other = `${TLS}other_ca.pem`;
      await assertRejects(
        () => user.perform(call({ url, version, caFile: other })),
        Error,
        "UnknownIssuer",
      );
    },
  );
}

Deno.test(
  "a handshake that never ends is given up with its operation, or its user",
  bounded,
  async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const driver = httpDriver({ client: { caCerts: [ca] } });
    const url = `https://localhost:${listener.addr.port}/`;
    await using user = await openUser(driver);
    const given = new AbortController();
    const aborted = user.perform(call({ url }, given.signal));
    const conn = await listener.accept();
    const reason = new Error("timed out");
    given.abort(reason);
    await assertRejects(() => aborted, Error, "timed out");
    conn.close();
    const other = await openUser(driver);
    const left = other.perform(call({ url, connections: "per_user" }));
    const ended = assertRejects(() => left);
    const second = await listener.accept();
    // The handshake has begun.
    await second.read(new Uint8Array(4096));
    await other[Symbol.asyncDispose]();
    await ended;
    second.close();
  },
);

Deno.test(
  "a file of certificates makes a service of events and of WebSockets trusted, for its requests alone",
  bounded,
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, ...identity },
      (request) => {
        if (request.headers.get("upgrade") !== "websocket") {
          return new Response("data: hello\n\n", {
            headers: { "content-type": "text/event-stream" },
          });
        }
        const { socket, response } = Deno.upgradeWebSocket(request);
        socket.onmessage = ({ data }) => socket.send(data);
        return response;
      },
    );
    const host = `localhost:${server.addr.port}/`;
    const caFile = `${TLS}ca.pem`;
    for (
      const [driver, request] of [
        [sseDriver(), { url: `https://${host}` }],
        [websocketDriver(), { url: `wss://${host}`, text: "hello" }],
      ] as const
    ) {
      assertEquals(driver.validate({ ...request, caFile }), []);
      const [issue] = driver.validate({ ...request, ca: caFile });
      assertEquals(issue?.suggestion, "caFile");
      await using user = await openUser(driver);
      const { body } = await user.perform(call({ ...request, caFile }));
      assertEquals(body, "hello");
      await assertRejects(() => user.perform(call(request)), Error);
    }
  },
);
