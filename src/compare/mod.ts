/**
 * Comparisons that tell a regression from noise.
 *
 * @module
 */
export type { MetricReport, MetricRuns } from "./analysis.ts";
export { type Baseline, loadBaseline, saveBaseline } from "./baseline.ts";
export {
  bcaInterval,
  type BcaOptions,
  type Interval,
} from "../stats/internal.ts";
export {
  compare,
  type CompareOptions,
  type ComparisonReport,
} from "./compare.ts";
export * from "./errors.ts";
export { differences, type Fingerprint, fingerprint } from "./fingerprint.ts";
export { hodgesLehmann } from "../stats/internal.ts";
export { holm } from "../stats/internal.ts";
export type { CompareMetric } from "./metric.ts";
export { PerformanceIntegrator } from "./performance_integrator.ts";
export { formatReport } from "./report.ts";
export type { CompareCommand } from "./run.ts";
export type { CompareProgress, Measure, MeasureOptions } from "./settings.ts";
export { type ComparisonVerdict, EXIT_CODES } from "./verdict.ts";
export { type SignedRank, wilcoxonSignedRank } from "../stats/internal.ts";
