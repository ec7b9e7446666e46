/**
 * Results of runs that never took place, with times of a known distribution.
 *
 * @module
 */
import type { LoadResult, TimelinePoint } from "../../../src/load/result.ts";
import { percentilesOf } from "../../../src/load/run/operation_details.ts";
import { Distribution } from "../../../src/metrics/distribution.ts";
import { type Random, randomStream } from "../../../src/stats/internal.ts";
import { failed, operation } from "../report/results.ts";

/** What is drawn. */
export interface Simulation {
  readonly seed: number;
  /** Intervals of a second in the steady phase. */
  readonly seconds: number;
  readonly perSecond: number;
  /** The median of the times, in milliseconds. */
  readonly medianMs: number;
  /** The fraction of operations that fail. */
  readonly errorRate: number;
  /** How much slower a whole interval may be, and the next ones with it. */
  readonly drift: number;
}

function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return radius * Math.cos(2 * Math.PI * random());
}

/** Returns the result of a run of one operation, `get`. */
export function simulate(simulation: Simulation): LoadResult {
  const { seed, seconds, perSecond, medianMs, errorRate, drift } = simulation;
  const random = randomStream(seed, "simulated");
  const all = new Distribution();
  const points: TimelinePoint[] = [];
  let [ok, errors, slower] = [0, 0, 0];
  for (let second = 0; second < seconds; second++) {
    // It is as slow as before, for the most part.
    slower = 0.5 * slower + drift * normal(random);
    const part = new Distribution();
    let failing = 0;
    const count = perSecond + Math.round(Math.sqrt(perSecond) * normal(random));
    for (let n = 0; n < count; n++) {
      if (random() < errorRate) failing++;
      else part.record(medianMs * Math.exp(0.5 * normal(random) + slower));
    }
    all.add(part);
    ok += part.count;
    errors += failing;
    points.push({
      atMs: 1000 + second * 1000,
      phase: "steady",
      stage: null,
      plannedPerSecond: null,
      plannedUsers: null,
      users: 10,
      ok: part.count,
      errors: failing,
      timedOut: 0,
      dropped: 0,
      latencyP50Ms: part.quantile(0.5),
      latencyP99Ms: part.quantile(0.99),
      latencyMaxMs: part.quantile(1),
    });
  }
  const timeline = { intervalMs: 1000, points };
  const of = operation("get");
  const get = {
    ...of,
    accounting: { ...of.accounting, started: ok + errors, ok, failed: errors },
    throughput: ok / seconds,
    errorRate: errors / (ok + errors),
    latency: all.summary(),
    serviceTime: all.summary(),
  };
  const percentiles = percentilesOf(all);
  return {
    ...failed,
    verdict: "passed",
    phases: [{
      name: "steady",
      startedMs: 1000,
      durationMs: seconds * 1000,
      error: null,
    }],
    operations: [get],
    steady: { ...get, name: "all" },
    timeline,
    details: [
      { name: "all", timeline: null, percentiles },
      { name: "get", timeline, percentiles },
    ],
  };
}
