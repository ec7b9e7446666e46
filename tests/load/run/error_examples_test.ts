import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { terminalDriver } from "../../../src/load/drivers/terminal.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { resultToHtml } from "../../../src/load/report/html_report.ts";
import { resultToJson } from "../../../src/load/report/json_report.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import type { LogicalConnection } from "../../../src/session/logical_connection.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";
import { bounded, Net } from "../../support/net.ts";

/** Refuses everything, and says more than a report has room for. */
function refuse(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (pathname === "/socket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = () => {
      socket.send("not what was meant");
      socket.close(4000);
    };
    return response;
  }
  if (pathname === "/events") {
    return new Response("data: another event\n\n", {
      headers: { "content-type": "text/event-stream" },
    });
  }
  if (pathname === "/login") {
    return Response.json({ token: "a-captured-token", name: "Ada" });
  }
  if (pathname === "/echo") {
    return Response.json({
      authorization: request.headers.get("authorization"),
      said: `with ${request.headers.get("authorization")?.slice(7)}`,
      cookie: "session=0123456789",
      jwt: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    }, { status: 403 });
  }
  return new Response(`{"problem":"too many","rest":"${"x".repeat(2000)}"}`, {
    status: 503,
    headers: { "content-type": "application/json" },
  });
}

/** Sends half a reply to each connection, and ends it. */
class HalfReplies implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served = this.#serve();

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(): Promise<void> {
    for await (const connection of this.#listener) {
      await connection.write(new TextEncoder().encode("half a re"));
      await connection.closeWrite();
      await connection.read(new Uint8Array(100)).catch(() => {});
      connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }
}

async function run(
  operations: Scenario["operations"],
  load: Scenario["load"] = {
    model: "closed",
    users: 1,
    thinkTime: { distribution: "constant", ms: 20 },
  },
): Promise<LoadResult> {
  return await new LoadTestManager({
    drivers: { ...standardDrivers(), terminal: terminalDriver() },
    health: ANY_MACHINE,
  }).run({
    name: "errors",
    load,
    phases: { rampUpMs: 100, steadyMs: 300 },
    operations,
  });
}

/** Sends two messages back, and ends the connection. */
async function echoTwo(connection: LogicalConnection): Promise<void> {
  let count = 0;
  for await (const message of connection) {
    await connection.send(message);
    if (++count === 2) break;
  }
}

function serve(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, refuse);
}

Deno.test(
  "each error has an example: the address, the status and the beginning of what came, over any protocol",
  bounded,
  async () => {
    await using server = serve();
    await using tcp = new HalfReplies();
    await using net = new Net({ serve: echoTwo });
    const host = `127.0.0.1:${server.addr.port}`;
    const operations: Scenario["operations"] = [
      {
        name: "http",
        driver: "http",
        request: { url: `http://${host}/busy`, method: "POST", body: "x" },
      },
      {
        name: "check",
        driver: "http",
        request: { url: `http://${host}/login` },
        checks: [{ field: "body.name", is: "equal", value: "Bob" }],
      },
      {
        name: "websocket",
        driver: "websocket",
        request: {
          url: `ws://${host}/socket`,
          text: "hello",
          reply: { contains: "never" },
        },
      },
      {
        name: "sse",
        driver: "sse",
        request: { url: `http://${host}/events`, contains: "never" },
      },
      {
        name: "sse status",
        driver: "sse",
        request: { url: `http://${host}/` },
      },
      {
        name: "tcp",
        driver: "tcp",
        request: { port: tcp.port, reply: { until: "\n" } },
      },
      {
        name: "logical",
        // The second step has the connection of the first.
        steps: [1, 2].map((id) => ({
          name: `reply ${id}`,
          driver: "logical",
          request: {
            port: net.listener.address.port,
            exchange: "message",
            value: { id: 1 },
            reply: { field: "id", equals: id },
          },
        })),
      },
      {
        name: "terminal",
        driver: "terminal",
        request: {
          command: "sh",
          args: ["-c", "echo no such thing; exit 3"],
          output: { contains: "never" },
        },
      },
    ];
    const results = await Promise.all(
      operations.map((operation) => run([operation])),
    );
    const examples = new Map(
      results.map(({ errors: [error] }) => [error?.operation, error?.example]),
    );
    const http = examples.get("http");
    assertEquals(http?.address, `POST http://${host}/busy`);
    assertEquals(http?.status, 503);
    assertEquals(http?.body?.slice(0, 30), '{"problem":"too many","rest":"');
    assertEquals(http?.body?.length, 257);
    assert(http?.body?.endsWith("…"));
    assertEquals(examples.get("check"), {
      address: `http://${host}/login`,
      status: 200,
      body: '{"token":"***","name":"Ada"}',
    });
    assertEquals(examples.get("websocket"), {
      address: `ws://${host}/socket`,
      status: null,
      body: "not what was meant",
    });
    assertEquals(examples.get("sse"), {
      address: `http://${host}/events`,
      status: 200,
      body: "another event",
    });
    assertEquals(examples.get("sse status")?.status, 503);
    assertStringIncludes(examples.get("sse status")?.body ?? "", "too many");
    assertEquals(examples.get("tcp"), {
      address: `127.0.0.1:${tcp.port}`,
      status: null,
      body: "half a re",
    });
    assertEquals(examples.get("logical"), {
      address: `127.0.0.1:${net.listener.address.port}`,
      status: null,
      body: '{"id":1}',
    });
    assertEquals(
      examples.get("terminal")?.address,
      "sh -c echo no such thing; exit 3",
    );
    assertStringIncludes(examples.get("terminal")?.body ?? "", "no such thing");
  },
);

Deno.test(
  "no report shows a header, a password or a token that was sent, captured or received",
  bounded,
  async () => {
    await using server = serve();
    const host = `127.0.0.1:${server.addr.port}`;
    const result = await run([
      {
        name: "flow",
        steps: [
          {
            name: "login",
            driver: "http",
            request: {
              url: `http://${host}/login`,
              json: { name: "Ada", password: "a-written-password" },
            },
            capture: { token: "body.token" },
          },
          {
            name: "echo",
            driver: "http",
            request: {
              url: `http://${host}/echo?by=\${token}&key=1`,
              headers: { authorization: "Bearer ${token}" },
            },
            checks: [{ field: "status", is: "equal", value: 200 }],
          },
        ],
      },
      {
        name: "url",
        driver: "http",
        request: {
          url: `http://ada:an-url-password@${host}/?api_key=a-query-secret`,
          headers: { cookie: "session=a-written-cookie" },
        },
      },
      {
        name: "step",
        driver: "http",
        request: {
          url: `http://${host}/echo`,
          headers: { authorization: "Bearer another-written-token" },
        },
      },
    ]);
    assert(result.errors.length > 0);
    for (
      const report of [
        resultToJson(result),
        resultToHtml(result),
        resultToText(result, { columns: 1000 }),
      ]
    ) {
      for (
        const secret of [
          "a-captured-token",
          "a-written-password",
          "an-url-password",
          "a-query-secret",
          "a-written-cookie",
          "another-written-token",
          "0123456789",
          "eyJhbGciOiJIUzI1NiJ9",
        ]
      ) {
        assert(!report.includes(secret), `${secret} is in ${report}`);
      }
      assertStringIncludes(report, "***");
    }
    // What refers to a secret is no secret.
    assertStringIncludes(resultToJson(result), "Bearer ${token}");
  },
);

Deno.test(
  "an error has the time of the run when it came first, and its counts in all phases",
  bounded,
  async () => {
    await using server = serve();
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const result = await run(
      [{ name: "get", driver: "http", request: { url } }],
      {
        model: "open",
        arrivalsPerSecond: 200,
        arrivals: "constant",
        maxUsers: 20,
      },
    );
    const [error, ...others] = result.errors;
    assertEquals(others, []);
    const { ramp_up = 0, steady = 0, ramp_down = 0 } = error?.phases ?? {};
    assertEquals(error?.count, ramp_up + steady + ramp_down);
    assertEquals(error?.count, result.total.failed);
    assertEquals(steady, result.steady.accounting.failed);
    assert(ramp_up > 0, "there are errors in the ramp-up");
    const [rampUp] = result.phases.filter(({ name }) => name === "ramp_up");
    const { startedMs = 0, durationMs = 0 } = rampUp ?? {};
    const { firstMs = 0 } = error ?? {};
    assert(firstMs >= startedMs && firstMs < startedMs + durationMs);
  },
);
