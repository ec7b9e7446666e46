/**
 * The result of a run as Markdown, for the summary of a CI job.
 *
 * @module
 */
import { checkOptionNames } from "../../checks/internal.ts";
import type { LoadResult, OperationResult, Verdict } from "../result.ts";
import type { Comparison } from "../against/comparison.ts";
import { checkedComparison, checkResult } from "./check_result.ts";
import {
  COMPARISON_TITLE,
  comparisonNotes,
  comparisonTable,
} from "./comparison_content.ts";
import {
  actualText,
  criterionText,
  errorsOf,
  meaningOf,
  notesOf,
} from "./content.ts";
import { markdownTable, markdownText } from "./markdown_text.ts";
import { count, duration, percent, short } from "./numbers.ts";

const SIGNS: Readonly<Record<Verdict, string>> = {
  passed: "✅",
  failed: "❌",
  invalid: "⚠️",
  aborted: "⚠️",
};

/** Summaries are short: the whole list is in the other reports. */
const MAX_ERRORS = 10;
/** A summary of a job has at most 1 MiB. */
const MAX_OPERATIONS = 500;
const MAX_DIFFERENCES = 500;

/** What is shown of an operation, or of all in a stage. */
const FIGURES = [
  "ok",
  "ok/s",
  "errors",
  "dropped",
  "p50 ms",
  "p95 ms",
  "p99 ms",
  "max ms",
] as const;

/**
 * Writes a result as GitHub's Markdown: the verdict, the criteria, the
 * operations and the most frequent errors, such as for
 * `$GITHUB_STEP_SUMMARY`. Whatever names and messages contain is shown as text.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, resultToMarkdown } from "@troupe/troupe/load";
 *
 * const drivers = { function: functionDriver({ nothing: () => {} }) };
 * const result = await new LoadTestManager({ drivers }).run({
 *   name: "Nothing at all",
 *   load: { model: "open", arrivalsPerSecond: 100, maxUsers: 10 },
 *   phases: { steadyMs: 100 },
 *   operations: [
 *     { name: "nothing", driver: "function", request: { function: "nothing" } },
 *   ],
 * });
 * console.assert(resultToMarkdown(result).startsWith("## "));
 * ```
 *
 * @param options May be left out. With `against`, the result of an earlier run,
 * it has the differences, and says which are noise.
 * @throws {TypeError} if it is not the result of a load test.
 * @throws {LoadTestError} if `against` is of a scenario that measures something
 * else.
 */
export function resultToMarkdown(
  result: LoadResult,
  options: { readonly against?: LoadResult } = {},
): string {
  checkResult(result);
  checkOptionNames("resultToMarkdown()", options, { against: true });
  const comparison = checkedComparison(result, options.against);
  const sections = [
    head(result),
    criteria(result),
    operations(result),
    stages(result),
    comparison === undefined ? "" : compared(comparison),
    errors(result),
    list("Warnings", result.warnings),
    notes(result),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function head(result: LoadResult): string {
  const { scenario, verdict, reasons, startedAt, durationMs } = result;
  const title = `## ${SIGNS[verdict]} ${verdict.toUpperCase()}: ${
    markdownText(scenario.name)
  }`;
  const meaning = `${markdownText(meaningOf(result))} Started ${
    markdownText(startedAt)
  }, took ${duration(durationMs)}.`;
  return [title, meaning, ...reasons.length === 0 ? [] : [items(reasons)]]
    .join("\n\n");
}

function items(lines: readonly string[]): string {
  return lines.map((line) => `- ${markdownText(line)}`).join("\n");
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `### ${title}\n\n${items(lines)}`;
}

function criteria({ criteria }: LoadResult): string {
  if (criteria.length === 0) return "";
  const rows = criteria.map((criterion) => [
    criterion.outcome === "held" ? "✅ holds" : "❌ does not hold",
    markdownText(criterionText(criterion)),
    markdownText(actualText(criterion)),
  ]);
  const columns = ["", "Criterion", "Measured"];
  return `### Criteria\n\n${markdownTable(columns, rows, 3)}`;
}

function operations({ operations, steady, total }: LoadResult): string {
  if (total.planned === 0) return "";
  const shown = operations.slice(0, MAX_OPERATIONS);
  const rows = shown.map((one) => row(markdownText(one.name), one));
  if (operations.length > 1) rows.push(row("**all**", steady));
  const more = operations.length - shown.length;
  return [
    "### Operations in the steady phase",
    markdownTable(["Operation", ...FIGURES], rows, 1),
    ...more > 0 ? [`${count(more)} more are in the other reports.`] : [],
  ].join("\n\n");
}

function stages({ stages }: LoadResult): string {
  if (stages.length === 0) return "";
  const shown = stages.slice(0, MAX_OPERATIONS);
  const rows = shown.map(({ name, warmUp, all }) =>
    row(`${markdownText(name)}${warmUp ? " (warm-up)" : ""}`, all)
  );
  const more = stages.length - shown.length;
  return [
    "### Stages",
    markdownTable(["Stage", ...FIGURES], rows, 1),
    ...more > 0 ? [`${count(more)} more are in the other reports.`] : [],
  ].join("\n\n");
}

function row(name: string, operation: OperationResult): string[] {
  const { accounting, throughput, errorRate, latency } = operation;
  return [
    name,
    count(accounting.ok),
    short(throughput),
    percent(errorRate),
    count(accounting.dropped),
    ...[latency.p50, latency.p95, latency.p99, latency.max]
      .map((ms) => short(ms)),
  ];
}

function compared(comparison: Comparison): string {
  const { columns, rows } = comparisonTable(comparison);
  const shown = rows.slice(0, MAX_DIFFERENCES);
  const more = rows.length - shown.length;
  return [
    `### ${COMPARISON_TITLE}`,
    items(comparisonNotes(comparison)),
    markdownTable(
      columns.map(markdownText),
      shown.map((row) => row.map(markdownText)),
      1,
    ),
    ...more > 0 ? [`${count(more)} more are in the other reports.`] : [],
  ].join("\n\n");
}

function errors({ operations }: LoadResult): string {
  const found = errorsOf(operations);
  if (found.length === 0) return "";
  const rows = found.slice(0, MAX_ERRORS).map((error) => [
    count(error.count),
    markdownText(error.operation),
    markdownText(error.message),
  ]);
  const more = found.length - rows.length;
  return [
    "### Errors",
    markdownTable(["Count", "Operation", "Error"], rows, 3),
    ...more > 0 ? [`${count(more)} more are in the other reports.`] : [],
  ].join("\n\n");
}

/** Returns the rest, which a page shows when it is asked to. */
function notes(result: LoadResult): string {
  const rows = notesOf(result).map(([name, text]) => [
    markdownText(name),
    markdownText(text),
  ]);
  return `<details><summary>The run</summary>\n\n${
    markdownTable(["", ""], rows, 2)
  }\n\n</details>`;
}
