import { assert, assertEquals, assertThrows } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { terminalDriver } from "../../../src/load/drivers/terminal.ts";
import type { Driver } from "../../../src/load/driver.ts";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { PerformanceScenarios } from "../../../src/load/presets/performance_scenarios.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { startTarget } from "../../../src/load/run/target.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { bounded } from "../../support/net.ts";

const ready = new PerformanceScenarios();

/** A few users who hardly think, for as long as a test waits for them. */
const SHORT = {
  users: 6,
  thinkTime: { distribution: "constant", ms: 5 },
  rampUpMs: 0,
  steadyMs: 100_000,
  rampDownMs: 0,
} as const;

/** Runs a scenario until each operation was done so often. */
async function run(scenario: Scenario, times = 1): Promise<LoadResult> {
  const abort = new AbortController();
  const left = new Map(scenario.operations.map(({ name }) => [name, times]));
  const done = (name: string) => {
    left.set(name, (left.get(name) ?? 0) - 1);
    if (left.values().every((times) => times <= 0)) abort.abort("enough");
  };
  const drivers: Record<string, Driver> = {
    ...standardDrivers(),
    terminal: terminalDriver(),
  };
  for (const [name, driver] of Object.entries(drivers)) {
    drivers[name] = counted(driver, done);
  }
  return await new LoadTestManager({ drivers }).run(scenario, {
    signal: abort.signal,
  });
}

/** A driver that says which operations it has done. */
function counted(driver: Driver, done: (operation: string) => void): Driver {
  return {
    validate: (request) => driver.validate(request),
    async open(user) {
      const session = await driver.open(user);
      return {
        async perform(call) {
          const outcome = await session.perform(call);
          done(call.operation);
          return outcome;
        },
        [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
      };
    },
  };
}

/** That each operation was done, and none went wrong. */
function assertDone({ verdict, total, operations, reasons }: LoadResult): void {
  const { started, ok, interrupted } = total;
  const errors = operations.map(({ name, errors }) => [name, errors]);
  const said = JSON.stringify({ total, errors, reasons });
  // It was aborted when enough was done.
  assertEquals([verdict, ok + interrupted], ["aborted", started], said);
  for (const { name, accounting } of operations) {
    assert(accounting.ok > 0, `${name} was not done`);
  }
}

for (const name of ready.list()) {
  Deno.test(`the preset ${name} makes a valid scenario`, () => {
    const { errors, warnings } = validateScenario(
      ready.make(name),
      standardDrivers(),
    );
    assertEquals([...errors, ...warnings], []);
  });
}

const SCENARIOS: { readonly [name: string]: Scenario } = {
  "chat": ready.chat({ ...SHORT, roomSize: 3 }),
  "file-streaming": ready.fileStreaming({ ...SHORT, fileBytes: 262_144 }),
  "file-streaming of one chunk": ready.fileStreaming({
    ...SHORT,
    fileBytes: 1000,
    chunkBytes: 1000,
  }),
  "terminal-sessions": ready.terminalSessions(SHORT),
  "terminal-sessions on this host": ready.terminalSessions({
    ...SHORT,
    address: "local",
  }),
  "http-api": ready.httpApi(SHORT),
  "http-api at a rate": ready.httpApi({ ...SHORT, arrivalsPerSecond: 100 }),
  "subscriptions": ready.subscriptions({ ...SHORT, eventsPerSecond: 50 }),
  "mixed": ready.mixed(SHORT),
  "stress": ready.stress(SHORT),
  "endurance": ready.endurance({ ...SHORT, of: "chat" }),
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(
    `no operation of ${name} fails on its real service`,
    bounded,
    async () => assertDone(await run(scenario)),
  );
}

Deno.test(
  "the latency of subscriptions counts from the publication, not from the wait",
  bounded,
  async () => {
    const result = await run(
      ready.subscriptions({ ...SHORT, users: 4, eventsPerSecond: 2 }),
    );
    assertDone(result);
    // Who waits for the next event waits half a second.
    const { p50 } = result.steady.latency;
    assert(p50 !== null && p50 < 250, String(p50));
  },
);

Deno.test("a preset can be run on a service of your own", bounded, async () => {
  const { target } = ready.mixed({ services: ["chat", "api"] });
  assert(target !== undefined);
  await using own = await startTarget(target);
  const { chat, api } = own.outputs;
  const scenarios = [
    ready.chat({ ...SHORT, address: { port: Number(chat) } }),
    ready.httpApi({ ...SHORT, url: `http://127.0.0.1:${api}/` }),
  ];
  for (const scenario of scenarios) {
    assertEquals(scenario.target, undefined);
    assertDone(await run(scenario));
  }
});

Deno.test("stress and endurance can use any preset", () => {
  const chat = ready.chat();
  for (const name of ["stress", "endurance"] as const) {
    const long = ready[name]({ of: "chat" });
    assertEquals(long.name, `${name} of chat`);
    assertEquals(long.operations, chat.operations);
    assert(long.phases.steadyMs > chat.phases.steadyMs);
  }
});

Deno.test("a registered preset is made by its name", () => {
  const own = new PerformanceScenarios();
  const made: unknown[] = [];
  own.register("own", (options) => {
    made.push(options);
    return ready.chat(options);
  });
  own.make("own", { users: 3 });
  own.stress({ of: "own", users: 4 });
  assert(own.list().includes("own"));
  assertEquals(made[0], { users: 3 });
  assert(!ready.list().includes("own"));
  assertThrows(
    () => ready.make("own"),
    LoadTestError,
    'Cannot make the scenario "own": the presets are chat, ',
  );
});
