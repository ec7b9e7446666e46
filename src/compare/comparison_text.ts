/**
 * Formats the report of a comparison as text.
 *
 * @module
 */
import { checkArray, checkObject, checkString } from "../checks/internal.ts";
import type { MetricReport } from "./analysis.ts";
import type { ComparisonReport } from "./compare.ts";
import { percent } from "./percent.ts";

/**
 * Formats a report as text: a line with the verdict, and a paragraph for each
 * metric.
 *
 * @example
 * ```ts
 * import { compare, comparisonToText } from "@troupe/troupe/compare";
 *
 * const program = [Deno.execPath(), "eval", "1 + 1"] as const;
 * const report = await compare({
 *   a: { label: "before", command: program },
 *   b: { label: "after", command: program },
 *   noisePairs: 8,
 *   maxPairs: 6,
 * });
 * console.log(comparisonToText(report));
 * ```
 *
 * @throws {TypeError} if it is not a report of a comparison.
 */
export function comparisonToText(report: ComparisonReport): string {
  checkObject("report", report, "the report of a comparison");
  checkString("verdict of the report", report.verdict);
  checkObject("a of the report", report.a, "a command");
  checkObject("b of the report", report.b, "a command");
  checkArray("metrics of the report", report.metrics, "an array");
  checkObject("fingerprint of the report", report.fingerprint, "an object");
  const { verdict, a, b, metrics, pairs, noisePairs, difference } = report;
  return [
    `${verdict.toUpperCase()}: ${b.label} against ${a.label}, ${pairs} pairs ` +
    `after ${noisePairs} A/A pairs, difference of interest ${
      percent(difference)
    }`,
    ...metrics.map((metric) => metricToText(metric, report)),
    ...report.caveats,
    `${report.fingerprint.cpu}, ${report.fingerprint.cores} cores, ` +
    `${report.fingerprint.system} ${report.fingerprint.kernel}, ` +
    `Deno ${report.fingerprint.deno}, seed ${report.seed}`,
  ].join("\n");
}

function metricToText(
  metric: MetricReport,
  { alpha, power }: ComparisonReport,
): string {
  const { name, better, verdict, change, correctedP } = metric;
  const lines = [`${name} (${better} is better): ${verdict}`];
  if (change !== null) {
    const confidence = Number(((1 - alpha) * 100).toPrecision(4));
    lines.push(
      `A ${short(metric.typicalA)}, B ${short(metric.typicalB)}, change ${
        signed(change.estimate)
      }, ${confidence} % interval ${signed(change.low)} to ${
        signed(change.high)
      }`,
      `signed-rank p ${short(metric.p)}, corrected ${short(correctedP)}`,
    );
  }
  if (metric.offset > 0) {
    lines.push(
      `some runs are 0: the change is that of the number and ${
        short(metric.offset)
      }`,
    );
  }
  lines.push(
    `noise of a pair ${percent(metric.noise)}; smallest detectable difference ${
      percent(metric.detectable)
    } (power ${power}); ${metric.neededPairs} pairs needed`,
  );
  return lines.join("\n  ");
}

function short(value: number | null): string {
  return value === null ? "none" : String(Number(value.toPrecision(4)));
}

function signed(share: number): string {
  return `${share < 0 ? "" : "+"}${percent(share)}`;
}
