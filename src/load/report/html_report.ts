/**
 * The report as an HTML page.
 *
 * @module
 */
import { checkedComparison, checkResult } from "./check_result.ts";
import { comparisonHtml } from "./comparison_html.ts";
import { checkOptionNames } from "../../checks/internal.ts";
import type { LoadResult } from "../result.ts";
import {
  actualText,
  criteriaTitle,
  criterionText,
  meaningOf,
  notesOf,
  type ReportTable,
  tablesOf,
} from "./content.ts";
import { errorRows, ERRORS_TITLE } from "./error_rows.ts";
import { escapeHtml } from "./escape.ts";
import { STYLE } from "./html_style.ts";
import { count, duration } from "./numbers.ts";
import { scenarioText } from "./origin_text.ts";
import { type Chart, svgChart } from "./svg_chart.ts";
import {
  detailCharts,
  generatorCharts,
  timelineCharts,
} from "./timeline_charts.ts";

/**
 * Writes a result as one HTML file with tables, and charts of the run over
 * time. The file works from a disk: it has no scripts, and loads nothing from
 * elsewhere.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, resultToHtml } from "@troupe/troupe/load";
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
 * console.assert(resultToHtml(result).startsWith("<!doctype html>"));
 * ```
 *
 * @param options May be left out. With `against`, the result of an earlier run,
 * the file has the differences, and says which are noise.
 * @throws {TypeError} if it is not the result of a load test.
 * @throws {LoadTestError} if `against` is of a scenario that measures something
 * else.
 */
export function resultToHtml(
  result: LoadResult,
  options: { readonly against?: LoadResult } = {},
): string {
  checkResult(result);
  checkOptionNames("resultToHtml()", options, { against: true });
  const comparison = checkedComparison(result, options.against);
  const { scenario, verdict } = result;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(scenario.name)}: ${verdict}</title>
<style>${STYLE}</style>
</head>
<body>
${
    [
      "<main>",
      head(result),
      criteria(result),
      warnings(result),
      comparison === undefined ? "" : comparisonHtml(comparison),
      charts("Over time", timelineCharts(result)),
      ...tablesOf(result).map(numbers),
      errors(result),
      ...eachOperation(result),
      charts("The generator over time", generatorCharts(result)),
      notes(result),
      scenarioOf(result),
      "</main>",
    ].filter((part) => part !== "").join("\n")
  }
</body>
</html>
`;
}

function head(result: LoadResult): string {
  const { scenario, verdict, reasons, startedAt, durationMs } = result;
  const { description, tags = {} } = scenario;
  const facts = [
    `Started ${startedAt}, took ${duration(durationMs)}`,
    ...Object.entries(tags).map(([name, value]) => `${name}: ${value}`),
  ];
  return `<header>
<h1><span class="verdict ${verdict}">${verdict.toUpperCase()}</span> ${
    escapeHtml(scenario.name)
  }</h1>
${description === undefined ? "" : `<p>${escapeHtml(description)}</p>`}
<p class="muted">${facts.map(escapeHtml).join("; ")}</p>
<p>${meaningOf(result)}</p>
${list(reasons)}
</header>`;
}

function warnings({ warnings }: LoadResult): string {
  return warnings.length === 0 ? "" : section("Warnings", list(warnings));
}

function list(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const items = lines.map((line) => {
    const text = escapeHtml(line);
    return `<li>${line.includes("\n") ? `<pre>${text}</pre>` : text}</li>`;
  });
  return `<ul>${items.join("")}</ul>`;
}

function criteria(result: LoadResult): string {
  const { criteria } = result;
  const title = criteriaTitle(result);
  if (criteria.length === 0) return section(title, "<p>None.</p>");
  const rows = criteria.map((criterion) => {
    const holds = criterion.outcome === "held";
    return `<tr><td class="${holds ? "passed" : "failed"}">${
      holds ? "✓ holds" : "✗ does not hold"
    }</td><td>${escapeHtml(criterionText(criterion))}</td><td>${
      escapeHtml(actualText(criterion))
    }</td></tr>`;
  });
  return section(
    title,
    wide(
      title,
      `<table class="texts">
<tr><th scope="col">Outcome</th><th scope="col">Criterion</th><th scope="col">Actual</th></tr>
${rows.join("\n")}</table>`,
    ),
  );
}

function numbers({ title, columns, rows }: ReportTable): string {
  const head = columns.map((name) =>
    `<th scope="col">${escapeHtml(name)}</th>`
  );
  const body = rows.map(([name = "", ...cells]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>${
      cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")
    }</tr>`
  );
  return section(
    title,
    wide(
      title,
      `<table>
<tr>${head.join("")}</tr>
${body.join("\n")}</table>`,
    ),
  );
}

function errors(result: LoadResult): string {
  const rows = errorRows(result);
  if (rows.length === 0) return "";
  const cells = rows.map((row) => {
    const { count, operation, message, when, request, body } = row;
    const example = [
      ...request === undefined ? [] : [`<div>${escapeHtml(request)}</div>`],
      ...body === undefined ? [] : [`<pre>${escapeHtml(body.trim())}</pre>`],
    ].join("");
    return `<tr><td>${count}</td><td>${escapeHtml(operation)}</td><td>${
      escapeHtml(message)
    }<div class="muted">${when}</div>${
      example === "" ? "" : `<div class="example">${example}</div>`
    }</td></tr>`;
  });
  return section(
    ERRORS_TITLE,
    wide(
      ERRORS_TITLE,
      `<table class="texts errors">
<tr><th scope="col">Count</th><th scope="col">Operation</th><th scope="col">Error, and an example of it</th></tr>
${cells.join("\n")}</table>`,
    ),
  );
}

function charts(title: string, charts: readonly Chart[]): string {
  const figures = charts.map(svgChart).filter((chart) => chart !== "");
  return figures.length === 0
    ? ""
    : section(title, `<div class="charts">${figures.join("\n")}</div>`);
}

/** So many operations are unfolded from the start. */
const MAX_OPEN = 4;

/** The charts of each operation, and of all together. */
function eachOperation(result: LoadResult): string[] {
  const { details, operations } = result;
  const shown = details.filter(({ percentiles, timeline }) =>
    percentiles.length > 0 || (timeline?.points.length ?? 0) > 0
  );
  if (shown.length === 0) return [];
  const parts = shown.map((detail, index) => {
    const figures = detailCharts(result, detail).map(svgChart)
      .filter((chart) => chart !== "");
    return figures.length === 0
      ? ""
      : `<details${index < MAX_OPEN ? " open" : ""}><summary>${
        escapeHtml(detail.timeline === null ? "all operations" : detail.name)
      }</summary><div class="charts">${figures.join("\n")}</div></details>`;
  });
  const rest = operations.length - details.length + 1;
  return [section(
    "Each operation",
    parts.join("\n") +
      (rest > 0
        ? `<p class="muted">The other ${
          count(rest)
        } operations and steps have no charts.</p>`
        : ""),
  )];
}

function notes(result: LoadResult): string {
  return section(
    "The run",
    wide(
      "The run",
      `<table class="texts notes">
${
        notesOf(result).map(([name, text]) =>
          `<tr><th scope="row">${escapeHtml(name)}</th><td>${
            escapeHtml(text)
          }</td></tr>`
        ).join("\n")
      }</table>`,
    ),
  );
}

function scenarioOf(result: LoadResult): string {
  return section(
    "The scenario",
    `<details><summary>as YAML, to run it again</summary><pre class="yaml">${
      escapeHtml(scenarioText(result))
    }</pre></details>`,
  );
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeHtml(title)}</h2>${content}</section>`;
}

/** What may be wider than a phone: it is scrolled, also by keyboard. */
function wide(name: string, table: string): string {
  return `<div class="wide" tabindex="0" role="region" aria-label="${
    escapeHtml(name)
  }">${table}</div>`;
}
