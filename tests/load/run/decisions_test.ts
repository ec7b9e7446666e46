import { assertEquals, assertThrows } from "@std/assert";
import { Distribution } from "../../../src/metrics/distribution.ts";
import { Agenda } from "../../../src/load/run/agenda.ts";
import { compileChecks } from "../../../src/load/run/checks.ts";
import { judge } from "../../../src/load/run/criteria.ts";
import { ErrorTally } from "../../../src/load/run/error_tally.ts";
import { RecordSource } from "../../../src/load/run/feeders.ts";
import { type HealthFacts, judgeHealth } from "../../../src/load/run/health.ts";
import {
  FeederExhaustedError,
  LoadTestError,
} from "../../../src/load/load_errors.ts";
import { loadPhases, verdictOf } from "../../../src/load/run/load_verdict.ts";
import {
  OperationRecorder,
  steadyResults,
} from "../../../src/load/run/operation_recorder.ts";
import { resolvePhases } from "../../../src/load/run/phases.ts";
import type { Check, Criterion } from "../../../src/load/scenario/scenario.ts";
import {
  compileRequest,
  fillTarget,
} from "../../../src/load/scenario/substitution.ts";
import { timelineStepMs } from "../../../src/load/run/timeline.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";

Deno.test("a request takes values and text from records, at any depth", () => {
  const template = compileRequest({
    url: "/users/${user.id}?name=${user.name}",
    body: { id: "${user.id}", list: ["${user.tags}", "$ {not.this}", 1] },
    method: "POST",
  }, ["user"]);
  assertEquals(template.feeders, ["user"]);
  const record = { id: 7, name: "Ada", tags: ["a", "b"] };
  assertEquals(template.fill(new Map([["user", record]])), {
    url: "/users/7?name=Ada",
    body: { id: 7, list: [["a", "b"], "$ {not.this}", 1] },
    method: "POST",
  });
});

Deno.test("a request without references is always the same object", () => {
  const request = { url: "/", list: [1, { a: "b" }] };
  const template = compileRequest(request, ["user"]);
  assertEquals(template.fill(new Map()) === request, true);
});

Deno.test("what the target told is filled in, as a number if it is nothing else", () => {
  const request = {
    port: "${target.port}",
    url: "http://localhost:${target.port}/${user.id}",
    zip: "${target.zip}",
  };
  assertEquals(fillTarget(request, { port: "8080", zip: "01234" }), {
    port: 8080,
    url: "http://localhost:8080/${user.id}",
    zip: "01234",
  });
  assertThrows(() => fillTarget(request, {}), LoadTestError, 'no "port"');
});

Deno.test("records are given out in turn, at random or once", () => {
  const records = [{ n: 1 }, { n: 2 }];
  const take = (order?: "in_turn" | "random" | "once", count = 5) => {
    const source = new RecordSource("numbers", {
      records,
      ...(order === undefined ? {} : { order }),
    }, 1);
    return Array.from({ length: count }, () => source.take()["n"]);
  };
  assertEquals(take(), [1, 2, 1, 2, 1]);
  assertEquals(new Set(take("random", 20)).size, 2);
  assertEquals(take("once", 2), [1, 2]);
  assertThrows(() => take("once", 3), FeederExhaustedError, "all 2 records");
});

Deno.test("checks look into outcomes, and say what was found", () => {
  const outcome = {
    status: 201,
    body: { items: [{ id: 7 }, { id: 8 }], text: "hello" },
  };
  const verdicts: readonly [Check, string | undefined][] = [
    [{ field: "status", is: "equal", value: 201 }, undefined],
    [{ field: "status", is: "not_equal", value: 500 }, undefined],
    [{ field: "status", is: "below", value: 300 }, undefined],
    [
      { field: "status", is: "above", value: 300 },
      "status is 201, expected above 300",
    ],
    [{ field: "body.items.1.id", is: "equal", value: 8 }, undefined],
    [{ field: "body.items", is: "contains", value: { id: 7 } }, undefined],
    [{ field: "body.text", is: "contains", value: "ell" }, undefined],
    [{ field: "body.items.0", is: "present" }, undefined],
    [
      { field: "body.items.2", is: "present" },
      "body.items.2 is missing, expected present",
    ],
    // Nothing that objects inherit.
    [
      { field: "body.constructor", is: "present" },
      "body.constructor is missing, expected present",
    ],
  ];
  for (const [check, expected] of verdicts) {
    assertEquals(compileChecks([check])?.(outcome)?.message, expected);
  }
});

Deno.test("criteria are held, broken or without data", () => {
  const asked = new OperationRecorder("ask");
  for (let ms = 1; ms <= 100; ms++) {
    asked.steady.start();
    asked.steady.end(ms === 100 ? "failed" : "ok");
    if (ms < 100) asked.serviceTime.record(ms);
  }
  asked.steady.drop();
  const idle = new OperationRecorder("idle");
  const { all, operations } = steadyResults([asked, idle], "closed", 10_000);
  const outcome = (
    metric: string,
    is: Criterion["is"],
    value: number,
    operation?: string,
  ) => {
    const criterion = {
      metric,
      is,
      value,
      ...(operation === undefined ? {} : { operation }),
    };
    return judge([criterion], all, operations)[0]?.outcome;
  };
  assertEquals(outcome("latency.p99", "at_most", 99), "held");
  assertEquals(outcome("latency.p99", "below", 50), "broken");
  assertEquals(outcome("serviceTime.mean", "at_least", 50), "held");
  assertEquals(outcome("errorRate", "at_most", 0.01), "held");
  assertEquals(outcome("errorRate", "below", 0.01), "broken");
  assertEquals(outcome("throughput", "above", 9.8), "held");
  assertEquals(outcome("dropRate", "below", 0.01), "held");
  // A rate of nothing is no data, and 0 is some.
  assertEquals(outcome("errorRate", "at_most", 1, "idle"), "no_data");
  assertEquals(outcome("latency.p50", "below", 1, "idle"), "no_data");
  assertEquals(outcome("throughput", "below", 1, "idle"), "held");
});

Deno.test("percentiles of all operations are those of all their times", () => {
  const fast = new OperationRecorder("fast");
  const slow = new OperationRecorder("slow");
  for (let i = 0; i < 990; i++) fast.serviceTime.record(1);
  for (let i = 0; i < 10; i++) slow.serviceTime.record(1000);
  const { all } = steadyResults([fast, slow], "closed", 1000);
  // The mean of both p99 would be 500.
  assertEquals(all.latency.p99, 1);
  assertEquals(all.latency.max, 1000);
});

Deno.test("an aborted run is no invalid one, and an invalid one has not failed", () => {
  const broken = {
    criterion: { metric: "errorRate", is: "below", value: 0.1 },
    actual: 0.5,
    outcome: "broken",
  } as const;
  const held = { ...broken, actual: 0, outcome: "held" } as const;
  const verdict = (
    aborted: string | undefined,
    invalid: string[],
    ok: boolean,
  ) => verdictOf({ aborted, invalid, criteria: [ok ? held : broken] });
  assertEquals(verdict("SIGINT", ["late"], false).verdict, "aborted");
  assertEquals(verdict(undefined, ["late"], false).verdict, "invalid");
  assertEquals(verdict(undefined, [], true), {
    verdict: "passed",
    reasons: [],
  });
  assertEquals(verdict(undefined, [], false), {
    verdict: "failed",
    reasons: ["errorRate is to be below 0.1: it is 0.5."],
  });
});

Deno.test("phases are told as long as they were", () => {
  const phases = resolvePhases({ rampUpMs: 100, steadyMs: 200 }, []);
  const told = (durationMs: number) =>
    loadPhases(phases, 10, durationMs).map((
      { name, startedMs, durationMs },
    ) => [name, startedMs, durationMs]);
  assertEquals(told(50), [["ramp_up", 10, 50]]);
  assertEquals(told(350), [
    ["ramp_up", 10, 100],
    ["steady", 110, 200],
    ["ramp_down", 310, 50],
  ]);
});

Deno.test("a generator is unhealthy when it is late, or busy while there is a schedule", () => {
  const times = (ms: number) => {
    const distribution = new Distribution();
    distribution.record(ms);
    return distribution.summary();
  };
  const well: HealthFacts = {
    hasSchedule: true,
    lag: times(1),
    eventLoopDelay: times(1),
    cpuCores: 0.5,
    serviceTimeP50Ms: 5,
  };
  const faults = (facts: Partial<HealthFacts>, limits = {}) => {
    const { reasons, warnings } = judgeHealth({ ...well, ...facts }, limits);
    return [reasons.length, warnings.length];
  };
  assertEquals(faults({}), [0, 0]);
  assertEquals(faults({ lag: times(30) }), [1, 0]);
  // A tenth of what operations take is no harm.
  assertEquals(faults({ lag: times(30), serviceTimeP50Ms: 400 }), [0, 0]);
  assertEquals(faults({ lag: times(30) }, { lagP99Ms: 50 }), [0, 0]);
  assertEquals(faults({ eventLoopDelay: times(150) }), [1, 0]);
  assertEquals(faults({ cpuCores: 1 }), [1, 0]);
  assertEquals(faults({ cpuCores: 1, hasSchedule: false }), [0, 1]);
  assertEquals(faults({ cpuCores: null }), [0, 0]);
});

Deno.test("errors are tallied in bounded memory, the most frequent first", () => {
  const tally = new ErrorTally();
  for (let i = 0; i < 1000; i++) tally.add(new Error(`number ${i}`));
  for (let i = 0; i < 5; i++) tally.add("number 7");
  for (let i = 0; i < 3; i++) tally.add(new Error("number 7"));
  const top = tally.top();
  assertEquals(top.length, 20);
  assertEquals(top[0], { message: "(other errors)", count: 805 });
  assertEquals(top[1], { message: "Error: number 7", count: 4 });
});

Deno.test("a timeline has whole seconds for parts, and at most 600", () => {
  assertEquals(timelineStepMs(500), 1000);
  assertEquals(timelineStepMs(600_000), 1000);
  assertEquals(timelineStepMs(600_001), 2000);
  assertEquals(timelineStepMs(86_400_000), 144_000);
});

Deno.test("an agenda calls back in order of time, on one timer", () => {
  const clock = new ManualClock();
  const due: [string, number][] = [];
  using agenda = new Agenda<string>(clock, (item, atMs) => {
    due.push([item, atMs]);
    if (item === "b") agenda.add(25, "added");
  });
  for (
    const [item, atMs] of [["d", 40], ["b", 20], ["a", 10], ["c", 30]] as const
  ) {
    agenda.add(atMs, item);
  }
  assertEquals(clock.pending, 1);
  clock.advance(20);
  assertEquals(due, [["a", 10], ["b", 20]]);
  clock.advance(100);
  assertEquals(due.slice(2), [["added", 25], ["c", 30], ["d", 40]]);
  assertEquals(clock.pending, 0);
});
