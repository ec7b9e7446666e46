import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LoadTestManager } from "../../../src/load/load_test_manager.ts";
import type {
  Accounting,
  LoadProgress,
  LoadResult,
} from "../../../src/load/result.ts";
import type { RunOptions } from "../../../src/load/run_options.ts";
import type {
  OpenLoad,
  Scenario,
} from "../../../src/load/scenario/scenario.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { bounded } from "../../support/net.ts";
import {
  ANY_MACHINE,
  drive,
  hang,
  TestDriver,
} from "../../support/load_drivers.ts";
import drivers from "./modules/worker_drivers.ts";

const ask = { name: "ask", driver: "test", request: {} };

/** A step, a spike and a way back, after a warm-up. */
const STEPS: OpenLoad = {
  model: "open",
  arrivals: "constant",
  maxUsers: 20,
  stages: [
    { name: "warm", durationMs: 1000, arrivalsPerSecond: 20, warmUp: true },
    { name: "step", durationMs: 2000, arrivalsPerSecond: 50 },
    { name: "spike", durationMs: 1000, arrivalsPerSecond: 400 },
    { name: "back", durationMs: 1000, arrivalsPerSecond: 0, ramp: true },
  ],
};

/** Runs a scenario in which each operation takes so long. */
async function run(
  scenario: Omit<Scenario, "name">,
  takesMs: (atMs: number) => number,
  options: RunOptions = {},
): Promise<LoadResult> {
  const clock = new ManualClock();
  const startAt = clock.now();
  const test = new TestDriver(() =>
    new Promise((resolve) =>
      clock.schedule(takesMs(clock.now() - startAt), () => resolve({}))
    )
  );
  const manager = new LoadTestManager({
    drivers: { test },
    clock,
    health: ANY_MACHINE,
  });
  const named = { name: "stages", ...scenario };
  return await drive(clock, manager.run(named, options), 5);
}

Deno.test("each stage has figures of its own, and those that count are the steady phase", async () => {
  const result = await run({ load: STEPS, operations: [ask] }, () => 20);
  assertEquals(
    result.stages.map(({ name, warmUp, durationMs, all }) => [
      name,
      warmUp,
      durationMs,
      all.accounting.planned,
    ]),
    [
      ["warm", true, 1000, 20],
      ["step", false, 2000, 100],
      ["spike", false, 1000, 400],
      ["back", false, 1000, 200],
    ],
  );
  assertEquals(result.total.planned, 720);
  assertEquals(result.steady.accounting.planned, 700);
  assertEquals(result.steady.latency.count, result.steady.accounting.ok);
  const [, step] = result.stages;
  assertEquals(step?.all.throughput, 50);
  assertEquals(result.steady.throughput, result.steady.accounting.ok / 4);
  assertEquals(step?.operations.map(({ name }) => name), ["ask"]);
  assertEquals(
    result.phases.map(({ name, durationMs }) => [name, durationMs]).slice(1, 3),
    [["ramp_up", 1000], ["steady", 4000]],
  );
});

Deno.test("the timeline has what is planned beside what was reached", async () => {
  // Twenty users who take 100 ms each: 200 a second.
  const open = await run(
    { load: STEPS, operations: [ask] },
    () => 100,
  );
  assertEquals(
    open.timeline.points.slice(0, 5).map((
      { stage, plannedPerSecond, plannedUsers },
    ) => [stage, plannedPerSecond, plannedUsers]),
    [
      ["warm", 20, null],
      ["step", 50, null],
      ["step", 50, null],
      ["spike", 400, null],
      ["back", 200, null],
    ],
  );
  const spike = open.timeline.points[3];
  assert(spike !== undefined && spike.ok < 220 && spike.dropped > 150);
  const closed = await run({
    load: {
      model: "closed",
      thinkTime: { distribution: "constant", ms: 10 },
      stages: [
        { name: "up", durationMs: 2000, users: 4, ramp: true },
        { name: "hold", durationMs: 1000, users: 4 },
        { name: "spike", durationMs: 1000, users: 12 },
        { name: "after", durationMs: 1000, users: 2 },
      ],
    },
    operations: [ask],
  }, () => 20);
  assertEquals(
    closed.timeline.points.slice(0, 5).map(({ plannedUsers }) => plannedUsers),
    [1, 3, 4, 12, 2],
  );
  assertEquals(closed.users.planned, 12);
  assertEquals(closed.users.peak, 12);
  // Eight came for the spike, and two of the first four have stayed.
  assertEquals(closed.users.started, 12);
});

Deno.test("a criterion can be about a stage, and the default limits about the others", async () => {
  const result = await run({
    load: STEPS,
    operations: [ask],
    criteria: [
      { metric: "latency.p99", stage: "step", is: "below", value: 50 },
      { metric: "latency.p99", stage: "spike", is: "below", value: 50 },
      { metric: "dropRate", stage: "spike", is: "at_most", value: 1 },
    ],
  }, (atMs) => atMs < 3000 ? 20 : 100);
  assertEquals(result.verdict, "failed");
  assertEquals(
    result.criteria.map((
      { criterion: { metric, stage }, outcome, isDefault },
    ) => `${metric} in ${stage}: ${outcome}${isDefault ? " by default" : ""}`),
    [
      "latency.p99 in step: held",
      "latency.p99 in spike: broken",
      "dropRate in spike: held",
      "errorRate in undefined: held by default",
      "dropRate in step: held by default",
      "dropRate in back: broken by default",
    ],
  );
  assert(
    result.reasons[0]?.startsWith(
      "latency.p99 in spike must be below 50 ms, but it is ",
    ),
    `${result.reasons}`,
  );
});

Deno.test("a criterion of a stage ends the run once its delay has passed in the stage", async () => {
  const result = await run({
    load: STEPS,
    operations: [ask],
    criteria: [{
      metric: "latency.p99",
      stage: "spike",
      is: "below",
      value: 50,
      abort: true,
      abortAfterMs: 500,
    }],
  }, () => 60);
  assertEquals(result.verdict, "aborted");
  assert(
    result.reasons[0]?.includes("latency.p99 in spike"),
    `${result.reasons}`,
  );
  // Judged once a second: not before the spike, and not long after.
  assertEquals(result.stages.map(({ name }) => name), [
    "warm",
    "step",
    "spike",
  ]);
});

Deno.test("a stage that has not begun is no data", async () => {
  const result = await run({
    load: STEPS,
    operations: [ask],
    criteria: [
      {
        metric: "latency.p99",
        stage: "step",
        is: "below",
        value: 1,
        abort: true,
        abortAfterMs: 0,
      },
      { metric: "errorRate", stage: "back", is: "at_most", value: 1 },
    ],
  }, () => 60);
  assertEquals(result.verdict, "aborted");
  assertEquals(
    result.criteria.find(({ criterion }) => criterion.stage === "back")?.reason,
    "errorRate in back must be at most 100 %, but the stage did not take place.",
  );
});

Deno.test("progress has the name of the stage", async () => {
  const seen: LoadProgress[] = [];
  await run({ load: STEPS, operations: [ask] }, () => 5, {
    onProgress: (progress) => void seen.push(progress),
  });
  assertEquals(seen.slice(0, 4).map(({ stage }) => stage), [
    "step",
    "step",
    "spike",
    "back",
  ]);
});

function assertIdentities(of: Accounting, what: string): void {
  const { planned, started, dropped, ok, failed, timedOut, interrupted } = of;
  assertEquals(planned, started + dropped, `planned, ${what}`);
  assertEquals(started, ok + failed + timedOut + interrupted, what);
}

const arbitraryStages = fc.array(
  fc.record({
    durationMs: fc.integer({ min: 100, max: 900 }),
    level: fc.nat(12),
    ramp: fc.boolean(),
    warmUp: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
).filter((stages) =>
  stages.some(({ warmUp }) => !warmUp) && stages.some(({ level }) => level > 0)
);

Deno.test("operations of each stage are all accounted for, however they and the run end", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryStages,
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.constantFrom("ok", "fail", "hang", "slow"), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.option(fc.nat(2000)),
      async (stages, isOpen, isFlow, deeds, abortAtMs) => {
        const clock = new ManualClock();
        let next = 0;
        const test = new TestDriver((call) => {
          switch (deeds[next++ % deeds.length]) {
            case "ok":
              return Promise.resolve({ status: 200 });
            case "fail":
              return Promise.reject(new Error("no"));
            case "hang":
              return hang(call);
            default:
              return new Promise((resolve) =>
                clock.schedule(150, () => resolve({}))
              );
          }
        });
        const load: Scenario["load"] = isOpen
          ? {
            model: "open",
            arrivals: "constant",
            maxUsers: 3,
            stages: stages.map(({ level, ...stage }, index) => ({
              ...stage,
              name: `${index}`,
              arrivalsPerSecond: level,
            })),
          }
          : {
            model: "closed",
            thinkTime: { distribution: "constant", ms: 40 },
            stages: stages.map(({ level, ...stage }, index) => ({
              ...stage,
              name: `${index}`,
              users: level,
            })),
          };
        const step = { driver: "test", request: {}, timeoutMs: 200 };
        const abort = new AbortController();
        if (abortAtMs !== null) {
          clock.schedule(abortAtMs, () => abort.abort());
        }
        const manager = new LoadTestManager({ drivers: { test }, clock });
        const result = await drive(
          clock,
          manager.run({
            name: "any",
            load,
            operations: isFlow
              ? [{
                name: "flow",
                steps: [{ ...step, name: "a" }, { ...step, name: "b" }],
              }]
              : [{ ...step, name: "a" }],
          }, { signal: abort.signal }),
        );
        let [planned, counted] = [0, 0];
        for (const { name, warmUp, all, operations } of result.stages) {
          assertIdentities(all.accounting, name);
          for (const one of operations) {
            assertIdentities(one.accounting, `${name} ${one.name}`);
          }
          planned += all.accounting.planned;
          if (!warmUp) counted += all.accounting.planned;
          assertEquals(all.latency.count, all.accounting.ok);
        }
        assertEquals(result.total.planned, planned);
        assertEquals(result.steady.accounting.planned, counted);
        assertEquals(test.opened, test.closed, "sessions are closed");
        clock.advance(3000);
        assertEquals(clock.pending, 0, "no timer goes on");
        assertEquals(JSON.parse(JSON.stringify(result)), result);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test(
  "two workers start in each stage what one thread starts",
  bounded,
  async () => {
    const driversModule = new URL(
      "./modules/worker_drivers.ts",
      import.meta.url,
    );
    const manager = new LoadTestManager({ drivers, health: ANY_MACHINE });
    const results = [];
    for (const workers of [1, 2]) {
      const result = await manager.run({
        name: "workers",
        load: {
          model: "open",
          arrivals: "constant",
          // As many as there are arrivals, so that a busy machine drops none.
          maxUsers: 80,
          stages: [
            { name: "a", durationMs: 300, arrivalsPerSecond: 50 },
            { name: "b", durationMs: 300, arrivalsPerSecond: 10 },
            { name: "c", durationMs: 300, arrivalsPerSecond: 90, ramp: true },
          ],
        },
        operations: [{
          name: "nothing",
          driver: "own",
          request: { function: "nothing", text: "nothing" },
        }],
        criteria: [
          { metric: "errorRate", stage: "b", is: "at_most", value: 0 },
        ],
      }, { workers, driversModule });
      assertEquals(result.verdict, "passed", `${result.reasons}`);
      results.push(
        result.stages.map(({ name, all }) => [name, all.accounting]),
      );
    }
    assertEquals(results[1], results[0]);
    assertEquals(
      results[0]?.map(([, accounting]) => Object(accounting).planned),
      [15, 3, 15],
    );
  },
);
