import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { ScenarioError } from "../../src/load/scenario/scenario_error.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import type { RunOptions } from "../../src/load/run_options.ts";
import type { Clock } from "../../src/actor/clock.ts";
import type { LoadProgress, LoadResult } from "../../src/load/result.ts";
import type { Operation, Scenario } from "../../src/load/scenario/scenario.ts";
import { settledMemory } from "../support/memory.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { drive, hang, TestDriver } from "../support/load_drivers.ts";

const operation: Operation = { name: "ask", driver: "test", request: {} };

/** Ten users who think for 100 ms, for two seconds. */
const ten = {
  model: "closed",
  users: 10,
  thinkTime: { distribution: "constant", ms: 100 },
} as const;

const closed: Scenario = {
  name: "Closed",
  load: ten,
  phases: { steadyMs: 2000 },
  operations: [operation],
};

const open: Scenario = {
  ...closed,
  load: {
    model: "open",
    arrivalsPerSecond: 50,
    arrivals: "constant",
    maxUsers: 10,
  },
};

/** What real steps of the clock round. */
function assertNear(actual: number, expected: number, tolerance: number): void {
  const difference = Math.abs(actual - expected);
  assert(difference <= tolerance, `${actual} is not near ${expected}`);
}

interface Setup {
  readonly clock: ManualClock;
  readonly driver: TestDriver;
  run(
    scenario: Scenario,
    options?: RunOptions,
    stepMs?: number,
  ): Promise<LoadResult>;
}

function setup(driver: TestDriver = new TestDriver()): Setup {
  const clock = new ManualClock();
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  return {
    clock,
    driver,
    run: (scenario, options, stepMs = 10) =>
      drive(clock, manager.run(scenario, options), stepMs),
  };
}

/** Takes so long. */
function taking(ms: number, clock: () => ManualClock): TestDriver {
  return new TestDriver(() =>
    new Promise((resolve) => clock().schedule(ms, () => resolve({})))
  );
}

Deno.test("users of a closed load act, think and go on until its time is over", async () => {
  const { run, driver } = setup();
  const result = await run(closed);
  assertEquals(result.model, "closed");
  assertEquals(result.verdict, "passed");
  assertEquals(result.reasons, []);
  assertEquals(result.total.ok, 200);
  assertEquals(result.users, {
    planned: 10,
    started: 10,
    replaced: 0,
    peak: 10,
  });
  assertEquals([driver.opened, driver.closed], [10, 10]);
  assertEquals(result.steady.throughput, 100);
  assertEquals(result.phases.map(({ name }) => name), [
    "prepare",
    "steady",
    "cleanup",
  ]);
});

Deno.test("a closed run warns that it hides stalls, an open one does not", async () => {
  const blind = await setup().run(closed);
  assertEquals(blind.warnings.length, 1);
  assertStringIncludes(blind.warnings[0] ?? "", "coordinated omission");
  assertEquals((await setup().run(open)).warnings, []);
});

Deno.test("users of a closed load start and end one by one in its ramps", async () => {
  const { run } = setup();
  const peaks: LoadProgress[] = [];
  const result = await run({
    ...closed,
    phases: { rampUpMs: 5000, steadyMs: 2000, rampDownMs: 5000 },
  }, { onProgress: (progress) => peaks.push(progress) });
  const users = result.timeline.points.map(({ users }) => users);
  // Those who think are let go when they have thought.
  [2, 4, 6, 8, 10, 10, 10, 8, 6, 4, 2, 0].forEach((planned, second) =>
    assertNear(users[second] ?? NaN, planned, 1)
  );
  assertEquals(
    result.timeline.points.map(({ phase }) => phase).slice(0, 12),
    [
      ...Array(5).fill("ramp_up"),
      ...Array(2).fill("steady"),
      ...Array(5).fill("ramp_down"),
    ],
  );
  assertEquals(peaks.length, 12);
  assertEquals(peaks[5]?.phase, "steady");
  // Warm-up is no part of what is judged.
  assertEquals(result.steady.accounting.ok, 200);
  assert(result.total.ok > 600);
});

Deno.test("progress has the criteria and operations as they stand", async () => {
  const seen: LoadProgress[] = [];
  const result = await setup().run({
    ...closed,
    phases: { rampUpMs: 2000, steadyMs: 4000 },
    criteria: [{ metric: "throughput", is: "at_least", value: 1000 }],
  }, { onProgress: (progress) => seen.push({ ...progress }) });
  const outcomes = seen.map(({ criteria }) =>
    criteria.map(({ criterion, outcome }) => `${criterion.metric} ${outcome}`)
  );
  assertEquals(outcomes[0], ["throughput no_data"]);
  assertEquals(outcomes.at(-1), ["throughput broken", "errorRate held"]);
  const last = seen.at(-1);
  assertEquals(last?.steady.accounting, result.steady.accounting);
  assertEquals(last?.operations.map(({ name }) => name), ["ask"]);
});

Deno.test("users who do not think end one by one as well, and none too late", async () => {
  const clock = new ManualClock();
  const driver = taking(20, () => clock);
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const { timeline, total } = await drive(
    clock,
    manager.run({
      ...closed,
      load: { model: "closed", users: 10 },
      phases: { steadyMs: 1000, rampDownMs: 5000 },
    }),
    10,
  );
  const users = timeline.points.map(({ users }) => users);
  [10, 8, 6, 4, 2, 0].forEach((planned, second) =>
    assertNear(users[second] ?? NaN, planned, 1)
  );
  // Fifty a second each, until they end: after 3.75 seconds on average.
  assertNear(total.ok, 10 * 50 * 3.75, 20);
});

Deno.test("the latency of an open load counts from the planned start, its service time from the real one", async () => {
  const clock = new ManualClock();
  const driver = taking(30, () => clock);
  const manager = new LoadTestManager({
    drivers: { test: driver },
    clock,
  });
  const result = await drive(clock, manager.run(open), 1);
  assertEquals(result.steady.serviceTime.p50, 30);
  assertEquals(result.steady.latency.p50, 30);
  // The first session takes 500 ms to open: that is part of a latency alone.
  let opening = true;
  driver.beforeOpen = () =>
    new Promise((resolve) => {
      clock.schedule(opening ? 500 : 0, resolve);
      opening = false;
    });
  const slow = await drive(clock, manager.run(open), 1);
  assertNear(slow.steady.latency.max ?? 0, 530, 5);
  assertNear(slow.steady.serviceTime.max ?? 0, 30, 5);
});

Deno.test("an operation that hangs is timed out, its signal aborts and its user is replaced", async () => {
  const reasons: unknown[] = [];
  const driver = new TestDriver((call, { number }) => {
    if (number !== 3) return Promise.resolve({});
    return hang(call).catch((error) => {
      reasons.push(error);
      throw error;
    });
  });
  const result = await setup(driver).run({
    ...closed,
    operations: [{ ...operation, timeoutMs: 300 }],
  });
  assertEquals(result.total.timedOut, 1);
  assertEquals(result.total.failed, 0);
  assertEquals(result.users, {
    planned: 10,
    started: 11,
    replaced: 1,
    peak: 10,
  });
  assertEquals([driver.opened, driver.closed], [11, 11]);
  assertStringIncludes(String(reasons[0]), "ask took longer than 300 ms");
  assertEquals(result.steady.errors, [{
    message: "OperationTimeoutError: ask took longer than 300 ms",
    count: 1,
  }]);
});

Deno.test("an operation that takes longer than its timeout has timed out, however it ends", async () => {
  const clock = new ManualClock();
  /** How long each operation takes, and whether it then fails. */
  const results = async (takesMs: number, fails: boolean) => {
    const driver = new TestDriver(() =>
      new Promise((resolve, reject) =>
        clock.schedule(
          takesMs,
          () => fails ? reject(new Error("no")) : resolve({}),
        )
      )
    );
    const manager = new LoadTestManager({ drivers: { test: driver }, clock });
    const { total, users } = await drive(
      clock,
      manager.run({
        ...closed,
        load: { ...ten, users: 1 },
        operations: [{ ...operation, timeoutMs: 100 }],
      }),
      // The deadline is checked every ten milliseconds.
      0.25,
    );
    return { ...total, replaced: users.replaced };
  };
  const inTime = await results(100, false);
  assertEquals([inTime.ok, inTime.timedOut], [inTime.started, 0]);
  for (const fails of [false, true]) {
    const late = await results(101, fails);
    assertEquals([late.ok, late.failed], [0, 0]);
    assertEquals(late.timedOut, late.started);
    assert(late.replaced >= late.timedOut - 1, "like one that hangs");
  }
});

Deno.test("an operation whose session opens too late has timed out", async () => {
  const clock = new ManualClock();
  const driver = new TestDriver();
  driver.beforeOpen = () =>
    new Promise((resolve) => clock.schedule(101, resolve));
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const { total } = await drive(
    clock,
    manager.run({
      ...closed,
      load: {
        model: "closed",
        users: 3,
        // So that no deadline is checked at the very moment when it has passed.
        thinkTime: { distribution: "constant", ms: 103 },
      },
      operations: [{ ...operation, timeoutMs: 100 }],
    }),
    0.25,
  );
  assertEquals(total.timedOut, total.started);
  assertEquals(driver.performed, 0);
});

Deno.test("a user of an open load that stalls is replaced as well", async () => {
  const driver = new TestDriver((call, { number }) =>
    number === 0 ? hang(call) : Promise.resolve({})
  );
  const result = await setup(driver).run({
    ...open,
    load: { model: "open", arrivalsPerSecond: 50, maxUsers: 1 },
    operations: [{ ...operation, timeoutMs: 300 }],
  });
  assertEquals(result.total.timedOut, 1);
  assertEquals(result.users.replaced, 1);
  assert(result.total.ok > 50, `${result.total.ok} ok`);
});

Deno.test("a dead service is not called again and again without a pause", async () => {
  const driver = new TestDriver();
  driver.beforeOpen = () => Promise.reject(new Error("connection refused"));
  const result = await setup(driver).run({
    ...closed,
    load: { model: "closed", users: 1 },
    phases: { steadyMs: 20_000 },
  });
  const { started, failed } = result.total;
  assertEquals(failed, started);
  // Half a second each on average, after the first ten.
  assert(started > 20 && started < 120, `${started} started`);
  assertEquals(result.steady.errors, [
    { message: "Error: connection refused", count: failed },
  ]);
});

Deno.test("a user keeps its session when an operation was rejected", async () => {
  const driver = new TestDriver(() => Promise.reject(new Error("refused")));
  const result = await setup(driver).run(closed);
  assertEquals(result.total.failed, result.total.planned);
  assertEquals([driver.opened, driver.closed], [10, 10]);
  assertEquals(result.users.replaced, 0);
});

Deno.test("an operation whose outcome does not pass its checks has failed", async () => {
  const driver = new TestDriver((_call, { number }) =>
    Promise.resolve({ status: number === 0 ? 500 : 200 })
  );
  const result = await setup(driver).run({
    ...closed,
    operations: [{
      ...operation,
      checks: [{ field: "status", is: "equal", value: 200 }],
    }],
  });
  assertEquals(result.total.failed, 20);
  assertEquals(
    result.steady.errors[0]?.message,
    "CheckError: status is 500, expected 200",
  );
  assertEquals(driver.opened, 10);
});

Deno.test("operations are done as often as their weights say, and the same with the same seed", async () => {
  const weighted: Scenario = {
    ...closed,
    phases: { steadyMs: 20_000 },
    operations: [
      { ...operation, name: "read", weight: 3 },
      { ...operation, name: "write" },
    ],
  };
  const reads = async (seed: number) => {
    const { operations } = await setup().run({ ...weighted, seed });
    return operations[0]?.accounting.ok ?? 0;
  };
  const first = await reads(1);
  assert(first > 1400 && first < 1600, `${first} of 2000`);
  assertEquals(await reads(1), first);
  assert(await reads(2) !== first);
});

Deno.test("requests are filled in from feeders, once each if that is wanted", async () => {
  const { run, driver } = setup();
  const result = await run({
    ...closed,
    load: {
      model: "closed",
      users: 1,
      thinkTime: { distribution: "constant", ms: 100 },
    },
    phases: { steadyMs: 450 },
    feeders: {
      people: {
        records: [{ name: "Ada", age: 36 }, { name: "Alan", age: 41 }],
        order: "once",
      },
    },
    operations: [{
      ...operation,
      request: { text: "Hello, ${people.name}", age: "${people.age}" },
    }],
  });
  assertEquals(driver.requests, [
    { text: "Hello, Ada", age: 36 },
    { text: "Hello, Alan", age: 41 },
  ]);
  assertStringIncludes(result.steady.errors[0]?.message ?? "", "used once");
});

for (const model of ["open", "closed"] as const) {
  Deno.test(`the same seed draws the same values in the ${model} model, and each iteration others`, async () => {
    const draw = async (seed: number) => {
      const { run, driver } = setup();
      const { load } = model === "open" ? open : closed;
      await run({
        ...closed,
        load,
        seed,
        operations: [{
          ...operation,
          request: {
            key: model === "open"
              ? "${iteration}"
              : "${user.number}-${iteration}",
            id: "${uuid}",
            again: "${uuid}",
            dice: "${random.int(1,1000000)}",
            other: "${random.int(1,1000000)}",
          },
        }],
      });
      return driver.requests.map((request) => JSON.stringify(request)).sort();
    };
    const first = await draw(1);
    assert(first.length > 50);
    assertEquals(await draw(1), first);
    for (const field of ["key", "id", "dice", "other"]) {
      const values = new Set(first.map((text) => JSON.parse(text)[field]));
      // Two of a hundred in a million may be the same.
      assert(values.size >= first.length - 1, field);
    }
    for (const text of first) {
      const { id, again, dice, other } = JSON.parse(text);
      assertEquals(id, again);
      assert(dice !== other);
    }
    const ids = new Set(first.map((text) => JSON.parse(text).id));
    for (const text of await draw(2)) assert(!ids.has(JSON.parse(text).id));
  });
}

Deno.test("each user keeps its record, and one without a record of its own fails", async () => {
  const { run, driver } = setup();
  const result = await run({
    ...closed,
    load: { ...ten, users: 3 },
    feeders: {
      accounts: {
        records: [{ name: "Ada" }, { name: "Alan" }],
        per: "user",
        order: "once",
      },
    },
    operations: [{
      ...operation,
      request: { user: "${user.number}", name: "${accounts.name}" },
    }],
    criteria: [{ metric: "errorRate", is: "at_most", value: 1 }],
  });
  assertEquals(
    new Set(driver.requests.map((request) => JSON.stringify(request))),
    new Set(['{"user":0,"name":"Ada"}', '{"user":1,"name":"Alan"}']),
  );
  assert(driver.requests.length > 10);
  const [error] = result.steady.errors;
  assertStringIncludes(error?.message ?? "", "used once");
  assertEquals(error?.count, result.steady.accounting.failed);
});

Deno.test("a criterion that aborts ends the run once its delay has passed", async () => {
  const driver = new TestDriver(() => Promise.reject(new Error("no")));
  const result = await setup(driver).run({
    ...closed,
    phases: { rampUpMs: 1000, steadyMs: 60_000 },
    criteria: [{
      metric: "errorRate",
      is: "below",
      value: 0.5,
      abort: true,
      abortAfterMs: 3000,
    }],
  });
  assertEquals(result.verdict, "aborted");
  assertStringIncludes(
    result.reasons[0] ?? "",
    "errorRate must be below 50 %, but it is 100 % (",
  );
  assertNear(result.durationMs, 4000, 100);
  assertEquals(result.abortedBy?.criterion, result.scenario.criteria?.[0]);
  assertEquals(
    result.reasons,
    [`A criterion ended the run: ${result.abortedBy?.reason}`],
  );
});

Deno.test("a criterion without data does not hold, and the reason says why there is none", async () => {
  const driver = new TestDriver(() => Promise.reject(new Error("no")));
  const result = await setup(driver).run({
    ...closed,
    criteria: [{ metric: "latency.p99", is: "below", value: 1000 }],
  });
  assertEquals(result.criteria[0]?.outcome, "no_data");
  assertEquals(result.criteria[0]?.actual, null);
  assertEquals(result.verdict, "failed");
  const { started } = result.steady.accounting;
  assertEquals(result.reasons, [
    `latency.p99 must be below 1,000 ms, but none of ${started} operations succeeded, and the most frequent error is "Error: no".`,
    `errorRate must be at most 1 % unless a criterion allows more, but it is 100 % (${started} failed, of ${started}).`,
  ]);
});

Deno.test("a run whose operations time out or are dropped fails unless a criterion allows that", async () => {
  // A tenth of them hangs.
  const hanging: TestDriver = new TestDriver((call) =>
    hanging.performed % 10 === 0 ? hang(call) : Promise.resolve({})
  );
  const slow: Scenario = {
    ...open,
    phases: { steadyMs: 5000 },
    operations: [{ ...operation, timeoutMs: 200 }],
    criteria: [{ metric: "latency.p99", is: "below", value: 1000 }],
  };
  const timedOut = await setup(hanging).run(slow);
  assertEquals(timedOut.verdict, "failed");
  const { steady: { accounting } } = timedOut;
  assertEquals(timedOut.reasons, [
    `errorRate must be at most 1 % unless a criterion allows more, but it is 10 % (${accounting.timedOut} timed out, of ${accounting.started}).`,
  ]);
  const allowed = await setup(hanging).run({
    ...slow,
    criteria: [{ metric: "errorRate", is: "at_most", value: 0.2 }],
  });
  assertEquals(allowed.verdict, "passed");

  const clock = new ManualClock();
  const busy = taking(500, () => clock);
  const manager = new LoadTestManager({ drivers: { test: busy }, clock });
  const dropped = await drive(
    clock,
    manager.run({
      ...open,
      load: { model: "open", arrivalsPerSecond: 50, maxUsers: 2 },
      criteria: [{ metric: "errorRate", is: "at_most", value: 0 }],
    }),
    10,
  );
  assertEquals(dropped.verdict, "failed");
  assertStringIncludes(
    dropped.reasons.join(),
    "dropRate must be at most 1 % unless a criterion allows more, but it is",
  );
});

Deno.test("a misspelt metric, driver or operation is refused with the name that was meant", async () => {
  const { run } = setup();
  const metric = { metric: "latncy.p90", is: "below", value: 1 } as const;
  await assertRejects(
    () => run({ ...closed, criteria: [metric] }),
    ScenarioError,
    'did you mean "latency.p90"?',
  );
  await assertRejects(
    () =>
      run({
        ...closed,
        criteria: [{ ...metric, metric: "errorRate", operation: "asks" }],
      }),
    ScenarioError,
    'did you mean "ask"?',
  );
  await assertRejects(
    () => run({ ...closed, operations: [{ ...operation, driver: "tset" }] }),
    ScenarioError,
    'operations[0].driver is "tset", did you mean "test"?',
  );
});

Deno.test("a request that its driver refuses once a record is filled in is refused before the run", async () => {
  const { run, driver } = setup();
  await assertRejects(
    () =>
      run({
        ...closed,
        feeders: { names: { records: [{ name: "bad" }] } },
        operations: [{ ...operation, request: { name: "${names.name}" } }],
      }),
    ScenarioError,
    "operations[0].request.name is bad",
  );
  assertEquals(driver.opened, 0);
});

Deno.test("a request that its driver refuses once the target has started makes a run invalid", async () => {
  const driver = new TestDriver();
  const manager = new LoadTestManager({ drivers: { test: driver } });
  const result = await manager.run({
    ...closed,
    target: {
      command: "sh",
      args: ["-c", "echo name bad; read wait"],
      readyPattern: "name (?<name>\\w+)",
    },
    operations: [{ ...operation, request: { name: "${target.name}" } }],
  });
  assertEquals(result.verdict, "invalid");
  assertStringIncludes(
    result.reasons[0] ?? "",
    "operations[0].request.name is bad",
  );
  assertEquals(driver.opened, 0);
});

for (
  const [phase, abortAtMs] of [["ramp-up", 500], ["steady", 1500], [
    "ramp-down",
    2500,
  ]] as const
) {
  Deno.test(`a signal in ${phase} ends the run with a result that is aborted`, async () => {
    const { run, clock, driver } = setup(new TestDriver(hang));
    const abort = new AbortController();
    clock.schedule(abortAtMs, () => abort.abort(new Error("enough")));
    let cleanups = 0;
    const result = await run({
      ...closed,
      phases: { rampUpMs: 1000, steadyMs: 1000, rampDownMs: 1000 },
    }, { signal: abort.signal, cleanup: () => void cleanups++ });
    assertEquals(result.verdict, "aborted");
    assertEquals(result.reasons, [
      `The run was aborted during ${phase}: enough`,
    ]);
    assertNear(result.durationMs, abortAtMs, 50);
    assertEquals(result.total.interrupted, result.total.started);
    assert(result.total.interrupted > 0);
    assertEquals(driver.opened, driver.closed);
    assertEquals(cleanups, 1);
  });
}

Deno.test("a signal during the preparation ends the run before it starts, and cleans up", async () => {
  const { run, clock, driver } = setup();
  const abort = new AbortController();
  clock.schedule(100, () => abort.abort(new Error("enough")));
  let cleanups = 0;
  const result = await run(closed, {
    signal: abort.signal,
    // Heeds no signal.
    prepare: () => new Promise(() => {}),
    cleanup: () => void cleanups++,
  });
  assertEquals(result.verdict, "aborted");
  assertEquals(result.reasons, ["The run was aborted during prepare: enough"]);
  assertEquals(result.total.planned, 0);
  assertEquals(driver.opened, 0);
  assertEquals(cleanups, 1);
});

Deno.test("a signal during the clean-up ends it, and keeps the results", async () => {
  const { run, clock } = setup();
  const abort = new AbortController();
  clock.schedule(2500, () => abort.abort(new Error("enough")));
  const result = await run(closed, {
    signal: abort.signal,
    cleanup: () => new Promise(() => {}),
  });
  assertEquals(result.verdict, "aborted");
  assertEquals(result.reasons, ["The run was aborted during cleanup: enough"]);
  assertEquals(result.total.ok, 200);
});

Deno.test("a signal while users are torn down gives their teardowns up, and closes what they have open", async () => {
  const { run, clock, driver } = setup(
    // Heeds no signal.
    new TestDriver(({ operation }) =>
      operation.startsWith("userTeardown")
        ? new Promise(() => {})
        : Promise.resolve({})
    ),
  );
  const abort = new AbortController();
  clock.schedule(2500, () => abort.abort(new Error("enough")));
  const result = await run({
    ...closed,
    userTeardown: [{ ...operation, timeoutMs: 4000, name: "out" }],
  }, { signal: abort.signal });
  assertEquals(result.reasons, ["The run was aborted during cleanup: enough"]);
  assertNear(result.durationMs, 2500, 50);
  assert(driver.opened > 0);
  assertEquals(driver.closed, driver.opened);
  assertEquals(
    result.warnings.at(-1),
    `The teardown of virtual users failed (${driver.opened} times): LoadTestError: userTeardown/out failed: the run was aborted`,
  );
});

Deno.test("a preparation that throws or takes too long makes a run invalid", async () => {
  const thrown = await setup().run(closed, {
    prepare: () => Promise.reject(new Error("no database")),
  });
  assertEquals(thrown.verdict, "invalid");
  assertEquals(thrown.reasons, ["The run could not be prepared: no database"]);
  assertEquals(thrown.phases[0]?.error, "no database");
  const late = await setup().run(
    { ...closed, phases: { steadyMs: 1000, prepareTimeoutMs: 300 } },
    { prepare: () => new Promise(() => {}) },
  );
  assertEquals(late.reasons, [
    "The run could not be prepared: the preparation took longer than 300 ms",
  ]);
});

Deno.test("a run that could not be prepared says nothing of its load", async () => {
  const clock = new ManualClock();
  const manager = new LoadTestManager({
    drivers: { test: new TestDriver() },
    clock,
    // Any work of this thread would be too much.
    health: { cpuCores: 0, eventLoopDelayP99Ms: 0, lagP99Ms: 0 },
  });
  const { reasons, verdict } = await drive(
    clock,
    manager.run(open, {
      async prepare() {
        // Timers of the clock are late by what it is moved at once.
        clock.advance(5000);
        await Promise.reject(new Error("no database"));
      },
    }),
    10,
  );
  assertEquals(verdict, "invalid");
  assertEquals(reasons, ["The run could not be prepared: no database"]);
});

Deno.test("a clean-up that throws or hangs keeps the results and the verdict", async () => {
  for (
    const [cleanup, error] of [
      [() => Promise.reject(new Error("disk full")), "disk full"],
      [
        () => new Promise<void>(() => {}),
        "the clean-up took longer than 500 ms",
      ],
    ] as const
  ) {
    const result = await setup().run(
      { ...closed, phases: { steadyMs: 2000, cleanupTimeoutMs: 500 } },
      { cleanup },
    );
    assertEquals(result.verdict, "passed");
    assertEquals(result.total.ok, 200);
    assertEquals(result.phases.at(-1)?.error, error);
    assertEquals(
      result.warnings.at(-1),
      `The run could not be cleaned up: ${error}`,
    );
  }
});

Deno.test("a session that cannot be closed is reported in the warnings", async () => {
  const driver = new TestDriver();
  driver.beforeClose = () => Promise.reject(new Error("stuck"));
  const result = await setup(driver).run(closed);
  assertEquals(result.verdict, "passed");
  assertEquals(
    result.warnings.at(-1),
    "Virtual users could not be closed (10 times): Error: stuck",
  );
});

Deno.test("sessions that hang when they are closed do not keep the clean-up from running", async () => {
  const driver = new TestDriver();
  driver.beforeClose = () => new Promise(() => {});
  let cleanups = 0;
  const result = await setup(driver).run(
    { ...closed, phases: { steadyMs: 2000, cleanupTimeoutMs: 1000 } },
    { cleanup: () => void cleanups++ },
  );
  assertEquals(cleanups, 1);
  assertEquals(result.verdict, "passed");
  assertEquals(
    result.warnings.at(-1),
    "10 virtual users did not close in time.",
  );
});

Deno.test("what a driver opens too late is closed, and wrong numbers from it spoil no sum", async () => {
  const late = new TestDriver();
  const clock = new ManualClock();
  late.beforeOpen = () =>
    new Promise((resolve) => clock.schedule(3000, resolve));
  const odd = new TestDriver(() =>
    Promise.resolve({ sentBytes: NaN, receivedBytes: Infinity })
  );
  const manager = new LoadTestManager({ drivers: { late, odd }, clock });
  const result = await drive(
    clock,
    manager.run({
      ...closed,
      phases: { steadyMs: 2000, drainTimeoutMs: 100 },
      operations: [
        { ...operation, name: "late", driver: "late" },
        { ...operation, name: "odd", driver: "odd" },
      ],
    }),
  );
  assert(late.opened > 0);
  assertEquals(late.closed, late.opened);
  assertEquals(odd.closed, odd.opened);
  assertEquals(result.total.interrupted, late.opened);
  assertEquals([result.steady.sentBytes, result.steady.receivedBytes], [0, 0]);
});

Deno.test("operations that outlast the drain are interrupted", async () => {
  const result = await setup(new TestDriver(hang)).run({
    ...closed,
    phases: { steadyMs: 1000, drainTimeoutMs: 500 },
  });
  assertEquals(result.total.interrupted, 10);
  assertNear(result.durationMs, 1500, 50);
});

Deno.test("a run that its generator could not keep up with is invalid", async () => {
  const time = new ManualClock();
  let lateMs = 0;
  // As where a generator computes: time passes, and no timer fires.
  const clock: Clock = {
    now: () => time.now() + lateMs,
    schedule: (delayMs, callback) => time.schedule(delayMs, callback),
  };
  const driver = new TestDriver(() => {
    lateMs += 60;
    return Promise.resolve({});
  });
  const manager = new LoadTestManager({ drivers: { test: driver }, clock });
  const result = await drive(time, manager.run(open), 5);
  assertEquals(result.verdict, "invalid");
  assertEquals(result.generator.healthy, false);
  assertStringIncludes(
    result.reasons[0] ?? "",
    "The generator started 1 % of the operations more than",
  );
});

Deno.test("the memory of a run ten times longer is the same", async () => {
  const inUse = async (steadyMs: number): Promise<number> => {
    const clock = new ManualClock();
    let count = 0;
    // Times and errors of all kinds.
    const driver = new TestDriver(() => {
      const number = count++;
      return number % 10 === 0
        ? Promise.reject(new Error(`error ${number}`))
        : new Promise((resolve) =>
          clock.schedule(number % 1000, () => resolve({ sentBytes: 1 }))
        );
    });
    const manager = new LoadTestManager({ drivers: { test: driver }, clock });
    let bytes = 0;
    const result = await drive(
      clock,
      manager.run({
        ...closed,
        load: {
          model: "closed",
          users: 10,
          thinkTime: { distribution: "exponential", meanMs: 500 },
        },
        phases: { steadyMs, cleanupTimeoutMs: 1e9 },
      }, {
        // While the run has all that it has recorded.
        cleanup: async () => void (bytes = (await settledMemory()).heap),
      }),
      100,
    );
    assert(result.total.ok > steadyMs / 200);
    return bytes;
  };
  await inUse(60_000);
  const short = await inUse(60_000);
  const long = await inUse(600_000);
  assert(long - short < 300_000, `${long - short} bytes more`);
});
