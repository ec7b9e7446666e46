import { assertEquals, assertThrows } from "@std/assert";
import { TestScenarioBuilder } from "../../../src/load/scenario/scenario_builder.ts";
import { ScenarioError } from "../../../src/load/scenario/scenario_error.ts";
import { scenarioTemplates } from "../../../src/load/scenario/scenario_templates.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";

const get = { driver: "http", request: { url: "http://127.0.0.1/${ids.id}" } };

Deno.test("a builder makes the scenario of its parts", () => {
  const scenario = new TestScenarioBuilder("shop")
    .description("Looks and buys")
    .target({ command: "deno", readyPattern: "ready" })
    .open({ arrivalsPerSecond: 10, maxUsers: 20 })
    .phases({ steadyMs: 10_000 })
    .operation("look", get)
    .operation("buy", { ...get, weight: 2 })
    .feeder("ids", { records: [{ id: 1 }] })
    .criterion("latency.p99", "below", 50, { operation: "buy", abort: true })
    .criterion("errorRate", "at_most", 0)
    .tag("team", "sales")
    .seed(7)
    .build();
  assertEquals(scenario, {
    name: "shop",
    description: "Looks and buys",
    target: { command: "deno", readyPattern: "ready" },
    load: { model: "open", arrivalsPerSecond: 10, maxUsers: 20 },
    phases: { steadyMs: 10_000 },
    operations: [{ name: "look", ...get }, { name: "buy", ...get, weight: 2 }],
    feeders: { ids: { records: [{ id: 1 }] } },
    criteria: [
      {
        metric: "latency.p99",
        is: "below",
        value: 50,
        operation: "buy",
        abort: true,
      },
      { metric: "errorRate", is: "at_most", value: 0 },
    ],
    tags: { team: "sales" },
    seed: 7,
  });
});

Deno.test("each step of a builder can be continued without changing it", () => {
  const base = new TestScenarioBuilder("base")
    .closed({ users: 1 })
    .phases({ steadyMs: 1000 })
    .feeder("ids", { records: [{ id: 1 }] })
    .operation("look", get);
  const more = base.operation("buy", get).closed({ users: 2 });
  assertEquals(base.build().operations.length, 1);
  assertEquals(base.build().load, { model: "closed", users: 1 });
  assertEquals(more.build().operations.length, 2);
});

Deno.test("a builder throws a ScenarioError with all problems", () => {
  const wrong = new TestScenarioBuilder("shop")
    .closed({ users: 0 })
    .phases({ steadyMs: 0 })
    .operation("look", get);
  assertThrows(
    () => wrong.build(),
    ScenarioError,
    `Cannot use the scenario:
load.users is 0, it must be a whole number from 1 to 1000000
phases.steadyMs is 0, it must be a number above 0 and at most 2147483647
operations[0].request.url has \${ids.id}, which refers to no feeder, choose one of user, random, env`,
  );
});

Deno.test("types allow no build without a load, phases and an operation", () => {
  const base = new TestScenarioBuilder("shop");
  const all = base.closed({ users: 1 }).phases({ steadyMs: 1 });
  // Type errors are what is asserted; what happens at run time is the same.
  // @ts-expect-error: there is nothing yet
  assertThrows(() => base.build(), ScenarioError, "load is missing");
  // @ts-expect-error: there is no operation
  assertThrows(() => all.build(), ScenarioError, "operations is missing");
  assertThrows(
    // @ts-expect-error: there are no phases
    () => base.closed({ users: 1 }).operation("look", get).build(),
    ScenarioError,
    "phases is missing",
  );
});

const operations = [{ name: "get", driver: "http", request: {} }];

for (
  const [name, users] of [
    ["smoke", 3],
    ["averageLoad", 50],
    ["stress", 100],
    ["spike", 500],
    ["endurance", 50],
  ] as const
) {
  Deno.test(`the template ${name} makes a valid scenario`, () => {
    const made = scenarioTemplates[name](operations, { users: 50, p99Ms: 20 });
    const { scenario, errors, warnings } = validateScenario(made);
    assertEquals([errors, warnings], [[], []]);
    assertEquals(
      scenario?.load.model === "closed" && scenario.load.users,
      users,
    );
    assertEquals(scenario?.criteria?.[0]?.value, 20);
  });
}

Deno.test("the template breakpoint makes scenarios with more and more arrivals", () => {
  const steps = scenarioTemplates.breakpoint(operations, {
    users: 50,
    arrivalsPerSecond: 100,
    steps: 4,
  });
  for (const step of steps) assertEquals(validateScenario(step).errors, []);
  assertEquals(
    steps.map(({ load }) => load.model === "open" && load.arrivalsPerSecond),
    [100, 150, 200, 250],
  );
});

Deno.test("types allow a build without phases if the load has stages", () => {
  const stages = [{ name: "step", durationMs: 1000, users: 2 }];
  const base = new TestScenarioBuilder("shop").operation("look", get)
    .feeder("ids", { records: [{ id: 1 }] });
  assertEquals(base.closed({ stages }).build().load, {
    model: "closed",
    stages,
  });
  const limited = base.closed({ stages }).phases({ drainTimeoutMs: 5 });
  assertEquals(limited.build().phases, { drainTimeoutMs: 5 });
  const open = [{ name: "step", durationMs: 1000, arrivalsPerSecond: 2 }];
  assertEquals(
    base.open({ maxUsers: 1, stages: open })
      .criterion("throughput", "above", 1, { stage: "step" })
      .build().criteria?.[0]?.stage,
    "step",
  );
  assertThrows(
    // @ts-expect-error: there are no phases with load
    () => base.closed({ users: 1 }).phases({ drainTimeoutMs: 5 }).build(),
    ScenarioError,
    "phases.steadyMs is missing",
  );
});
