/**
 * The result of a run as a report of tests, for CI systems.
 *
 * @module
 */
import type { CriterionResult, LoadResult } from "../result.ts";
import { defaultLimits } from "../run/criteria.ts";
import { checkResult } from "./check_result.ts";
import { criterionText, meaningOf } from "./content.ts";
import { resultToText } from "./text_report.ts";
import { xmlAttributes, xmlText } from "./xml_text.ts";

/** What became of one test, if it did not pass. */
interface Fault {
  readonly tag: "failure" | "error" | "skipped";
  readonly type: string;
  readonly message: string;
  /** What the element contains, if it is more than the message. */
  readonly text?: string;
}

interface Test {
  readonly name: string;
  readonly durationMs: number;
  readonly fault: Fault | undefined;
}

/**
 * Writes a result as JUnit XML: a test for the run, and one for each criterion
 * and default limit. A criterion that does not hold is a failure, and one
 * without data an error; the run is an error if it is invalid or aborted, and
 * then no criterion has passed. The properties have the scenario, its seed,
 * model and tags, and the output of the suite is the report as text.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, resultToJunit } from "@troupe/troupe/load";
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
 * console.assert(resultToJunit(result).startsWith("<?xml"));
 * ```
 *
 * @throws {TypeError} if it is not the result of a load test.
 */
export function resultToJunit(result: LoadResult): string {
  checkResult(result);
  const { scenario, startedAt, durationMs } = result;
  const tests = testsOf(result);
  const count = (tag: Fault["tag"]) =>
    tests.filter(({ fault }) => fault?.tag === tag).length;
  const counts = {
    tests: tests.length,
    failures: count("failure"),
    errors: count("error"),
    skipped: count("skipped"),
    time: seconds(durationMs),
  };
  const { skipped: _, ...whole } = counts;
  const name = scenario.name;
  const timestamp = startedAt.slice(0, "2026-01-02T03:04:05".length);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${xmlAttributes({ name, ...whole })}>
  <testsuite${xmlAttributes({ name, ...counts, timestamp })}>
    <properties>
${properties(result).join("\n")}
    </properties>
${tests.map((test) => testCase(name, test)).join("\n")}
    <system-out>${xmlText(resultToText(result, { columns: 100 }))}</system-out>
  </testsuite>
</testsuites>
`;
}

function properties(result: LoadResult): string[] {
  const { scenario, model, verdict, origin } = result;
  const { name, seed = 1, tags = {} } = scenario;
  const all: readonly (readonly [string, string | number])[] = [
    ["scenario", name],
    ["seed", seed],
    ["model", model],
    ["verdict", verdict],
    ["troupe", origin.troupe],
    ["deno", origin.deno],
    ["system", origin.system],
    ...Object.entries(tags).map(([tag, value]) =>
      [`tag.${tag}`, value] as const
    ),
  ];
  return all.map(([name, value]) =>
    `      <property${xmlAttributes({ name, value })}/>`
  );
}

function testsOf(result: LoadResult): Test[] {
  const { criteria, verdict, reasons, durationMs } = result;
  const isWhole = verdict === "passed" || verdict === "failed";
  return [
    {
      name: "the run",
      durationMs,
      fault: isWhole ? undefined : {
        tag: "error",
        type: verdict,
        message: reasons[0] ?? meaningOf(result),
        text: reasons.join("\n"),
      },
    },
    ...[...criteria, ...neverJudged(result)].map((criterion) => ({
      name: criterionText(criterion),
      durationMs: 0,
      fault: faultOf(criterion, result),
    })),
  ];
}

/**
 * Returns the default limits that an aborted run never came to: a test that is
 * in no report any more is taken for one that was removed.
 */
function neverJudged(
  { verdict, scenario, criteria }: LoadResult,
): CriterionResult[] {
  if (verdict !== "aborted") return [];
  const judged = new Set(criteria.map(criterionText));
  return defaultLimits(scenario).map((criterion): CriterionResult => ({
    criterion,
    actual: null,
    outcome: "no_data",
    isDefault: true,
    reason: null,
  })).filter((limit) => !judged.has(criterionText(limit)));
}

/** Returns whether what a criterion is about has begun in a run. */
function hasBegun(
  { criterion: { stage } }: CriterionResult,
  { stages, phases }: LoadResult,
): boolean {
  return stage === undefined
    ? phases.some(({ name }) => name === "steady")
    : stages.some(({ name }) => name === stage);
}

/**
 * Returns what is wrong with a criterion. An invalid run says nothing about
 * any, and an aborted one nothing about those that hold so far, or whose stage
 * has never begun.
 */
function faultOf(
  criterion: CriterionResult,
  result: LoadResult,
): Fault | undefined {
  const { outcome, reason, isDefault } = criterion;
  const { verdict } = result;
  const isEarly = verdict === "aborted" && outcome === "no_data" &&
    (isDefault || !hasBegun(criterion, result));
  if (isEarly) {
    return {
      tag: "skipped",
      type: verdict,
      message: "It cannot be judged: the run was aborted before there was data",
    };
  }
  if (verdict === "invalid" || (verdict === "aborted" && outcome === "held")) {
    return {
      tag: "skipped",
      type: verdict,
      message: `It cannot be judged: the run is ${verdict}`,
    };
  }
  const message = reason ?? "";
  switch (outcome) {
    case "held":
      return undefined;
    case "broken":
      return { tag: "failure", type: outcome, message };
    case "no_data":
      return { tag: "error", type: outcome, message };
    default:
      return outcome satisfies never;
  }
}

function testCase(suite: string, { name, durationMs, fault }: Test): string {
  const start = `    <testcase${
    xmlAttributes({ classname: suite, name, time: seconds(durationMs) })
  }`;
  if (fault === undefined) return `${start}/>`;
  const { tag, type, message, text = message } = fault;
  return `${start}>
      <${tag}${xmlAttributes({ message, type })}>${xmlText(text)}</${tag}>
    </testcase>`;
}

function seconds(ms: number): string {
  return (Number.isFinite(ms) ? ms / 1000 : 0).toFixed(3);
}
