import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/csv";
import fc from "fast-check";
import {
  operationsToCsv,
  timelineToCsv,
} from "../../../src/load/report/csv_report.ts";
import { resultToHtml } from "../../../src/load/report/html_report.ts";
import { reportFiles } from "../../../src/load/report/report_files.ts";
import { resultToJson } from "../../../src/load/report/json_report.ts";
import { resultToJunit } from "../../../src/load/report/junit_report.ts";
import { resultToMarkdown } from "../../../src/load/report/markdown_report.ts";
import { layOut } from "../../../src/load/report/text_layout.ts";
import { resultToText } from "../../../src/load/report/text_report.ts";
import type { OperationResult } from "../../../src/load/operation_result.ts";
import type { LoadResult } from "../../../src/load/result.ts";
import { parseScenario } from "../../../src/load/scenario/scenario_text.ts";
import { failed, operation, results } from "./results.ts";

function assertNotMatch(text: string, pattern: RegExp): void {
  const [found] = text.match(pattern) ?? [];
  assertEquals(found, undefined, text);
}

/** Lines of a report for a terminal, with single spaces. */
function linesOf(result: LoadResult, columns = 100): string[] {
  return resultToText(result, { columns }).split("\n")
    .map((line) => line.trim().replaceAll(/ +/g, " "));
}

function assertLine(lines: readonly string[], line: string): void {
  assert(lines.includes(line), `${line} is not in\n${lines.join("\n")}`);
}

Deno.test("a text report starts with the verdict and its reasons", () => {
  assertEquals(linesOf(failed).slice(0, 3), [
    "FAILED chat, 11.3 s",
    "At least one criterion does not hold.",
    "- latency.p99 must be below 30 ms, but it is 39.6 ms.",
  ]);
});

Deno.test("a text report says of each criterion whether it holds, and what was measured", () => {
  const lines = linesOf(failed);
  assertLine(lines, "✗ latency.p99 < 30 ms was 39.6 ms");
  assertLine(lines, "✓ errorRate of send ≤ 5 % (default) was 1.16 %");
  assertLine(lines, "✗ throughput ≥ 1,000 /s no data");
});

Deno.test("a value just above a limit is not rounded to it", () => {
  const criteria = [100.04, 100, 101.26].map((actual) => ({
    criterion: { metric: "latency.p99", is: "below", value: 100 } as const,
    actual,
    outcome: "broken" as const,
    isDefault: false,
    reason: "It is too slow.",
  }));
  const lines = linesOf({ ...failed, criteria });
  assertLine(lines, "✗ latency.p99 < 100 ms was 100.04 ms");
  assertLine(lines, "✗ latency.p99 < 100 ms was 100 ms");
  assertLine(lines, "✗ latency.p99 < 100 ms was 101 ms");
});

Deno.test("a text report accounts for the operations", () => {
  const lines = linesOf(failed);
  assertLine(
    lines,
    "operation planned started ok failed timed out interrupted dropped",
  );
  assertLine(lines, "send 1,210 1,204 1,190 9 3 2 6");
  assertLine(lines, "all phases 1,310 1,304 1,290 9 3 2 6");
  assertLine(lines, "operation ok/s p50 p90 p95 p99 p99.9 max");
  assertLine(lines, "send 119 20 36 38 39.6 40 40");
});

Deno.test("a text report has the phases, the users, the generator and the model", () => {
  const lines = linesOf(failed, 200);
  assertLine(
    lines,
    "Phases: prepare 120 ms, ramp-up 1.0 s, steady 10.0 s, cleanup 5 ms",
  );
  assertLine(lines, "Error in cleanup: too late");
  assertLine(
    lines,
    "Users: 10 planned, at most 10 at once; 2 were replaced after a time-out or a crash, so that 12 started",
  );
  assertLine(
    lines,
    "Generator: healthy, 0.25 cores busy, 0.2 ms of work per operation, 1.5 ms start lag (p50), 2.97 ms (p99), 1.98 ms event-loop delay (p99), 98.7 MB of memory",
  );
  assertLine(
    lines,
    "Model: closed, 10 users with think time (constant). Latency counts from the real start of an operation.",
  );
  assertLine(lines, "Warning: The closed model is blind to stalls.");
});

Deno.test("reports have each error with its first time, its phases and one example", () => {
  const lines = linesOf(failed, 200);
  const at = lines.indexOf("14 × send: DriverError: the status is 503");
  assertEquals(lines.slice(at, at + 4), [
    "14 × send: DriverError: the status is 503",
    "first at 620 ms, 5 in ramp-up, 9 in steady",
    "POST http://127.0.0.1:8000/send, status 503",
    '{"problem":"too many","token":"***"}',
  ]);
  const html = resultToHtml(failed);
  for (
    const text of [
      "DriverError: the status is 503",
      "first at 620 ms, 5 in ramp-up, 9 in steady",
      "POST http://127.0.0.1:8000/send, status 503",
      "{&quot;problem&quot;:&quot;too many&quot;,&quot;token&quot;:&quot;***&quot;}",
    ]
  ) assertStringIncludes(html, text);
});

Deno.test("reports say how a run is repeated: the command, the seed, the target, the machine and the versions", () => {
  const notes = [
    "Started: 2026-01-02T03:04:05.000Z",
    "Command: deno task load chat.yaml --seed 7",
    "Target: deno run chat.ts",
    "Seed: 7",
    "Machine: 2 cores, A processor, 24 GB of memory, linux x86_64 6.1.0",
    "Versions: Troupe 0.1.0, Deno 2.9.6, 2 threads",
  ];
  const lines = linesOf(failed, 200);
  for (const note of notes) assertLine(lines, note);
  const html = resultToHtml(failed);
  for (const note of notes) {
    const [name, ...text] = note.split(": ");
    assertStringIncludes(
      html,
      `<th scope="row">${name}</th><td>${text.join(": ")}</td>`,
    );
  }
});

Deno.test("the scenario in an HTML report is that which was run", () => {
  const [, escaped = ""] =
    resultToHtml(failed).match(/<pre class="yaml">(.*?)<\/pre>/s) ?? [];
  const text = escaped.replaceAll("&quot;", '"').replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  assertEquals(parseScenario(text), failed.scenario);
});

/** A run in two stages, of which the second had more than was reached. */
const staged: LoadResult = {
  ...failed,
  model: "open",
  scenario: {
    ...failed.scenario,
    load: {
      model: "open",
      maxUsers: 10,
      stages: [
        {
          name: "warm",
          durationMs: 1000,
          arrivalsPerSecond: 50,
          warmUp: true,
        },
        {
          name: "spike",
          durationMs: 10_000,
          arrivalsPerSecond: 400,
          ramp: true,
        },
      ],
    },
  },
  stages: [
    {
      name: "warm",
      warmUp: true,
      startedMs: 120,
      durationMs: 1000,
      all: operation("all"),
      operations: [],
    },
    {
      name: "spike",
      warmUp: false,
      startedMs: 1120,
      durationMs: 10_000,
      all: operation("all"),
      operations: [],
    },
  ],
  timeline: {
    ...failed.timeline,
    points: failed.timeline.points.map((point) => ({
      ...point,
      stage: point.atMs < 1000 ? "warm" : "spike",
      plannedPerSecond: 400,
      plannedUsers: null,
    })),
  },
};

Deno.test("reports have the stages of a load, and what was planned beside what was reached", () => {
  const text = resultToText(staged);
  assertStringIncludes(text, "Stages, with latency in ms");
  assert(
    /warm \(warm-up\) +50\/s +1,210 +1,190 +14 +6 +119 +20 +39\.6/.test(text),
    text,
  );
  assert(/spike +to 400\/s +1,210/.test(text), text);
  const title = "Criteria for the steady phase";
  assertStringIncludes(text, `${title}\n`);
  const [criterion] = staged.criteria;
  assert(criterion !== undefined);
  const ofStage = {
    ...criterion,
    criterion: { ...criterion.criterion, stage: "spike" },
  };
  const judged = { ...staged, criteria: [ofStage] };
  for (const report of [resultToText(judged), resultToHtml(judged)]) {
    assertStringIncludes(report, `${title} and its stages`);
  }
  const html = resultToHtml(staged);
  assertStringIncludes(
    html,
    '<th scope="row">warm (warm-up)</th><td>50/s</td>',
  );
  // The stages are the shades of the charts; the first is too short for a name.
  assertStringIncludes(html, ">spike</text>");
  assert(!html.includes(">steady</text>"));
  assertStringIncludes(html, "planned");
  assertEquals(html.split("planned 400").length - 1, 11, "tips of each point");
  const [columns = [], row = []] = parse(timelineToCsv(staged));
  assertEquals(row[columns.indexOf("stage")], "warm");
  assertEquals(row[columns.indexOf("plannedPerSecond")], "400");
  assertEquals(row[columns.indexOf("plannedUsers")], "");
});

Deno.test("an HTML report has charts of each operation, and of the generator", () => {
  const html = resultToHtml(failed);
  const names = [...html.matchAll(/<summary>(.*?)<\/summary>/g)];
  assertEquals(names.map(([, name]) => name).slice(0, 3), [
    "all operations",
    "join",
    "send",
  ]);
  const charts = (label: string) => html.split(`aria-label="${label}"`).length;
  assertEquals(charts("Rate over time"), 3);
  assertEquals(charts("Percentiles by percentile"), 4);
  assertEquals(charts("Processor over time"), 2);
  assertEquals(charts("Lateness over time"), 2);
});

Deno.test("in the chart of errors, time-outs are apart from failures", () => {
  const [chart = ""] = resultToHtml(failed).match(
    /<figure>(?:(?!<figure>).)*Errors.*?<\/figure>/s,
  ) ??
    [];
  assertStringIncludes(chart, "failed 6\ntimed out 2");
});

Deno.test("reports of the open model say from when latency counts, and have service times too", () => {
  const result: LoadResult = {
    ...failed,
    model: "open",
    scenario: {
      ...failed.scenario,
      load: { model: "open", arrivalsPerSecond: 50, maxUsers: 10 },
    },
  };
  for (
    const report of [
      resultToText(result, { columns: 300 }),
      resultToHtml(result),
    ]
  ) {
    assertStringIncludes(report, "Latency counts from the planned start");
    assertStringIncludes(
      report,
      "Service time of successful operations, in ms",
    );
  }
  assertStringIncludes(
    linesOf(result).join("\n"),
    "send 119 15 27 28.5 29.7 30 30",
  );
});

Deno.test("a text report has no line that is wider than the terminal", () => {
  const result = { ...failed, operations: [operation("a".repeat(100))] };
  for (const columns of [60, 80, 120]) {
    for (const line of resultToText(result, { columns }).split("\n")) {
      assert(line.length <= columns, `${line.length} > ${columns}: ${line}`);
    }
  }
});

Deno.test("a text report has colors only when asked for, and never control characters of others", () => {
  const scenario = { ...failed.scenario, name: "red \x1b[31m\x07\x7f\u009b2J" };
  const result = {
    ...failed,
    scenario,
    reasons: ["its last output was:\n\x1b]0;title\x07 \x1b[1;31mdied\x1b[0m"],
    operations: [operation("\x1b[2J")],
  };
  // deno-lint-ignore no-control-regex
  assertNotMatch(resultToText(result), /[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  assertStringIncludes(resultToText(result), " died\n");
  const isColored = resultToText(failed, { colors: true }).includes("\x1b[");
  assertEquals(isColored, !Deno.noColor);
});

Deno.test("no report shows a name in another order than it was written in", () => {
  const name = "pay \u202eevil\u202c \u2066now\u2069";
  const result = {
    ...failed,
    scenario: { ...failed.scenario, name },
    reasons: [name],
    operations: [operation(name)],
  };
  const reports = [
    resultToText(result),
    resultToHtml(result),
    resultToMarkdown(result),
    resultToJunit(result),
  ];
  for (const report of reports) {
    assertStringIncludes(report, "evil");
    assertNotMatch(report, /\p{Bidi_Control}/u);
  }
});

Deno.test("an HTML report has the same numbers, and charts over time", () => {
  const report = resultToHtml(failed);
  for (const text of ["FAILED", "39.6 ms", "1,310", "4.56 MB", "too late"]) {
    assertStringIncludes(report, text);
  }
  for (const title of ["Latency", "Throughput", "Errors", "Users"]) {
    assertStringIncludes(report, `aria-label="${title} over time"`);
  }
  assertStringIncludes(report, ">steady</text>");
});

Deno.test("an HTML report loads nothing from elsewhere, and runs nothing", () => {
  const report = resultToHtml(failed);
  const [head = "", body = ""] = report.split("</style>");
  assertNotMatch(
    // Addresses are text, and no more.
    head + body.replaceAll(/>[^<]*</g, "><"),
    /<script|<link|<img|<iframe|\bsrc=|url\(|@import|https?:/i,
  );
  assertStringIncludes(
    report,
    `content="default-src 'none'; style-src 'unsafe-inline'"`,
  );
});

Deno.test("an HTML report shows names and messages as text, whatever is in them", () => {
  const evil = `"><script>alert(1)</script>&'`;
  const report = resultToHtml({
    ...failed,
    scenario: {
      ...failed.scenario,
      name: evil,
      description: evil,
      tags: { [evil]: evil },
    },
    reasons: [evil],
    warnings: [evil],
    startedAt: evil,
    phases: failed.phases.map((phase) => ({ ...phase, error: evil })),
    operations: [{ ...operation(evil), errors: [{ message: evil, count: 1 }] }],
    errors: failed.errors.map((error) => ({
      ...error,
      operation: evil,
      message: evil,
      example: { address: evil, status: 1, body: evil },
    })),
    details: failed.details.map((detail) => ({ ...detail, name: evil })),
    origin: {
      ...failed.origin,
      command: evil,
      target: evil,
      system: evil,
      kernel: evil,
      cpu: evil,
      troupe: evil,
      deno: evil,
    },
    criteria: failed.criteria.map((result) => ({
      ...result,
      criterion: { ...result.criterion, operation: evil },
    })),
  });
  assertNotMatch(report, /<script|"><s|&'/);
  assertStringIncludes(
    report,
    "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;",
  );
});

Deno.test("a report of a run without load has neither charts nor tables", () => {
  const result = {
    ...failed,
    total: { ...failed.total, planned: 0 },
    timeline: { intervalMs: 1000, points: [] },
    details: [],
    generator: { ...failed.generator, points: [] },
  };
  assertNotMatch(resultToHtml(result), /<svg|Over time|Operations/);
  assertNotMatch(resultToText(result), /Operations|p95/);
});

Deno.test("the JSON report is the complete result", () => {
  assertEquals(JSON.parse(resultToJson(failed)), failed);
});

Deno.test("the CSV of operations has a row for each operation, and one for all", () => {
  const result = { ...failed, operations: [operation('say "hi", and go')] };
  const [columns = [], ...rows] = parse(operationsToCsv(result));
  const of = (row: string[] | undefined, name: string) =>
    row?.[columns.indexOf(name)];
  assertEquals(rows.map(([name]) => name), ['say "hi", and go', ""]);
  assertEquals(of(rows[0], "planned"), "1210");
  assertEquals(of(rows[0], "latency.p99"), "39.6");
  assertEquals(of(rows[0], "serviceTime.max"), "30");
  assertEquals(of(rows[1], "receivedBytes"), "4560000");
});

Deno.test("the CSV of the timeline has a row for each interval, and nothing for what is unknown", () => {
  const [columns = [], ...rows] = parse(timelineToCsv(failed));
  assertEquals(rows.length, 11);
  assertEquals(columns[0], "atMs");
  assertEquals(rows[5], [
    "5000",
    "steady",
    "",
    "",
    "10",
    "10",
    "105",
    "5",
    "2",
    "0",
    "20",
    "39.6",
    "",
  ]);
});

Deno.test("no report of any result says NaN, Infinity or undefined", () => {
  fc.assert(
    fc.property(
      results,
      fc.integer({ min: 0, max: 200 }),
      (result, columns) => {
        // Intl writes it for Infinity; somebody's text may be it.
        fc.pre(!JSON.stringify(result).includes("∞"));
        const reports = [
          ...reportFiles(result).values(),
          resultToText(result, { columns, colors: true }),
        ];
        for (const report of reports) {
          assertNotMatch(report, /NaN|Infinity|∞|undefined|\[object/);
        }
      },
    ),
  );
});

Deno.test("in the chart of the latency, p99 is seen where it is the maximum", () => {
  const { timeline } = failed;
  const points = timeline.points.map((point) => ({
    ...point,
    latencyP99Ms: 40,
    latencyMaxMs: 40,
  }));
  const html = resultToHtml({ ...failed, timeline: { ...timeline, points } });
  const [chart = ""] = html.match(/<figure>.*?Latency.*?<\/figure>/s) ?? [];
  const lines = [...chart.matchAll(/<path class="line ([^"]*)" d="([^"]*)"/g)];
  // The maximum comes first, and so is below, and thin.
  assertEquals(lines.map(([, classes]) => classes), ["s3 below", "s1", "s2"]);
  assertEquals(lines[0]?.[2], lines[2]?.[2]);
});

Deno.test("the charts of any result are in their frame", () => {
  fc.assert(fc.property(results, (result) => {
    for (
      const [, path = ""] of resultToHtml(result).matchAll(/ d="([^"]*)"/g)
    ) {
      for (const at of path.match(/-?[\d.]+(e[+-]?\d+)?/g) ?? []) {
        assert(Number(at) >= 0 && Number(at) <= 480, path);
      }
    }
  }));
});

Deno.test("reports have the checks and statuses of each operation, if there are any", () => {
  const lines = linesOf(failed);
  assertLine(lines, "operation 2xx 5xx");
  assertLine(lines, "send 1,190 9");
  assertLine(lines, "operation: check held did not hold rate");
  assertLine(lines, "send: found 1,181 9 99.2 %");
  const none = (operation: OperationResult) => ({
    ...operation,
    statuses: {},
    checks: [],
  });
  const text = resultToText({
    ...failed,
    steady: none(failed.steady),
    operations: failed.operations.map(none),
  });
  assertNotMatch(text, /Checks in|Statuses of/);
});

Deno.test("a table of very many operations is laid out, each column as wide as its widest cell", () => {
  const rows = Array.from({ length: 200_000 }, (_, index) => [`${index}`, "1"]);
  const lines = layOut(["operation", "ok"], [...rows, ["last", "12,345"]], 80);
  assertEquals(lines.length, 200_002);
  assertEquals(lines[0], "operation      ok");
  assertEquals(lines.at(-1), "last       12,345");
});

Deno.test("what made a run invalid stands in its report once", () => {
  const error = "The target failed: it exited with code 1";
  const text = resultToText({
    ...failed,
    verdict: "invalid",
    reasons: [`The run could not be prepared: ${error}`],
    phases: [{ name: "prepare", startedMs: 0, durationMs: 5, error }],
  }, { columns: 200 });
  assertEquals(text.split(error).length, 2, text);
});
