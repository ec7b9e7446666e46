/**
 * The report as an HTML page.
 *
 * @module
 */
import { checkResult } from "./check_result.ts";
import type { LoadResult } from "../result.ts";
import {
  actualText,
  criterionText,
  errorsOf,
  meaningOf,
  notesOf,
  type ReportTable,
  tablesOf,
} from "./content.ts";
import { escapeHtml } from "./escape.ts";
import { STYLE } from "./html_style.ts";
import { count, duration } from "./numbers.ts";
import { svgChart } from "./svg_chart.ts";
import { timelineCharts } from "./timeline_charts.ts";

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
 * @throws {TypeError} if it is not the result of a load test.
 */
export function resultToHtml(result: LoadResult): string {
  checkResult(result);
  const { scenario, verdict } = result;
  const charts = timelineCharts(result).map(svgChart)
    .filter((chart) => chart !== "").join("\n");
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
${head(result)}
${criteria(result)}
${
    result.warnings.length === 0
      ? ""
      : `<h2>Warnings</h2>${list(result.warnings)}`
  }
${charts === "" ? "" : `<h2>Over time</h2><div class="charts">${charts}</div>`}
${tablesOf(result).map(numbers).join("\n")}
${errors(result)}
${notes(result)}
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

function list(lines: readonly string[]): string {
  if (lines.length === 0) return "";
  const items = lines.map((line) => {
    const text = escapeHtml(line);
    return `<li>${line.includes("\n") ? `<pre>${text}</pre>` : text}</li>`;
  });
  return `<ul>${items.join("")}</ul>`;
}

function criteria({ criteria }: LoadResult): string {
  const title = "Criteria for the steady phase";
  if (criteria.length === 0) {
    return `<h2>${title}</h2><p>None.</p>`;
  }
  const rows = criteria.map((criterion) => {
    const holds = criterion.outcome === "held";
    return `<tr><td class="${holds ? "passed" : "failed"}">${
      holds ? "✓ holds" : "✗ does not hold"
    }</td><td>${escapeHtml(criterionText(criterion))}</td><td>${
      escapeHtml(actualText(criterion))
    }</td></tr>`;
  });
  return `<h2>${title}</h2><div class="wide"><table class="texts">
<tr><th></th><th>Criterion</th><th>Actual</th></tr>
${rows.join("\n")}</table></div>`;
}

function numbers({ title, columns, rows }: ReportTable): string {
  const row = (cells: readonly string[], tag: "th" | "td") =>
    `<tr>${
      cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")
    }</tr>`;
  return `<h2>${escapeHtml(title)}</h2><div class="wide"><table>
${row(columns, "th")}
${rows.map((cells) => row(cells, "td")).join("\n")}</table></div>`;
}

function errors({ operations }: LoadResult): string {
  const found = errorsOf(operations);
  if (found.length === 0) return "";
  const rows = found.map((error) =>
    `<tr><td>${count(error.count)}</td><td>${
      escapeHtml(error.operation)
    }</td><td>${escapeHtml(error.message)}</td></tr>`
  );
  return `<h2>Errors in the steady phase</h2><div class="wide"><table class="texts">
<tr><th>Count</th><th>Operation</th><th>Error</th></tr>
${rows.join("\n")}</table></div>`;
}

function notes(result: LoadResult): string {
  return `<h2>The run</h2><table class="texts">
${
    notesOf(result).map(([name, text]) =>
      `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(text)}</td></tr>`
    ).join("\n")
  }</table>`;
}
