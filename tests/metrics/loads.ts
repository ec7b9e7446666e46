/**
 * The progress of a load test.
 *
 * @module
 */
import type {
  Accounting,
  OperationResult,
} from "../../src/load/operation_result.ts";
import type {
  CriterionResult,
  LoadProgress,
  PhaseName,
} from "../../src/load/result.ts";

/** The progress of a run of one minute in its second number `n`, from 0. */
export function loadProgress(n: number): LoadProgress {
  const phase: PhaseName = n < 15 ? "ramp_up" : n < 50 ? "steady" : "ramp_down";
  const users = Math.round(Math.min(1, n / 15, (60 - n) / 10) * 200);
  const ok = Math.round(n * 900 + 40 * Math.sin(n));
  const failed = n > 30 ? (n - 30) * 2 : 0;
  const started = ok + failed;
  return {
    phase,
    stage: null,
    elapsedMs: n * 1000,
    plannedMs: 60_000,
    total: {
      planned: started,
      started,
      dropped: 0,
      ok,
      failed,
      timedOut: 0,
      interrupted: 0,
    },
    inFlight: Math.round(users / 10),
    point: {
      atMs: n * 1000,
      phase,
      stage: null,
      plannedPerSecond: null,
      plannedUsers: users,
      users,
      ok: 900,
      errors: n > 30 ? 2 : 0,
      timedOut: n > 30 ? 1 : 0,
      dropped: 0,
      latencyP50Ms: 2 + users / 200,
      latencyP99Ms: 8 + users / 40,
      latencyMaxMs: 20 + users / 10 + (n % 9),
    },
    steady: operationResult("all", n, ok, failed),
    operations: [
      operationResult("read", n, ok - 100, 0),
      operationResult("write", n, 100, failed),
    ],
    criteria: criteria(n),
    metrics: null,
  };
}

/** Without data at first; then the second criterion breaks, and holds again. */
function criteria(n: number): CriterionResult[] {
  const p99 = n < 15 ? null : 12 + n / 10;
  const rate = n < 15 ? null : n > 30 ? (n - 30) / 1000 : 0;
  const outcome = (actual: number | null, value: number) =>
    actual === null ? "no_data" : actual <= value ? "held" : "broken";
  return [
    {
      criterion: { metric: "latency.p99", is: "at_most", value: 50 },
      actual: p99,
      outcome: outcome(p99, 50),
      isDefault: false,
      reason: null,
    },
    {
      criterion: {
        metric: "errorRate",
        operation: "write",
        is: "at_most",
        value: 0.01,
      },
      actual: rate,
      outcome: outcome(rate, 0.01),
      isDefault: false,
      reason: rate !== null && rate > 0.01 ? "errorRate is too high." : null,
    },
  ];
}

function operationResult(
  name: string,
  n: number,
  ok: number,
  failed: number,
): OperationResult {
  const started = ok + failed;
  const accounting: Accounting = {
    planned: started,
    started,
    dropped: 0,
    ok,
    failed,
    timedOut: 0,
    interrupted: 0,
  };
  const times = ok === 0
    ? {
      count: 0,
      sum: 0,
      min: null,
      mean: null,
      p50: null,
      p90: null,
      p95: null,
      p99: null,
      p999: null,
      max: null,
    }
    : {
      count: ok,
      sum: ok * 3,
      min: 1,
      mean: 3,
      p50: 2.5,
      p90: 6,
      p95: 8.25,
      p99: 12 + n / 10,
      p999: 30,
      max: 420,
    };
  return {
    name,
    accounting,
    throughput: n < 15 ? null : ok / n,
    errorRate: started === 0 ? null : failed / started,
    latency: times,
    serviceTime: times,
    connectTime: null,
    tlsTime: null,
    firstByteTime: null,
    restTime: null,
    sentBytes: 0,
    receivedBytes: 100 * ok,
    statuses: {},
    checks: [],
    errors: failed === 0
      ? []
      : [{ message: "CheckError: status is 503, expected 200", count: failed }],
  };
}
