/**
 * Users of an HTTP service by the load generator, in a process of their own.
 * Arguments: the port, the users, the milliseconds of a run, those to think for
 * on average, and whose the connections are. Asked for the index of a figure, it
 * runs once and says it. See {@linkcode MeasuringProcess}.
 *
 * @module
 */

import { standardDrivers } from "../../src/load/drivers/drivers.ts";
import { LoadTestManager } from "../../src/load/load_test_manager.ts";
import { FIGURES, type LoadFigures, rssPeakBytes } from "./load_figures.ts";
import { cpuMicros, measureWhenAsked } from "./measuring_process.ts";

/** How long users start for, before the phase that is measured. */
const RAMP_UP_MS = 200;

if (import.meta.main) {
  const [port = 0, users = 0, steadyMs = 0, meanMs = 0] = Deno.args.map(Number);
  const request = {
    url: `http://127.0.0.1:${port}/`,
    connections: Deno.args[4] ?? "shared",
  };
  const manager = new LoadTestManager({ drivers: standardDrivers() });
  const run = () =>
    manager.run({
      name: "one small response",
      load: {
        model: "closed",
        users,
        ...meanMs === 0
          ? {}
          : { thinkTime: { distribution: "constant", ms: meanMs } },
      },
      // Connections are opened before, as wrk does not count that either.
      phases: { rampUpMs: RAMP_UP_MS, steadyMs },
      operations: [{ name: "get", driver: "http", request }],
    });
  await measureWhenAsked(port, async (what) => {
    const { micros, result: { steady, total, reasons } } = await cpuMicros(run);
    if (total.ok !== total.planned) {
      throw new Error(`Cannot measure: operations went wrong, ${reasons}`);
    }
    const { p50, p90, p99 } = steady.serviceTime;
    const figures: LoadFigures = {
      p50: (p50 ?? NaN) * 1000,
      p90: (p90 ?? NaN) * 1000,
      p99: (p99 ?? NaN) * 1000,
      perSecond: steady.throughput ?? NaN,
      perCpuSecond: total.ok / micros * 1e6,
      rssPeakBytes: rssPeakBytes("self"),
    };
    return figures[FIGURES[what] ?? "p50"];
  });
}
