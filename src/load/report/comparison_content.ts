/**
 * What reports say of a run beside an earlier one, whatever their format.
 *
 * @module
 */
import type { Comparison, Difference, Finding } from "../against/comparison.ts";
import type { ReportTable } from "./content.ts";
import { milliseconds, percent, short, withUnit } from "./numbers.ts";

/** The title of the section. */
export const COMPARISON_TITLE = "Compared with an earlier run";

/** What a finding is called. */
export const FINDINGS: Readonly<Record<Finding, string>> = {
  noise: "noise",
  better: "better",
  worse: "worse",
  unknown: "not known",
};

/** Returns what is compared with, and what the findings mean. */
export function comparisonNotes(
  { before, differences, warnings }: Comparison,
): string[] {
  const count = (finding: Finding) =>
    differences.filter((difference) => difference.finding === finding).length;
  const [worse, better] = [count("worse"), count("better")];
  const found = worse + better === 0
    ? "No difference is more than the noise within the two runs."
    : `More than the noise within the two runs: ${worse} worse, ${better} better.`;
  return [
    `The earlier run started ${before.startedAt}, and ${
      WAS[before.verdict]
    }. ${found}`,
    "Noise is what differs within the runs, from one part of their steady phase to another. What else has changed between two runs, on the machine or around it, does not show in that: to tell a regression, compare several runs in turn (deno task compare).",
    "An interval is where a difference would be without that noise: all of them together are right in 95 of 100 cases.",
    ...count("unknown") > 0
      ? [
        "Where it is not known what is noise, a figure is missing, or the steady phase of a run has less than 5 whole intervals.",
      ]
      : [],
    ...warnings,
  ];
}

const WAS = {
  passed: "passed",
  failed: "failed",
  invalid: "was invalid",
  aborted: "was aborted",
} as const;

/** Returns all differences as a table. */
export function comparisonTable({ differences }: Comparison): ReportTable {
  return {
    title: COMPARISON_TITLE,
    columns: ["figure", "before", "now", "change", "interval", "finding"],
    rows: differences.map((difference) => {
      const { metric, operation, before, now, finding } = difference;
      return [
        `${metric.replace("latency.", "")} of ${operation}`,
        figureText(metric, before),
        figureText(metric, now),
        ...changeTexts(difference),
        FINDINGS[finding],
      ];
    }),
  };
}

function figureText(metric: Difference["metric"], value: number | null) {
  switch (metric) {
    case "throughput":
      return withUnit(short(value), "/s");
    case "errorRate":
      return percent(value);
    default:
      return milliseconds(value);
  }
}

/** Returns the change and its interval. */
function changeTexts(difference: Difference): [string, string] {
  const parts = relativeChange(difference);
  if (parts === undefined) return ["–", "–"];
  const unit = difference.metric === "errorRate" ? "points" : "%";
  const [value, low, high] = [parts.value, parts.low, parts.high]
    .map((part) => signed(part * 100));
  return [`${value} ${unit}`, `${low} to ${high} ${unit}`];
}

function signed(value: number): string {
  // Two digits: more of them would not be true.
  const text = short(Number(value.toPrecision(2)));
  return value > 0 ? `+${text}` : text;
}

/**
 * Returns a change as a fraction of what was before; of the error rate, which is
 * a fraction already, the difference. `undefined` if it is not known.
 */
export function relativeChange(
  { metric, before, change }: Pick<Difference, "metric" | "before" | "change">,
): Difference["change"] {
  if (change === undefined) return undefined;
  const { value, low, high } = change;
  const all = [value, low, high].map((part) =>
    // Nothing can fall by more than all of it.
    metric === "errorRate" ? part : Math.max(-1, part / (before ?? NaN))
  );
  const [first = NaN, second = NaN, third = NaN] = all;
  return all.every(Number.isFinite)
    ? { value: first, low: second, high: third }
    : undefined;
}
