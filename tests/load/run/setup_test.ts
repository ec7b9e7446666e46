import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { OperationOutcome } from "../../../src/load/driver.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type { RunOptions } from "../../../src/load/run_options.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { TestScenarioBuilder } from "../../../src/load/scenario/scenario_builder.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE, drive, TestDriver } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";

const step = (name: string, request = {}) => ({
  name,
  driver: "test",
  request: { step: name, ...request },
});

const shop: Scenario = new TestScenarioBuilder("shop")
  .closed({ users: 2, thinkTime: { distribution: "constant", ms: 100 } })
  .phases({ steadyMs: 950 })
  .setup({ ...step("login"), capture: { token: "body.token" } })
  .setup({
    ...step("create", { token: "${token}" }),
    capture: { shop: "body.shop" },
  })
  .operation("buy", step("buy", { token: "${token}", shop: "${shop}" }))
  .flow("visit", {
    steps: [{ ...step("look", { shop: "${shop}" }), capture: { id: "body" } }],
  })
  .teardown(step("remove", { shop: "${shop}" }))
  .teardown(step("logout", { token: "${token}" }))
  .build();

/** Runs the shop; a step whose name is in `failing` fails. */
async function run(
  failing: readonly string[],
  options: RunOptions = {},
  onStep: (name: string) => void = () => {},
) {
  const clock = new ManualClock();
  const driver = new TestDriver(
    ({ request }): Promise<OperationOutcome> => {
      onStep(`${request.step}`);
      return failing.includes(`${request.step}`)
        ? Promise.reject(new Error("no"))
        : Promise.resolve({ body: { token: "t-1", shop: 7 } });
    },
  );
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const result = await drive(clock, manager.run(shop, options));
  assertEquals(driver.opened, driver.closed, "sessions are closed");
  return { result, requests: driver.requests, clock };
}

const SETUP = [
  { step: "login" },
  { step: "create", token: "t-1" },
];
const TEARDOWN = [
  { step: "remove", shop: 7 },
  { step: "logout", token: "t-1" },
];

Deno.test("setup and teardown are performed once, and users have what the setup has captured", async () => {
  const { result, requests } = await run([]);
  assertEquals(result.verdict, "passed", `${result.reasons}`);
  assertEquals(requests.slice(0, 2), SETUP);
  assertEquals(requests.slice(-2), TEARDOWN);
  const load = requests.slice(2, -2);
  assertEquals(
    new Set(load.map((request) => JSON.stringify(request))),
    new Set([
      '{"step":"buy","token":"t-1","shop":7}',
      '{"step":"look","shop":7}',
    ]),
  );
  // They count in no figure.
  assertEquals(result.total.planned, load.length);
  assertEquals(result.operations.map(({ name }) => name), [
    "buy",
    "visit",
    "visit/look",
  ]);
});

Deno.test("a setup that fails makes the run invalid, and the teardown takes place", async () => {
  const { result, requests } = await run(["create"]);
  assertEquals(result.verdict, "invalid");
  assertEquals(result.reasons, [
    "The run could not be prepared: setup/create failed: no",
  ]);
  assertEquals(result.total.planned, 0);
  // What was not captured cannot be sent.
  assertEquals(requests.map(({ step }) => step), ["login", "create", "logout"]);
  assert(
    result.warnings.some((warning) =>
      warning.includes("teardown/remove failed: shop was not captured")
    ),
    `${result.warnings}`,
  );
});

Deno.test("a teardown that fails is a warning, and its other steps take place", async () => {
  const { result, requests } = await run(["remove"]);
  assertEquals(result.verdict, "passed");
  assertEquals(requests.slice(-2), TEARDOWN);
  assertStringIncludes(
    result.warnings.at(-1) ?? "",
    "The teardown: teardown/remove failed: no.",
  );
});

Deno.test("the teardown takes place after a run that is aborted", async () => {
  const abort = new AbortController();
  const { result, requests } = await run(
    [],
    { signal: abort.signal },
    (name) => {
      if (name === "buy" || name === "look") abort.abort();
    },
  );
  assertEquals(result.verdict, "aborted");
  assertEquals(requests.slice(0, 2), SETUP);
  assertEquals(requests.slice(-2), TEARDOWN);
});

Deno.test(
  "users on several threads have what the setup has captured",
  bounded,
  async () => {
    const seen: string[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url }) => {
        seen.push(new URL(url).pathname);
        return Response.json({ token: "t-1" });
      },
    );
    const url = `http://127.0.0.1:${server.addr.port}`;
    const request = (path: string) => ({
      driver: "http",
      request: { url: `${url}/${path}` },
    });
    const manager = new LoadTestManager({
      drivers: standardDrivers(),
      health: ANY_MACHINE,
    });
    const result = await manager.run({
      name: "threads",
      load: {
        model: "closed",
        users: 2,
        thinkTime: { distribution: "constant", ms: 50 },
      },
      phases: { steadyMs: 300 },
      setup: [{
        name: "login",
        ...request("in"),
        capture: { token: "body.token" },
      }],
      operations: [{ name: "buy", ...request("${token}") }],
      teardown: [{ name: "logout", ...request("out") }],
    }, { workers: 2 });
    assertEquals(result.verdict, "passed", `${result.reasons}`);
    assertEquals(new Set(seen.slice(1, -1)), new Set(["/t-1"]));
    assertEquals([seen[0], seen.at(-1)], ["/in", "/out"]);
  },
);

Deno.test("what is wrong with a setup or a teardown is refused", () => {
  const { errors } = validateScenario({
    ...shop,
    setup: [
      { ...step("a", { id: "${token}" }), capture: { token: "body" } },
      { ...step("a"), weight: 1 },
    ],
    operations: [{
      name: "flow",
      steps: [{ ...step("b"), capture: { token: "body" } }],
    }],
    teardown: [step("c", { id: "${tokn}" })],
  });
  assertEquals(errors.map(({ message }) => message), [
    "setup[1].weight is not a known field, choose one of name, driver, request, timeoutMs, checks, capture, tags",
    "operations[0].steps[0].capture.token is captured by the setup, choose another name",
    "setup[0].request.id has ${token}, which refers to nothing, choose one of iteration, uuid, now, or write $${token} to send it as it is",
    'teardown[0].request.id has ${tokn}, which refers to nothing, did you mean "token"?',
  ]);
});
