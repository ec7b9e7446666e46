/**
 * How well the generator could keep up, as a result has it.
 *
 * @module
 */
import type { Distribution } from "../../metrics/mod.ts";
import type { OperationResult } from "../operation_result.ts";
import type { GeneratorHealth } from "../result_details.ts";
import type { GeneratorMonitor } from "./generator_monitor.ts";
import type { HealthVerdict } from "./health.ts";

/** Returns the generator's work for each operation of the steady phase. */
export function workPerOperationMs(
  { workMs }: GeneratorMonitor,
  { accounting: { started } }: OperationResult,
): number | null {
  return workMs === null || started === 0 ? null : workMs / started;
}

/** Returns how well the generator could keep up, for the result. */
export function generatorHealth(
  monitor: GeneratorMonitor,
  lag: Distribution,
  workPerOperationMs: number | null,
  { reasons }: HealthVerdict,
  points: GeneratorHealth["points"],
): GeneratorHealth {
  return {
    cpuCores: monitor.cpuCores,
    workPerOperationMs,
    lag: lag.summary(),
    eventLoopDelay: monitor.eventLoopDelay.summary(),
    rssPeakBytes: monitor.rssPeakBytes,
    openFilesPeak: monitor.openFilesPeak,
    healthy: reasons.length === 0,
    reasons,
    points,
  };
}
