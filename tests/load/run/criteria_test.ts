import { assert, assertEquals } from "@std/assert";
import {
  defaultLimits,
  judge,
  reasonsOf,
} from "../../../src/load/run/criteria.ts";
import { OperationRecorder } from "../../../src/load/run/operation_recorder.ts";
import { steadyResults } from "../../../src/load/run/steady_results.ts";
import { rowsOf } from "../../../src/load/scenario/placed_steps.ts";
import type {
  Criterion,
  Scenario,
} from "../../../src/load/scenario/scenario.ts";
import { operations } from "../scenarios.ts";

Deno.test("criteria are held, broken or without data", () => {
  const asked = new OperationRecorder("ask");
  for (let ms = 1; ms <= 100; ms++) {
    asked.steady.start();
    asked.steady.end(ms === 100 ? "failed" : "ok");
    if (ms < 100) asked.serviceTime.record(ms);
  }
  asked.steady.drop();
  const idle = new OperationRecorder("idle");
  const results = steadyResults(
    [asked, idle],
    "closed",
    10_000,
    rowsOf(operations("ask", "idle")),
  );
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
    return judge([criterion], results)[0]?.outcome;
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

Deno.test("what is under way when a criterion is judged is no error", () => {
  const asked = new OperationRecorder("ask");
  for (let i = 0; i < 100; i++) asked.steady.start();
  for (let i = 0; i < 60; i++) asked.steady.end("ok");
  asked.steady.end("failed");
  asked.steady.end("timedOut");
  const results = steadyResults(
    [asked],
    "closed",
    10_000,
    rowsOf(operations("ask")),
  );
  const actual = (metric: string) =>
    judge([{ metric, is: "at_most", value: 1 }], results)[0]?.actual;
  assertEquals(actual("errorRate"), 2 / 62);
  assertEquals(actual("timeoutRate"), 1 / 62);
  assertEquals(actual("errorCount"), 2);
  assertEquals(results.all.errorRate, 2 / 62);
});

Deno.test("a criterion that does not hold is explained with what was measured, or why nothing was", () => {
  const idle = new OperationRecorder("idle");
  const dropped = new OperationRecorder("dropped");
  dropped.steady.drop();
  const dead = new OperationRecorder("dead");
  for (let count = 0; count < 3; count++) {
    dead.steady.start();
    dead.steady.end("failed");
    dead.errors.add(new Error("Connection refused"));
  }
  const mute = new OperationRecorder("mute");
  mute.steady.start();
  mute.steady.end("interrupted");
  const slow = new OperationRecorder("slow");
  slow.steady.start();
  slow.steady.end("ok");
  slow.serviceTime.record(80);
  const steady = steadyResults(
    [idle, dropped, dead, mute, slow],
    "closed",
    1000,
    rowsOf(operations("idle", "dropped", "dead", "mute", "slow")),
  );
  const explain = (operation: string) => {
    const criterion = {
      metric: "latency.p99",
      operation,
      is: "at_most",
      value: 50,
    } as const;
    return reasonsOf(judge([criterion], steady));
  };
  const what = "latency.p99 of";
  const must = "must be at most 50 ms, but";
  assertEquals(explain("slow"), [`${what} slow ${must} it is 80 ms.`]);
  assertEquals(explain("idle"), [
    `${what} idle ${must} no operation was planned in the steady phase.`,
  ]);
  assertEquals(explain("dropped"), [
    `${what} dropped ${must} all 1 planned operations were dropped, as all users were busy.`,
  ]);
  assertEquals(explain("dead"), [
    `${what} dead ${must} none of 3 operations succeeded, and the most frequent error is "Error: Connection refused".`,
  ]);
  assertEquals(explain("mute"), [
    `${what} mute ${must} none of 1 operations succeeded.`,
  ]);
});

Deno.test("what no criterion limits has a default limit", () => {
  const limits = (
    model: "open" | "closed",
    ...criteria: readonly Criterion[]
  ) =>
    defaultLimits({
      load: model === "open"
        ? { model, arrivalsPerSecond: 1, maxUsers: 1 }
        : { model, users: 1 },
      criteria,
      operations: operations("read", "write").map((operation, index) => ({
        ...operation,
        tags: { kind: index === 0 ? "reading" : "writing" },
      })),
    }).map(({ metric, operation = "all" }) => `${metric} of ${operation}`);
  const errors: Criterion = { metric: "errorRate", is: "at_most", value: 0.5 };
  const p99: Criterion = { metric: "latency.p99", is: "below", value: 50 };
  assertEquals(limits("open", p99), ["errorRate of all", "dropRate of all"]);
  assertEquals(limits("closed", p99), ["errorRate of all"]);
  assertEquals(limits("closed", errors), []);
  assertEquals(limits("closed", { ...errors, operation: "read" }), [
    "errorRate of write",
  ]);
  const tags = { kind: "reading" };
  assertEquals(limits("closed", { ...errors, tags }), ["errorRate of write"]);
  assertEquals(limits("closed", { ...errors, metric: "errorCount" }), []);
});

/** A flow with a tag, a step of it with the same, and two plain operations. */
const TAGGED: Scenario["operations"] = [
  {
    name: "buy",
    tags: { kind: "reading" },
    steps: [
      { name: "form", driver: "any", request: {}, tags: { kind: "reading" } },
      { name: "order", driver: "any", request: {}, tags: { kind: "writing" } },
    ],
  },
  { name: "list", driver: "any", request: {}, tags: { kind: "reading" } },
  { name: "ping", driver: "any", request: {} },
];

Deno.test("operations and steps with the same tags are measured together, and none counts twice", () => {
  const rows = rowsOf(TAGGED);
  const recorders = rows.map(({ name }) => new OperationRecorder(name));
  const [buy, form, order, list, ping] = recorders;
  const record = (
    recorder: OperationRecorder | undefined,
    times: number,
    ms: number,
  ) => {
    for (let time = 0; time < times; time++) {
      recorder?.steady.start();
      recorder?.steady.end("ok");
      recorder?.serviceTime.record(ms);
      recorder?.latency.record(ms);
    }
  };
  record(buy, 99, 1);
  record(form, 99, 500);
  record(order, 50, 30);
  record(list, 1, 100);
  record(ping, 1, 900);
  list?.steady.start();
  list?.steady.end("failed");
  const steady = steadyResults(recorders, "closed", 1000, rows);
  const actual = (metric: string, kind: string) => {
    const criterion: Criterion = {
      metric,
      tags: { kind },
      is: "below",
      value: 1,
    };
    return judge([criterion], steady)[0]?.actual;
  };
  // 100 times, of which the last is 100 ms: a mean of both p99 would be 50.5.
  assertEquals(actual("latency.p99", "reading"), 1);
  assertEquals(actual("latency.p99.5", "reading"), 100);
  assertEquals(actual("throughput", "reading"), 100);
  assertEquals(actual("errorRate", "reading"), 1 / 101);
  assertEquals(actual("latency.max", "writing"), 30);
  assertEquals(actual("latency.max", "chatting"), null);
});

Deno.test("any percentile comes from the histograms of all times", () => {
  const recorder = new OperationRecorder("ask");
  for (let ms = 1; ms <= 1000; ms++) recorder.serviceTime.record(ms);
  recorder.steady.start();
  const steady = steadyResults(
    [recorder],
    "open",
    1000,
    rowsOf(operations("ask")),
  );
  const actual = (metric: string) =>
    judge([{ metric, is: "below", value: 1 }], steady)[0]?.actual ?? NaN;
  // Three digits are kept.
  for (
    const [percent, ms] of [
      ["50", 500],
      ["97.5", 975],
      ["99.9", 999],
      ["99.99", 1000],
      ["100", 1000],
      ["0.1", 1],
    ] as const
  ) {
    const found = actual(`serviceTime.p${percent}`);
    assert(Math.abs(found - ms) <= ms / 1000, `${found} for p${percent}`);
  }
  assertEquals(actual("serviceTime.p99.9"), steady.all.serviceTime.p999);
  assertEquals(actual("serviceTime.p999"), steady.all.serviceTime.p999);
  assertEquals(actual("serviceTime.p100"), steady.all.serviceTime.max);
});

Deno.test("checks, statuses, time-outs and drops have rates and counts, in flows those of their steps", () => {
  const rows = rowsOf(TAGGED);
  const recorders = rows.map(({ name }) => new OperationRecorder(name));
  const [buy, form, , list] = recorders;
  form?.checks.push({ name: "found", held: 3, broken: 1 });
  list?.checks.push(
    { name: "found", held: 4, broken: 0 },
    { name: "json", held: 0, broken: 2 },
  );
  for (const status of [200, 201, 302, 503]) form?.addStatus(status);
  for (const status of [200, 404, 600, -1, NaN, 0.5]) list?.addStatus(status);
  for (const ending of ["ok", "timedOut", "timedOut", "failed"] as const) {
    buy?.steady.start();
    buy?.steady.end(ending);
  }
  buy?.steady.drop();
  form?.steady.drop();
  const steady = steadyResults(recorders, "open", 1000, rows);
  const actual = (metric: string, rest: Partial<Criterion> = {}) =>
    judge([{ metric, is: "below", value: 1, ...rest }], steady)[0]?.actual;
  assertEquals(actual("checkRate"), 7 / 10);
  assertEquals(actual("checkRate", { check: "found" }), 7 / 8);
  assertEquals(actual("checkRate", { operation: "buy" }), 3 / 4);
  assertEquals(actual("checkRate", { operation: "ping" }), null);
  assertEquals(actual("statusCount.2xx"), 3);
  assertEquals(actual("statusRate.5xx"), 1 / 6);
  assertEquals(actual("statusRate.5xx", { operation: "buy" }), 1 / 4);
  assertEquals(actual("statusCount.4xx", { operation: "buy" }), 0);
  assertEquals(actual("statusCount.1xx", { operation: "ping" }), null);
  assertEquals(actual("timeoutRate"), 2 / 4);
  assertEquals(actual("timeoutCount"), 2);
  assertEquals(actual("dropRate"), 1 / 5);
  assertEquals(actual("dropCount", { tags: { kind: "reading" } }), 1);
  assertEquals(actual("errorCount"), 3);
  assertEquals(steady.all.statuses, { "2xx": 3, "3xx": 1, "4xx": 1, "5xx": 1 });
  assertEquals(steady.all.checks, [
    { name: "found", held: 7, broken: 1 },
    { name: "json", held: 0, broken: 2 },
  ]);
  const explain = (criterion: Criterion) =>
    reasonsOf(judge([criterion], steady));
  const tags = { kind: "reading" };
  assertEquals(
    [
      ...explain({ metric: "checkRate", is: "at_least", value: 0.99 }),
      ...explain({
        metric: "checkRate",
        check: "json",
        operation: "list",
        is: "at_least",
        value: 1,
      }),
      ...explain({ metric: "statusRate.5xx", is: "below", value: 0.01, tags }),
      ...explain({ metric: "statusCount.5xx", is: "at_most", value: 0 }),
      ...explain({ metric: "timeoutCount", is: "at_most", value: 1 }),
      ...explain({ metric: "dropRate", is: "at_most", value: 0.1 }),
      ...explain({
        metric: "dropCount",
        operation: "buy/form",
        is: "at_most",
        value: 0,
      }),
      ...explain({ metric: "errorCount", is: "at_most", value: 2 }),
      ...explain({
        metric: "statusRate.2xx",
        operation: "ping",
        is: "at_least",
        value: 1,
      }),
    ],
    [
      "checkRate must be at least 99 %, but it is 70 % (3 of 10 did not hold).",
      'checkRate of "json" of list must be at least 100 %, but it is 0 % (2 of 2 did not hold).',
      "statusRate.5xx of kind=reading must be below 1 %, but it is 16.7 % (1 of 6 responses).",
      "statusCount.5xx must be at most 0, but it is 1.",
      "timeoutCount must be at most 1, but it is 2 (2 of 4).",
      "dropRate must be at most 10 %, but it is 20 % (1 of 5, as all users were busy).",
      "dropCount of buy/form must be at most 0, but it is 1 (1 of 1, as their flow ended before).",
      "errorCount must be at most 2, but it is 3 (1 failed, 2 timed out, of 4).",
      "statusRate.2xx of ping must be at least 100 %, but no operation was planned in the steady phase.",
    ],
  );
});
