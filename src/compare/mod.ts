/**
 * Compares the performance of two commands, and tells a regression from noise.
 *
 * {@linkcode compare} runs both commands in fresh processes and interleaved
 * pairs, as many as the measured noise requires, and returns a verdict with an
 * effect size and an interval. {@linkcode PerformanceIntegrator} also records a
 * baseline, to compare with later. Reports are plain data;
 * {@linkcode comparisonToText} formats them. `deno task compare` is the command
 * line of it.
 *
 * What is guaranteed, and how the method works, stands in `docs/compare.md`.
 *
 * @module
 */
export type { MetricReport, MetricRuns } from "./analysis.ts";
export { type Baseline, loadBaseline, saveBaseline } from "./baseline.ts";
export {
  compare,
  type CompareOptions,
  type ComparisonReport,
} from "./compare.ts";
export { comparisonToText } from "./comparison_text.ts";
export { BaselineError, CompareError, RunFailedError } from "./errors.ts";
export type { Fingerprint } from "./fingerprint.ts";
export type { CompareMetric } from "./metric.ts";
export { PerformanceIntegrator } from "./performance_integrator.ts";
export type { CompareCommand } from "./run.ts";
export type { CompareProgress, Measure, MeasureOptions } from "./settings.ts";
export type { Interval } from "../stats/internal.ts";
export { type ComparisonVerdict, EXIT_CODES } from "./verdict.ts";
