import { assert, assertEquals, assertThrows } from "@std/assert";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { terminalDriver } from "../../../src/load/drivers/terminal.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../../../src/load/driver.ts";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { PerformanceScenarios } from "../../../src/load/presets/performance_scenarios.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { startTarget } from "../../../src/load/run/target.ts";
import { validateScenario } from "../../../src/load/scenario/validate_scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";
import { isSlow } from "../../support/slow.ts";

const ready = new PerformanceScenarios();

/** A few users who hardly think, and whose times no machine is too slow for. */
const SHORT = {
  users: 6,
  thinkTime: { distribution: "constant", ms: 5 },
  rampUpMs: 0,
  steadyMs: 100_000,
  rampDownMs: 0,
  p99Ms: 50_000,
} as const;

/**
 * Runs a scenario until each operation was done so often; the rest of its time
 * passes at once.
 */
async function run(scenario: Scenario, times = 1): Promise<LoadResult> {
  const clock = new ManualClock();
  const performed = new Performed(scenario, times);
  const drivers: Record<string, Driver> = {
    ...standardDrivers(),
    terminal: terminalDriver(),
  };
  for (const [name, driver] of Object.entries(drivers)) {
    drivers[name] = performed.count(driver);
  }
  const manager = new LoadTestManager({ drivers, clock, health: ANY_MACHINE });
  let hasEnded = false;
  const result = manager.run(scenario).finally(() => hasEnded = true);
  while (!hasEnded) {
    // About as fast as real time, of which services have clocks of their own.
    await new Promise((resolve) => setTimeout(resolve, 1));
    const isDone = performed.isDone && clock.now() < SHORT.steadyMs;
    const { model } = scenario.load;
    // In the open model, what comes all at once is dropped.
    clock.advance(isDone && model === "closed" ? 1000 : 2);
  }
  return await result;
}

/** What users have done; once all of it is done, they do nothing more. */
class Performed {
  readonly #left: Map<string, number>;
  readonly #outcomes = new Map<string, OperationOutcome>();
  #underWay = 0;

  constructor({ operations }: Scenario, times: number) {
    // A flow was done when all of its steps were.
    const names = operations.flatMap((operation) =>
      "steps" in operation
        ? operation.steps.map((step) =>
          `${operation.name}/${"name" in step ? step.name : ""}`
        )
        : operation.name
    );
    this.#left = new Map(names.map((name) => [name, times]));
  }

  get #isEnough(): boolean {
    return this.#left.values().every((times) => times <= 0);
  }

  get isDone(): boolean {
    return this.#isEnough && this.#underWay === 0;
  }

  /** Counts what is done by a driver. */
  count(driver: Driver): Driver {
    return {
      validate: (request) => driver.validate(request),
      open: async (user) => {
        const session = await driver.open(user);
        return {
          perform: (call) => this.#perform(session, call),
          [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
        };
      },
    };
  }

  async #perform(
    session: DriverSession,
    call: OperationCall,
  ): Promise<OperationOutcome> {
    const { operation } = call;
    const known = this.#outcomes.get(operation);
    if (this.#isEnough && known !== undefined) return known;
    this.#underWay++;
    try {
      const outcome = await session.perform(call);
      this.#outcomes.set(operation, outcome);
      this.#left.set(operation, (this.#left.get(operation) ?? 0) - 1);
      return outcome;
    } finally {
      this.#underWay--;
    }
  }
}

/** That each operation was done, none went wrong, and all criteria hold. */
function assertPassed(result: LoadResult): void {
  const { verdict, total, operations, reasons } = result;
  const errors = operations.map(({ name, errors }) => [name, errors]);
  const said = JSON.stringify({ total, errors, reasons });
  assertEquals([verdict, total.ok], ["passed", total.started], said);
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
  "http-api at a rate": ready.httpApi({
    ...SHORT,
    users: 100,
    arrivalsPerSecond: 100,
    steadyMs: 500,
  }),
  "subscriptions": ready.subscriptions({ ...SHORT, eventsPerSecond: 50 }),
  "auth": ready.auth({ ...SHORT, p95Ms: 50_000, loginP95Ms: 50_000 }),
  "database": ready.database({ ...SHORT, p95Ms: 50_000 }),
  "realtime": ready.realtime({ ...SHORT, eventsPerSecond: 50 }),
  "files": ready.files({
    ...SHORT,
    fileBytes: 200_000,
    minMegabytesPerSecond: 0.001,
  }),
  "computed": ready.computed({ ...SHORT, p95Ms: 50_000 }),
  "functions": ready.functions({ ...SHORT, p95Ms: 50_000 }),
  "mixed": ready.mixed(SHORT),
  "stress": ready.stress(SHORT),
  "endurance": ready.endurance({ ...SHORT, of: "chat" }),
};

for (const [name, scenario] of Object.entries(SCENARIOS)) {
  Deno.test(
    `${name} passes on its own service`,
    bounded,
    async () => assertPassed(await run(scenario)),
  );
}

for (const name of ["chat", "terminal-sessions", "http-api", "mixed"]) {
  Deno.test(
    `${name} passes on its own service with its own criteria`,
    { ...bounded, ignore: !isSlow },
    async () => {
      const drivers = { ...standardDrivers(), terminal: terminalDriver() };
      // It has so many operations that fewer users would leave out some.
      const users = name === "mixed" ? 30 : 5;
      const result = await new LoadTestManager({ drivers, health: ANY_MACHINE })
        .run(ready.make(name, { users, rampUpMs: 500, steadyMs: 10_000 }));
      assertPassed(result);
    },
  );
}

Deno.test(
  "the latency of subscriptions counts from the publication, not from the wait",
  bounded,
  async () => {
    const result = await run(
      ready.subscriptions({ ...SHORT, users: 4, eventsPerSecond: 2 }),
    );
    assertPassed(result);
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
    assertPassed(await run(scenario));
  }
});

Deno.test(
  "presets of a store can be run on a store of your own",
  bounded,
  async () => {
    const { target } = ready.database();
    assert(target !== undefined);
    await using own = await startTarget(target);
    const url = `http://127.0.0.1:${own.outputs.store}/`;
    const database = ready.make("database", { ...SHORT, url });
    assertEquals(database.target, undefined);
    assertPassed(
      await run(ready.functions({ ...SHORT, url, p95Ms: 50_000 })),
    );
    // A program changes the record there that subscribers follow.
    assertPassed(
      await run(ready.realtime({ ...SHORT, url, eventsPerSecond: 50 })),
    );
    assertThrows(() => ready.auth({ url: "8090" }), LoadTestError, "url");
  },
);

Deno.test("stress and endurance can use any preset", () => {
  const chat = ready.chat();
  for (const name of ["stress", "endurance"] as const) {
    const long = ready[name]({ of: "chat" });
    assertEquals(long.name, `${name} of chat`);
    assertEquals(long.operations, chat.operations);
    const steadyMs = ({ phases }: Scenario) => phases?.steadyMs ?? 0;
    assert(steadyMs(long) > steadyMs(chat));
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
