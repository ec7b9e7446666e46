/**
 * The progress of a load test.
 *
 * @module
 */
import type { LoadProgress, PhaseName } from "../../src/load/result.ts";

/** The progress of a run of one minute in its second number `n`, from 0. */
export function loadProgress(n: number): LoadProgress {
  const phase: PhaseName = n < 15 ? "ramp_up" : n < 50 ? "steady" : "ramp_down";
  const users = Math.round(Math.min(1, n / 15, (60 - n) / 10) * 200);
  const ok = Math.round(n * 900 + 40 * Math.sin(n));
  const failed = n > 30 ? (n - 30) * 2 : 0;
  const started = ok + failed;
  return {
    phase,
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
      users,
      ok: 900,
      errors: n > 30 ? 2 : 0,
      dropped: 0,
      latencyP50Ms: 2 + users / 200,
      latencyP99Ms: 8 + users / 40,
      latencyMaxMs: 20 + users / 10 + (n % 9),
    },
    metrics: null,
  };
}
