/**
 * What charts need of each operation, and the errors of all phases.
 *
 * @module
 */
import { Distribution } from "../../metrics/internal.ts";
import type { Timeline } from "../result.ts";
import type { OperationDetail, RunError } from "../result_details.ts";
import type { OperationRecorder } from "./operation_recorder.ts";

/** The most operations and steps with charts of their own. */
export const MAX_CHARTED = 20;
/** The most intervals of their charts. */
export const MAX_CHART_POINTS = 120;

const FRACTIONS: readonly number[] = [
  ...Array.from({ length: 19 }, (_, index) => index / 20),
  ...[0.95, 0.96, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999],
  ...[0.99995, 0.99999, 0.999999],
];

/** Returns the percentiles of which there are enough values, and the maximum. */
export function percentilesOf(
  distribution: Distribution,
): OperationDetail["percentiles"] {
  const { count } = distribution;
  if (count === 0) return [];
  return [
    // Beyond that, all are the maximum.
    ...FRACTIONS.filter((fraction) => (1 - fraction) * count >= 1),
    1,
  ].map((fraction) => [fraction, distribution.quantile(fraction) ?? 0]);
}

/** The recorders of a load, and what they are. */
export interface Recorded {
  readonly recorders: readonly OperationRecorder[];
  readonly model: "open" | "closed";
  /** The names of the steps and groups. */
  readonly steps: ReadonlySet<string>;
}

/** Returns the details of all together, and of the first operations. */
export function detailsOf(
  { recorders, model, steps }: Recorded,
  timelines: readonly Timeline[],
): OperationDetail[] {
  const all = new Distribution();
  const each = recorders.map(({ name, latency, serviceTime }, index) => {
    const isStep = steps.has(name);
    // In the closed model, and of steps, only the service time is recorded.
    const times = model === "open" && !isStep ? latency : serviceTime;
    if (!isStep) all.add(times);
    const timeline = timelines[index] ?? null;
    return { name, timeline, percentiles: percentilesOf(times) };
  });
  return [
    { name: "all", timeline: null, percentiles: percentilesOf(all) },
    ...each.slice(0, MAX_CHARTED),
  ];
}

/**
 * Returns the errors of all operations, the most frequent first, of a load that
 * started at `startedMs` of the run. Those of flows have the steps in them.
 */
export function runErrors(
  { recorders, steps }: Recorded,
  startedMs: number,
): RunError[] {
  return recorders.filter(({ name }) => !steps.has(name))
    .flatMap(({ name, errors }) =>
      errors.topOfAll().map((error) => ({
        operation: name,
        ...error,
        firstMs: startedMs + error.firstMs,
      }))
    )
    .sort((a, b) => b.count - a.count);
}
