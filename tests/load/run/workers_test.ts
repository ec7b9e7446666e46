import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { DriverMap } from "../../../src/load/driver.ts";
import { functionDriver } from "../../../src/load/drivers/function.ts";
import { standardDrivers } from "../../../src/load/drivers/drivers.ts";
import { LoadTestError } from "../../../src/load/load_errors.ts";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { compileOperations } from "../../../src/load/run/compiled_operation.ts";
import { GeneratorMonitor } from "../../../src/load/run/generator_monitor.ts";
import { LoadGenerator } from "../../../src/load/run/load_generator.ts";
import {
  OperationRecorder,
  recorderState,
} from "../../../src/load/run/operation_recorder.ts";
import { steadyResults } from "../../../src/load/run/steady_results.ts";
import { resolvePhases } from "../../../src/load/run/phases.ts";
import { shareOf } from "../../../src/load/run/share.ts";
import {
  type LoadPart,
  mergeDistributions,
  mergeRecorders,
  mergeUsers,
} from "../../../src/load/run/workers/load_part.ts";
import type { RunOptions } from "../../../src/load/run_options.ts";
import { rowsOf } from "../../../src/load/scenario/placed_steps.ts";
import type { Scenario } from "../../../src/load/scenario/scenario.ts";
import { operations } from "../scenarios.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { ANY_MACHINE, drive, TestDriver } from "../../support/load_drivers.ts";
import { bounded } from "../../support/net.ts";
import drivers from "./modules/worker_drivers.ts";

const driversModule = new URL("./modules/worker_drivers.ts", import.meta.url);

/** Runs a scenario with the drivers of the module, in whatever threads. */
async function run(
  scenario: Scenario,
  options: RunOptions,
): Promise<LoadResult> {
  const manager = new LoadTestManager({ drivers, health: ANY_MACHINE });
  return await manager.run(scenario, { driversModule, ...options });
}

const counts = fc.integer({ min: 1, max: 100 });

Deno.test("the shares of all workers add up to the whole", () => {
  fc.assert(
    fc.property(fc.nat({ max: 100_000 }), counts, (total, count) => {
      const shares = Array.from(
        { length: count },
        (_, index) => shareOf(total, { index, count }),
      );
      assertEquals(shares.reduce((sum, share) => sum + share), total);
      assert(Math.max(...shares) - Math.min(...shares) <= 1);
    }),
  );
});

Deno.test("the parts of all workers are what one would have recorded", () => {
  const ms = fc.double({ min: 0, max: 1e6, noNaN: true });
  const happenings = fc.array(
    fc.record({
      worker: fc.integer({ min: 0, max: 4 }),
      latency: ms,
      service: ms,
      error: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
      bytes: fc.nat(),
      status: fc.constantFrom(99, 200, 404, 503),
      held: fc.boolean(),
    }),
    { maxLength: 200 },
  );
  fc.assert(fc.property(happenings, (happenings) => {
    const one = new OperationRecorder("say");
    const workers = Array.from(
      { length: 5 },
      () => new OperationRecorder("say"),
    );
    for (const recorder of [one, ...workers]) {
      recorder.checks.push({ name: "found", held: 0, broken: 0 });
    }
    for (const happening of happenings) {
      const { worker, latency, service, error, bytes } = happening;
      for (const recorder of [one, workers[worker]]) {
        recorder?.addStatus(happening.status);
        for (const check of recorder?.checks ?? []) {
          check[happening.held ? "held" : "broken"]++;
        }
        recorder?.steady.start();
        recorder?.steady.end(error === undefined ? "ok" : "failed");
        recorder?.latency.record(latency);
        recorder?.serviceTime.record(service);
        recorder?.addBytes({ sentBytes: bytes });
        if (error !== undefined) recorder?.errors.add(new Error(error));
      }
    }
    const parts = workers.map((recorder) => ({
      operations: [structuredClone(recorderState(recorder))],
    }));
    const rows = rowsOf(operations("say"));
    const merged = steadyResults(
      mergeRecorders(["say"], parts),
      "open",
      1000,
      rows,
    );
    const whole = steadyResults([one], "open", 1000, rows);
    assertSame(merged.all, whole.all);
    assertSame(merged.operations[0], whole.operations[0]);
  }));
});

/** Sums of floating-point numbers depend on their order, in the last digits. */
function assertSame(
  found: LoadResult["steady"] | undefined,
  expected: LoadResult["steady"] | undefined,
): void {
  const plain = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (key, value) => {
      if (key === "errors") {
        return value.toSorted((
          a: { message: string },
          b: { message: string },
        ) => a.message < b.message ? -1 : 1);
      }
      return key === "sum" || key === "mean"
        ? Number(value).toPrecision(9)
        : value;
    }));
  assertEquals(plain(found), plain(expected));
}

const PLAN: Scenario = {
  name: "plan",
  seed: 7,
  load: { model: "open", arrivalsPerSecond: 90, maxUsers: 1000 },
  phases: { rampUpMs: 1000, steadyMs: 3000, rampDownMs: 1000 },
  operations: [
    { name: "read", driver: "test", request: { id: "${notes.id}" }, weight: 3 },
    { name: "write", driver: "test", request: { id: "w" } },
  ],
  feeders: {
    notes: {
      records: Array.from({ length: 1000 }, (_, id) => ({ id: `${id}` })),
      order: "once",
    },
  },
};

/** Generates the share of each of so many workers, on one clock. */
async function generate(
  scenario: Scenario,
  count: number,
): Promise<{ parts: LoadPart[]; requests: string[] }> {
  const clock = new ManualClock();
  const test = new TestDriver();
  const parts = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      using monitor = new GeneratorMonitor(clock);
      const share = { index, count };
      const phases = resolvePhases(scenario);
      const generator = new LoadGenerator({
        scenario,
        phases,
        operations: compileOperations(scenario, { test }, {}, share),
        clock,
        monitor,
        feed: undefined,
        system: undefined,
        onProgress: undefined,
        runStartAt: clock.now(),
        share,
      });
      await drive(clock, generator.run());
      await generator[Symbol.asyncDispose]();
      return generator.part(true);
    }),
  );
  const requests = test.requests.map((request) => JSON.stringify(request));
  return { parts, requests };
}

for (const count of [2, 3, 7]) {
  Deno.test(
    `${count} workers start together what one would start in the open model`,
    async () => {
      const one = await generate(PLAN, 1);
      const many = await generate(PLAN, count);
      const names = ["read", "write"];
      const of = (parts: readonly LoadPart[]) =>
        mergeRecorders(names, parts).map(({ steady, outside, errors }) => ({
          steady: { ...steady },
          outside: { ...outside },
          errors: errors.top(),
        }));
      assertEquals(of(many.parts), of(one.parts));
      assertEquals(
        mergeUsers(many.parts.map(({ users }) => users)).planned,
        1000,
      );
      assertEquals(
        mergeDistributions(many.parts.map(({ lag }) => lag)).count,
        mergeDistributions(one.parts.map(({ lag }) => lag)).count,
      );
    },
  );
}

Deno.test("any list of stages is the same, over whatever number of workers", async () => {
  const stages = fc.array(
    fc.record({
      durationMs: fc.integer({ min: 1, max: 2000 }),
      level: fc.nat(30),
      ramp: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  );
  await fc.assert(
    fc.asyncProperty(
      stages,
      fc.integer({ min: 2, max: 5 }),
      fc.constantFrom("constant" as const, "poisson" as const),
      async (stages, count, arrivals) => {
        const scenario: Scenario = {
          name: "stages",
          load: {
            model: "open",
            maxUsers: 1000,
            arrivals,
            stages: stages.map(({ level, ...stage }, index) => ({
              ...stage,
              name: `${index}`,
              arrivalsPerSecond: level,
            })),
          },
          operations: [{ name: "read", driver: "test", request: {} }],
        };
        const planned = async (count: number) => {
          const { parts } = await generate(scenario, count);
          const [recorder] = mergeRecorders(["read"], parts);
          return recorder?.stages.map(({ steady }) => ({ ...steady }));
        };
        assertEquals(await planned(count), await planned(1));
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("users come and go as any list of stages plans, over whatever number of workers", async () => {
  const stages = fc.array(
    fc.record({
      // Long against the steps of the clock, which several share.
      durationMs: fc.constantFrom(1000, 2000),
      users: fc.nat(4),
    }),
    { minLength: 1, maxLength: 3 },
  );
  await fc.assert(
    fc.asyncProperty(
      stages,
      fc.integer({ min: 2, max: 4 }),
      async (stages, count) => {
        const scenario: Scenario = {
          name: "stages",
          load: {
            model: "closed",
            thinkTime: { distribution: "constant", ms: 500 },
            stages: stages.map((stage, index) => ({
              ...stage,
              name: `${index}`,
            })),
          },
          operations: [{
            name: "read",
            driver: "test",
            request: { user: "${user.number}" },
          }],
        };
        const one = await generate(scenario, 1);
        const many = await generate(scenario, count);
        assertEquals(
          new Set(many.requests.sort()),
          new Set(one.requests.sort()),
        );
        assertEquals(
          mergeUsers(many.parts.map(({ users }) => users)).started,
          mergeUsers(one.parts.map(({ users }) => users)).started,
        );
      },
    ),
    { numRuns: 20 },
  );
});

const SLOW_PLAN = (url: string): Scenario => ({
  name: "slow plan",
  load: {
    model: "open",
    arrivalsPerSecond: 20,
    arrivals: "constant",
    maxUsers: 40,
  },
  phases: { steadyMs: 1000 },
  operations: [
    {
      name: "get",
      driver: "http",
      request: { url: `${url}\${ids.id}?\${iteration}-\${uuid}` },
    },
    {
      name: "fail",
      driver: "own",
      request: { function: "fail", text: "no" },
    },
    {
      name: "flow",
      steps: [
        {
          name: "get",
          driver: "http",
          request: { url: `${url}\${ids.id}?\${iteration}-\${uuid}` },
          capture: { status: "status" },
        },
        {
          name: "fail",
          driver: "own",
          request: { function: "fail", text: "no ${status}" },
        },
        { name: "never", driver: "http", request: { url } },
      ],
    },
  ],
  feeders: {
    ids: {
      records: Array.from({ length: 20 }, (_, id) => ({ id })),
      order: "once",
    },
  },
  criteria: [{ metric: "errorRate", is: "at_most", value: 1 }],
});

Deno.test(
  "two workers make the requests that one thread makes, and the result is one",
  bounded,
  async () => {
    const paths: string[][] = [];
    const drawn: string[][] = [];
    const results: LoadResult[] = [];
    for (const workers of [1, 2]) {
      const seen: string[] = [];
      const values: string[] = [];
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen() {} },
        ({ url }) => {
          seen.push(new URL(url).pathname);
          values.push(new URL(url).search);
          return new Response("hi");
        },
      );
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const hooks: string[] = [];
      const result = await run(SLOW_PLAN(url), {
        workers,
        prepare: () => void hooks.push("prepare"),
        cleanup: () => void hooks.push("cleanup"),
      });
      // Once each, whatever the number of workers.
      assertEquals(hooks, ["prepare", "cleanup"]);
      assertEquals(result.verdict, "passed", `${result.reasons}`);
      assertEquals(new Set(seen).size, seen.length);
      results.push(result);
      paths.push(seen);
      drawn.push(values.sort());
    }
    const [one, two] = results;
    // Arrivals have their numbers and values whatever thread they are on.
    assertEquals(drawn[1], drawn[0]);
    assertEquals(two?.total, one?.total);
    assertEquals(
      two?.operations.map(({ accounting, errors }) => ({ accounting, errors })),
      one?.operations.map(({ accounting, errors }) => ({ accounting, errors })),
    );
    assertEquals(paths[1]?.length, paths[0]?.length);
    assertEquals(one?.workers, []);
    assertEquals(
      two?.workers.map(({ index, users, total }) => [
        index,
        users,
        total.planned,
      ]),
      [[0, 20, 10], [1, 20, 10]],
    );
    const ok = (result: LoadResult | undefined) =>
      result?.timeline.points.reduce((sum, { ok }) => sum + ok, 0);
    assertEquals(ok(two), two?.total.ok);
    assert(
      two !== undefined && resultToText(two).includes("Workers: 2 threads"),
    );
  },
);

Deno.test(
  "charts, errors and the generator are those of all workers together",
  bounded,
  async () => {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response("hi"),
    );
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const result = await run(SLOW_PLAN(url), { workers: 2 });
    const { details, operations, errors, total, generator, timeline } = result;
    assertEquals(details.map(({ name }) => name), [
      "all",
      ...operations.map(({ name }) => name),
    ]);
    for (const { name, timeline } of details.slice(1)) {
      const { accounting } = operations.find((one) => one.name === name) ?? {};
      const sum = (of: "ok" | "errors" | "dropped") =>
        timeline?.points.reduce((sum, point) => sum + point[of], 0);
      assertEquals(
        [name, sum("ok"), sum("errors"), sum("dropped")],
        [name, accounting?.ok, accounting?.failed, accounting?.dropped],
      );
    }
    assertEquals(
      errors.reduce((sum, { count }) => sum + count, 0),
      total.failed,
    );
    assert(errors.every(({ firstMs }) => firstMs < result.durationMs));
    assertEquals(
      generator.points.map(({ atMs }) => atMs),
      timeline.points.map(({ atMs }) => atMs),
    );
    assert(generator.points.some(({ lagP99Ms }) => lagP99Ms !== null));
  },
);

const CLOSED = (what: string): Scenario => ({
  name: what,
  load: {
    model: "closed",
    users: 5,
    thinkTime: { distribution: "constant", ms: 10 },
  },
  phases: { steadyMs: 600_000 },
  operations: [{
    name: what,
    driver: "own",
    request: { function: what, text: what },
    timeoutMs: 600_000,
  }],
});

Deno.test(
  "a worker that dies makes the run invalid, and ends the others",
  bounded,
  async () => {
    const result = await run(CLOSED("die"), { workers: 2 });
    assertEquals(result.verdict, "invalid");
    assert(
      result.reasons.some((reason) =>
        /^Worker \d of 2 was lost, and with it its share of the load: /.test(
          reason,
        )
      ),
      `${result.reasons}`,
    );
  },
);

Deno.test(
  "a signal ends all workers, and what was under way is counted",
  bounded,
  async () => {
    const controller = new AbortController();
    const progress: number[] = [];
    const result = await run(CLOSED("hang"), {
      workers: 3,
      signal: controller.signal,
      onProgress({ inFlight, point }) {
        progress.push(inFlight);
        if (inFlight === 5 && point.users === 5) controller.abort();
      },
    });
    assertEquals(result.verdict, "aborted");
    assertEquals(result.total.interrupted, 5);
    assertEquals(result.total.planned, 5);
    assertEquals(result.workers.map(({ users }) => users), [2, 2, 1]);
  },
);

Deno.test(
  "a criterion that aborts is judged on all workers together, and ends them",
  bounded,
  async () => {
    const result = await run({
      ...CLOSED("fail"),
      criteria: [{
        metric: "errorRate",
        is: "at_most",
        value: 0.5,
        abort: true,
        abortAfterMs: 0,
      }],
    }, { workers: 2 });
    assertEquals(result.verdict, "aborted");
    assert(result.reasons[0]?.startsWith("A criterion ended the run: "));
    assertEquals(result.abortedBy?.criterion.metric, "errorRate");
    assertEquals(result.total.planned, result.total.failed);
    assert(result.workers.every(({ total }) => total.failed > 0));
  },
);

Deno.test("there are no more workers than users", bounded, async () => {
  const result = await run({
    ...CLOSED("nothing"),
    load: { model: "closed", users: 2 },
    phases: { steadyMs: 100 },
  }, { workers: 8 });
  assertEquals(result.verdict, "passed", `${result.reasons}`);
  assertEquals(result.workers.map(({ users }) => users), [1, 1]);
});

Deno.test(
  "a worker whose drivers cannot be made makes the run invalid",
  bounded,
  async () => {
    const result = await run(CLOSED("nothing"), {
      workers: 2,
      driversModule: new URL("./workers_test_missing.ts", import.meta.url),
    });
    assertEquals(result.verdict, "invalid");
    assert(result.reasons[0]?.startsWith("The run could not be prepared: "));
  },
);

Deno.test("drivers that cannot be sent to workers are refused, with what to do", async () => {
  const own: DriverMap = {
    ...standardDrivers(),
    own: functionDriver({ nothing: () => {} }),
  };
  const manager = new LoadTestManager({ drivers: own });
  const error = await assertRejects(
    () => manager.run(CLOSED("nothing"), { workers: 2 }),
    LoadTestError,
  );
  assertEquals(
    error.message,
    'Cannot use 2 workers: the driver "own" is an object with functions, which cannot be sent to other threads; export the drivers as the default of a module, and give its URL as driversModule',
  );
  const timed = new LoadTestManager({ drivers, clock: new ManualClock() });
  await assertRejects(
    () => timed.run(CLOSED("nothing"), { workers: 2, driversModule }),
    LoadTestError,
    "the clock of the manager is not realClock",
  );
});

Deno.test("wrong options of workers are refused", async () => {
  for (const workers of [0, 1.5, 1025, NaN]) {
    await assertRejects(
      () => run(CLOSED("nothing"), { workers }),
      RangeError,
      "Cannot use workers: it is ",
    );
  }
  await assertRejects(
    () => run(CLOSED("nothing"), { workers: 2, driversModule: "drivers.ts" }),
    TypeError,
    'Cannot use driversModule: it is "drivers.ts", it must be a URL',
  );
});
