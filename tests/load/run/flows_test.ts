import { assert, assertEquals } from "@std/assert";
import type { JsonValue } from "../../../src/codec/mod.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE, drive, TestDriver } from "../../support/load_drivers.ts";
import { bounded, echo, Net } from "../../support/net.ts";

const closed = {
  model: "closed",
  users: 2,
  thinkTime: { distribution: "constant", ms: 100 },
} as const;

/** Repeats each line that comes in capital letters. */
class Shouter implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #served = this.#serve();

  get port(): number {
    return this.#listener.addr.port;
  }

  async #serve(): Promise<void> {
    const all: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      const shouted = new TransformStream<string, string>({
        transform: (text, out) => out.enqueue(text.toUpperCase()),
      });
      all.push(
        connection.readable
          .pipeThrough(new TextDecoderStream())
          .pipeThrough(shouted)
          .pipeThrough(new TextEncoderStream())
          .pipeTo(connection.writable)
          .catch(() => {}),
      );
    }
    await Promise.all(all);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#served;
  }
}

/** Adds a letter to the token, in whatever way it is asked. */
function respond(request: Request): Response {
  const { pathname, searchParams } = new URL(request.url);
  const token = searchParams.get("token") ?? "";
  if (pathname === "/socket") {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) =>
      socket.send(JSON.stringify({ token: `${data}w` }));
    return response;
  }
  if (pathname === "/events") {
    return new Response(`data: {"token":"${token}s"}\n\n`, {
      headers: { "content-type": "text/event-stream" },
    });
  }
  return Response.json({ token: `${token}h` }, { headers: { etag: "e-7" } });
}

Deno.test(
  "what a step captures over HTTP, WebSocket, SSE, TCP and a logical connection is there for the next",
  bounded,
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      respond,
    );
    await using shouter = new Shouter();
    await using net = new Net({ serve: echo });
    const address = `127.0.0.1:${server.addr.port}`;
    const token = { token: "body.token" };
    const steps = [
      {
        name: "http",
        driver: "http",
        request: { url: "/" },
        capture: { ...token, tag: "headers.etag" },
      },
      {
        name: "websocket",
        driver: "websocket",
        request: { url: `ws://${address}/socket`, text: "${token}" },
        capture: token,
      },
      {
        name: "sse",
        driver: "sse",
        request: { url: `http://${address}/events?token=\${token}` },
        capture: token,
      },
      {
        name: "tcp",
        driver: "tcp",
        request: {
          port: shouter.port,
          send: "token=${token}\n",
          reply: { until: "\n" },
        },
        capture: { token: { field: "body", pattern: "TOKEN=(.*)" } },
      },
      {
        name: "logical",
        driver: "logical",
        request: {
          port: net.listener.address.port,
          exchange: "message",
          value: { token: "${token}l", tag: "${tag}" },
        },
        capture: { ...token, tag: "body.tag" },
      },
      {
        name: "again",
        driver: "http",
        request: { url: "?token=${token}${tag}" },
        checks: [{ field: "body.token", is: "equal", value: "HWSle-7h" }],
      },
    ] as const;
    const manager = new LoadTestManager({
      drivers: standardDrivers(),
      health: ANY_MACHINE,
    });
    const { operations, total, verdict, reasons } = await manager.run({
      name: "all drivers",
      load: closed,
      phases: { steadyMs: 300 },
      defaults: { http: { url: `http://${address}` } },
      operations: [{ name: "flow", steps }],
    });
    assertEquals(verdict, "passed", `${reasons}`);
    assert(total.ok > 0);
    assertEquals(
      operations.map(({ name, errors }) => [name, errors]),
      ["flow", ...steps.map(({ name }) => `flow/${name}`)]
        .map((name) => [name, []]),
    );
    for (const { accounting } of operations) {
      assertEquals(accounting.ok, accounting.planned);
    }
  },
);

/** Runs a flow of three steps whose outcomes are given by their names. */
async function runFlow(
  load: Scenario["load"],
  body: (step: string) => JsonValue,
  criteria: Scenario["criteria"] = [],
) {
  const clock = new ManualClock();
  const driver = new TestDriver(({ request }) =>
    new Promise((resolve) =>
      clock.schedule(
        20,
        () => resolve({ sentBytes: 2, body: body(`${request.step}`) }),
      )
    )
  );
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const result = await drive(
    clock,
    manager.run({
      name: "flow",
      load,
      phases: { steadyMs: 2000 },
      criteria,
      operations: [{
        name: "flow",
        steps: ["a", "b", "c"].map((name) => ({
          name,
          driver: "test",
          request: { step: name, user: "${user.number}" },
          checks: [{ field: "body", is: "present" }],
        })),
      }],
    }),
    5,
  );
  return { result, driver };
}

Deno.test("a step that fails ends its flow, and those after it are dropped", async () => {
  const { result, driver } = await runFlow(
    closed,
    (step) => step === "b" ? null : step,
  );
  const [flow, a, b, c] = result.operations;
  const count = flow?.accounting.planned ?? 0;
  assert(count > 10);
  assertEquals(a?.accounting.ok, count);
  assertEquals(b?.accounting.failed, count);
  assertEquals(c?.accounting.dropped, count);
  assertEquals(c?.accounting.started, 0);
  assertEquals(flow?.accounting.failed, count);
  const message = "CheckError: body is null, expected a value";
  assertEquals(b?.errors, [{ message, count }]);
  assertEquals(flow?.errors, [{ message: `flow/b: ${message}`, count }]);
  // Steps are a part of their flow.
  assertEquals(result.steady.accounting, flow?.accounting);
  assertEquals(result.steady.errors, flow?.errors);
  assert(driver.requests.every(({ step }) => step !== "c"));
});

Deno.test("a flow takes as long as all of its steps, in the open model from its planned start", async () => {
  const { result } = await runFlow(
    {
      model: "open",
      arrivalsPerSecond: 20,
      arrivals: "constant",
      maxUsers: 1,
    },
    (step) => step,
    [{ metric: "dropRate", is: "at_most", value: 1 }],
  );
  const [flow, a, , c] = result.operations;
  const { ok, dropped, planned } = flow?.accounting ?? { ok: 0, planned: 0 };
  assert(ok > 10 && planned > ok);
  // An arrival that is dropped has no steps that are started.
  assertEquals(a?.accounting.dropped, dropped);
  assertEquals(c?.accounting.ok, ok);
  assert((flow?.serviceTime.min ?? 0) >= 60);
  assert((flow?.latency.min ?? 0) >= 60);
  assert((a?.latency.max ?? Infinity) < 40);
  assertEquals(a?.latency, a?.serviceTime);
  assertEquals([flow?.sentBytes, a?.sentBytes], [6 * ok, 2 * ok]);
});

Deno.test("a criterion can be about a step, and default limits are about flows alone", async () => {
  const { result } = await runFlow(
    closed,
    (step) => step === "c" ? null : step,
    [
      { metric: "errorRate", operation: "flow/a", is: "at_most", value: 0 },
      { metric: "errorRate", operation: "flow", is: "at_most", value: 1 },
    ],
  );
  assertEquals(result.verdict, "passed", `${result.reasons}`);
  assertEquals(result.criteria.map(({ outcome }) => outcome), ["held", "held"]);
});

/** A flow of groups, whose steps note their names. */
async function runGroups(seed: number) {
  const clock = new ManualClock();
  const driver = new TestDriver();
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const step = (name: string) => ({
    name,
    driver: "test",
    request: { step: name, user: "${user.number}", n: "${iteration}" },
  });
  const result = await drive(
    clock,
    manager.run({
      name: "groups",
      seed,
      load: { ...closed, users: 1 },
      phases: { steadyMs: 1950 },
      operations: [{
        name: "buy",
        steps: [
          step("look"),
          {
            name: "fill",
            repeat: 2,
            steps: [step("pick"), { name: "both", steps: [step("put")] }],
          },
          {
            oneOf: [
              { name: "card", weight: 3, steps: [step("pay")] },
              { name: "invoice", steps: [step("sign"), step("send")] },
            ],
          },
          step("leave"),
        ],
      }],
    }),
  );
  const paths = new Map<unknown, string>();
  for (const { n, step } of driver.requests) {
    paths.set(n, `${paths.get(n) ?? ""} ${step}`.trim());
  }
  return { result, paths: [...paths.values()] };
}

Deno.test("groups are repeated, and of a choice one is drawn by weight, the same with the same seed", async () => {
  const { result, paths } = await runGroups(1);
  const card = "look pick put pick put pay leave";
  const invoice = "look pick put pick put sign send leave";
  // The driver notes a hundred requests.
  const whole = paths.slice(0, -1);
  assertEquals(new Set(whole), new Set([card, invoice]));
  const ok = new Map(
    result.operations.map(({ name, accounting }) => [name, accounting.ok]),
  );
  const count = ok.get("buy") ?? 0;
  const invoices = ok.get("buy/invoice") ?? 0;
  assert(count > 10 && invoices > 0 && invoices < count / 2);
  assertEquals([...ok], [
    ["buy", count],
    ["buy/look", count],
    ["buy/fill", 2 * count],
    ["buy/fill/pick", 2 * count],
    ["buy/fill/both", 2 * count],
    ["buy/fill/both/put", 2 * count],
    ["buy/card", count - invoices],
    ["buy/card/pay", count - invoices],
    ["buy/invoice", invoices],
    ["buy/invoice/sign", invoices],
    ["buy/invoice/send", invoices],
    ["buy/leave", count],
  ]);
  assertEquals((await runGroups(1)).paths, paths);
  assert(`${(await runGroups(2)).paths}` !== `${paths}`);
});
