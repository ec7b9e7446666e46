/**
 * Results of load tests that never ran.
 *
 * @module
 */
import fc from "fast-check";
import type {
  Accounting,
  OperationResult,
} from "../../../src/load/operation_result.ts";
import type { LoadResult, TimelinePoint } from "../../../src/load/result.ts";
import type { OperationDetail } from "../../../src/load/result_details.ts";
import type { DistributionSummary } from "../../../src/metrics/snapshot.ts";
import { chat, scenarios } from "../scenarios.ts";

/** A distribution of a hundred times up to a maximum. */
export function times(max: number): DistributionSummary {
  return {
    count: 100,
    sum: 50 * max,
    min: max / 100,
    mean: max / 2,
    p50: max / 2,
    p90: max * 0.9,
    p95: max * 0.95,
    p99: max * 0.99,
    p999: max,
    max,
  };
}

const accounting: Accounting = {
  planned: 1210,
  started: 1204,
  dropped: 6,
  ok: 1190,
  failed: 9,
  timedOut: 3,
  interrupted: 2,
};

/** What came of one operation. */
export function operation(name: string): OperationResult {
  return {
    name,
    accounting,
    throughput: 119,
    errorRate: 14 / 1204,
    latency: times(40),
    serviceTime: times(30),
    connectTime: times(2),
    tlsTime: null,
    firstByteTime: times(20),
    restTime: times(8),
    sentBytes: 12_300,
    receivedBytes: 4_560_000,
    statuses: { "2xx": 1190, "5xx": 9 },
    checks: [
      { name: "status equal 200", held: 1190, broken: 0 },
      { name: "found", held: 1181, broken: 9 },
    ],
    errors: [
      { message: "the service has closed the connection", count: 9 },
      { message: "it took longer than 100 ms", count: 3 },
    ],
  };
}

function point(second: number): TimelinePoint {
  return {
    atMs: second * 1000,
    phase: second < 1 ? "ramp_up" : "steady",
    stage: null,
    plannedPerSecond: null,
    plannedUsers: 10,
    users: 10,
    ok: 100 + second,
    errors: second,
    timedOut: second > 3 ? 2 : 0,
    dropped: 0,
    latencyP50Ms: 20,
    latencyP99Ms: 39.6,
    latencyMaxMs: second === 5 ? null : 40,
  };
}

/** A run that has failed one of two criteria. */
export const failed: LoadResult = {
  scenario: chat,
  model: "closed",
  verdict: "failed",
  reasons: ["latency.p99 must be below 30 ms, but it is 39.6 ms."],
  warnings: ["The closed model is blind to stalls."],
  startedAt: "2026-01-02T03:04:05.000Z",
  durationMs: 11_300,
  phases: [
    { name: "prepare", startedMs: 0, durationMs: 120, error: null },
    { name: "ramp_up", startedMs: 120, durationMs: 1000, error: null },
    { name: "steady", startedMs: 1120, durationMs: 10_000, error: null },
    { name: "cleanup", startedMs: 11_120, durationMs: 5, error: "too late" },
  ],
  total: { ...accounting, planned: 1310, started: 1304, ok: 1290 },
  steady: operation("all"),
  operations: [operation("join"), operation("send")],
  stages: [],
  protocols: ["send: HTTP/1.1"],
  users: { planned: 10, started: 12, replaced: 2, peak: 10 },
  workers: [
    {
      index: 0,
      users: 5,
      total: { ...accounting, planned: 655, started: 652, ok: 645 },
      lagP99Ms: 3,
      eventLoopDelayP99Ms: 2,
    },
    {
      index: 1,
      users: 5,
      total: { ...accounting, planned: 655, started: 652, ok: 645 },
      lagP99Ms: null,
      eventLoopDelayP99Ms: null,
    },
  ],
  abortedBy: null,
  criteria: [
    {
      criterion: { metric: "latency.p99", is: "below", value: 30 },
      actual: 39.6,
      outcome: "broken",
      isDefault: false,
      reason: "latency.p99 must be below 30 ms, but it is 39.6 ms.",
    },
    {
      criterion: {
        metric: "errorRate",
        operation: "send",
        is: "at_most",
        value: 0.05,
      },
      actual: 14 / 1204,
      outcome: "held",
      isDefault: true,
      reason: null,
    },
    {
      criterion: { metric: "throughput", is: "at_least", value: 1000 },
      actual: null,
      outcome: "no_data",
      isDefault: false,
      reason: "throughput must be at least 1,000 /s, but there is no data.",
    },
  ],
  generator: {
    cpuCores: 0.25,
    workPerOperationMs: 0.2,
    lag: times(3),
    eventLoopDelay: times(2),
    rssPeakBytes: 98_700_000,
    openFilesPeak: null,
    healthy: true,
    reasons: [],
    points: Array.from({ length: 11 }, (_, second) => ({
      atMs: second * 1000,
      cpuCores: 0.2 + second / 100,
      lagP99Ms: second === 5 ? null : 2.5,
      eventLoopDelayP99Ms: 1.5,
    })),
  },
  timeline: {
    intervalMs: 1000,
    points: Array.from({ length: 11 }, (_, second) => point(second)),
  },
  errors: [
    {
      operation: "send",
      message: "DriverError: the status is 503",
      count: 14,
      phases: { ramp_up: 5, steady: 9 },
      firstMs: 620,
      example: {
        address: "POST http://127.0.0.1:8000/send",
        status: 503,
        body: '{"problem":"too many","token":"***"}',
      },
    },
    {
      operation: "send",
      message: "OperationTimeoutError: send took longer than 100 ms",
      count: 3,
      phases: { steady: 3 },
      firstMs: 4200,
      example: null,
    },
  ],
  details: [
    { name: "all", timeline: null, percentiles: percentiles(40) },
    detail("join"),
    detail("send"),
  ],
  origin: {
    command: "deno task load chat.yaml --seed 7",
    seed: 7,
    target: "deno run chat.ts",
    threads: 2,
    troupe: "0.1.0",
    deno: "2.9.6",
    system: "linux x86_64",
    kernel: "6.1.0",
    cpu: "A processor",
    cores: 2,
    memoryBytes: 24_000_000_000,
  },
};

function percentiles(max: number): OperationDetail["percentiles"] {
  return [0, 0.5, 0.9, 0.99, 1].map((fraction) => [
    fraction,
    Math.max(1, max * fraction),
  ]);
}

function detail(name: string): OperationDetail {
  return {
    name,
    timeline: {
      intervalMs: 1000,
      points: Array.from({ length: 11 }, (_, second) => point(second)),
    },
    percentiles: percentiles(40),
  };
}

const number = fc.oneof(
  fc.double(),
  fc.nat(),
  fc.constantFrom(0, -0, 1e-9, 999.9999, 1e308),
);
const known = fc.option(number);
const text = fc.string({ unit: "binary", maxLength: 30 });
const summaries = fc.record({
  count: number,
  sum: number,
  min: known,
  mean: known,
  p50: known,
  p90: known,
  p95: known,
  p99: known,
  p999: known,
  max: known,
});
const accountings = fc.record({
  planned: number,
  started: number,
  dropped: number,
  ok: number,
  failed: number,
  timedOut: number,
  interrupted: number,
});
const operations = fc.record({
  name: text,
  accounting: accountings,
  throughput: known,
  errorRate: known,
  latency: summaries,
  serviceTime: summaries,
  connectTime: fc.option(summaries),
  tlsTime: fc.option(summaries),
  firstByteTime: fc.option(summaries),
  restTime: fc.option(summaries),
  sentBytes: number,
  receivedBytes: number,
  statuses: fc.dictionary(fc.constantFrom("2xx", "5xx"), number),
  checks: fc.array(fc.record({ name: text, held: number, broken: number }), {
    maxLength: 3,
  }),
  errors: fc.array(fc.record({ message: text, count: number }), {
    maxLength: 3,
  }),
});
const phaseName = fc.constantFrom(
  "prepare" as const,
  "ramp_up" as const,
  "steady" as const,
  "ramp_down" as const,
  "cleanup" as const,
);

const timeline = fc.record({
  intervalMs: number,
  points: fc.array(
    fc.record({
      atMs: number,
      phase: phaseName,
      stage: fc.option(text),
      plannedPerSecond: known,
      plannedUsers: known,
      users: number,
      ok: number,
      errors: number,
      timedOut: number,
      dropped: number,
      latencyP50Ms: known,
      latencyP99Ms: known,
      latencyMaxMs: known,
    }),
    { maxLength: 10 },
  ),
});

/** Any result at all, and many that cannot be. */
export const results: fc.Arbitrary<LoadResult> = fc.record({
  scenario: scenarios,
  model: fc.constantFrom("open" as const, "closed" as const),
  verdict: fc.constantFrom(
    "passed" as const,
    "failed" as const,
    "invalid" as const,
    "aborted" as const,
  ),
  reasons: fc.array(text, { maxLength: 2 }),
  warnings: fc.array(text, { maxLength: 2 }),
  startedAt: fc.constant("2026-01-02T03:04:05.000Z"),
  durationMs: number,
  phases: fc.array(
    fc.record({
      name: phaseName,
      startedMs: number,
      durationMs: number,
      error: fc.option(text),
    }),
    { maxLength: 5 },
  ),
  total: accountings,
  steady: operations,
  operations: fc.array(operations, { maxLength: 3 }),
  stages: fc.array(
    fc.record({
      name: text,
      warmUp: fc.boolean(),
      startedMs: number,
      durationMs: number,
      all: operations,
      operations: fc.array(operations, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  protocols: fc.array(text, { maxLength: 2 }),
  users: fc.record({
    planned: number,
    started: number,
    replaced: number,
    peak: number,
  }),
  workers: fc.array(
    fc.record({
      index: number,
      users: number,
      total: accountings,
      lagP99Ms: known,
      eventLoopDelayP99Ms: known,
    }),
    { maxLength: 2 },
  ),
  abortedBy: fc.constant(null),
  criteria: fc.array(
    fc.record({
      criterion: fc.record({
        metric: fc.constantFrom("latency.p99", "errorRate", "throughput"),
        operation: text,
        is: fc.constantFrom("below" as const, "at_least" as const),
        value: number,
      }, { requiredKeys: ["metric", "is", "value"] }),
      actual: known,
      outcome: fc.constantFrom(
        "held" as const,
        "broken" as const,
        "no_data" as const,
      ),
      isDefault: fc.boolean(),
      reason: fc.option(text),
    }),
    { maxLength: 3 },
  ),
  generator: fc.record({
    cpuCores: known,
    workPerOperationMs: known,
    lag: summaries,
    eventLoopDelay: summaries,
    rssPeakBytes: known,
    openFilesPeak: known,
    healthy: fc.boolean(),
    reasons: fc.array(text, { maxLength: 2 }),
    points: fc.array(
      fc.record({
        atMs: number,
        cpuCores: known,
        lagP99Ms: known,
        eventLoopDelayP99Ms: known,
      }),
      { maxLength: 3 },
    ),
  }),
  timeline,
  errors: fc.array(
    fc.record({
      operation: text,
      message: text,
      count: number,
      phases: fc.record(
        { ramp_up: number, steady: number, ramp_down: number },
        {
          requiredKeys: [],
        },
      ),
      firstMs: number,
      example: fc.option(
        fc.record({
          address: fc.option(text),
          status: known,
          body: fc.option(text),
        }),
      ),
    }),
    { maxLength: 3 },
  ),
  details: fc.array(
    fc.record({
      name: text,
      timeline: fc.option(timeline),
      percentiles: fc.array(fc.tuple(number, number), { maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
  origin: fc.record({
    command: fc.option(text),
    seed: number,
    target: fc.option(text),
    threads: number,
    troupe: text,
    deno: text,
    system: text,
    kernel: fc.option(text),
    cpu: fc.option(text),
    cores: number,
    memoryBytes: known,
  }),
});
