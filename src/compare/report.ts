/**
 * A comparison's report, for people.
 *
 * @module
 */
import type { MetricReport } from "./analysis.ts";
import type { ComparisonReport } from "./compare.ts";
import { percent } from "./percent.ts";

/** The report as text: a line of verdict, and a paragraph for each metric. */
export function formatReport(report: ComparisonReport): string {
  const { verdict, a, b, metrics, pairs, noisePairs, difference } = report;
  return [
    `${verdict.toUpperCase()}: ${b.label} against ${a.label}, ${pairs} pairs ` +
    `after ${noisePairs} A/A pairs, looking for ${percent(difference)}`,
    ...metrics.map((metric) => formatMetric(metric, report)),
    ...report.caveats,
    `${report.fingerprint.cpu}, ${report.fingerprint.cores} cores, ` +
    `${report.fingerprint.system} ${report.fingerprint.kernel}, ` +
    `Deno ${report.fingerprint.deno}, seed ${report.seed}`,
  ].join("\n");
}

function formatMetric(
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
  lines.push(
    `noise of a pair ${percent(metric.noise)}; smallest visible difference ${
      percent(metric.visible)
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
