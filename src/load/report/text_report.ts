/**
 * The report as text for a terminal.
 *
 * @module
 */
import { checkedComparison, checkResult } from "./check_result.ts";
import { comparisonNotes, comparisonTable } from "./comparison_content.ts";
import type { Comparison } from "../against/comparison.ts";
import { bold, cyan, dim, green, red, yellow } from "@std/fmt/colors";
import {
  checkNumber,
  checkOptionNames,
  type OptionNames,
} from "../../checks/internal.ts";
import type { LoadResult, Verdict } from "../result.ts";
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
import { duration } from "./numbers.ts";
import { printable } from "./printable.ts";
import { layOut, wrap } from "./text_layout.ts";

/** Options of {@linkcode resultToText}. */
export interface ResultToTextOptions {
  /**
   * The width of the terminal in columns; less than 40 counts as 40.
   * @default {80}
   */
  readonly columns?: number;
  /**
   * Whether the text is colored. It never is if `NO_COLOR` is set.
   * @default {false}
   */
  readonly colors?: boolean;
  /**
   * The result of an earlier run of the scenario, with which it is compared.
   * @default {none}
   */
  readonly against?: LoadResult;
}

const OPTION_NAMES: OptionNames<ResultToTextOptions> = {
  columns: true,
  colors: true,
  against: true,
};

type Paint = (text: string) => string;

const PAINTS: Readonly<Record<Verdict, Paint>> = {
  passed: green,
  failed: red,
  invalid: yellow,
  aborted: yellow,
};

const MIN_COLUMNS = 40;

/**
 * Writes a result as text for people: first the verdict and its reasons, then
 * the criteria, the operations, and how well the generator could keep up.
 * Control characters in names and messages are removed.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, resultToText } from "@troupe/troupe/load";
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
 * console.log(resultToText(result));
 * ```
 *
 * @param options May be left out; each option has its default.
 * @throws {TypeError} if an option is not known or of the wrong type.
 * @throws {LoadTestError} if `against` is of a scenario that measures something
 * else.
 */
export function resultToText(
  result: LoadResult,
  options: ResultToTextOptions = {},
): string {
  checkResult(result);
  checkOptionNames("resultToText()", options, OPTION_NAMES);
  const { columns = 80, colors = false, against } = options;
  const comparison = checkedComparison(result, against);
  checkNumber("columns", columns);
  const width = Math.max(columns, MIN_COLUMNS);
  const paint = (paint: Paint): Paint => colors ? paint : (text) => text;
  const sections = [
    head(result, width, paint),
    criteria(result, paint),
    ...tablesOf(result).map((table) => section(table, width, paint)),
    comparison === undefined ? [] : compared(comparison, width, paint),
    errors(result, width, paint),
    notes(result, width, paint),
    warnings(result, width, paint),
  ];
  return sections.filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => line.trimEnd()).join("\n"))
    .join("\n\n") + "\n";
}

type Painter = (paint: Paint) => Paint;

function compared(
  comparison: Comparison,
  width: number,
  paint: Painter,
): string[] {
  return [
    ...section(comparisonTable(comparison), width, paint),
    ...comparisonNotes(comparison).flatMap((note) => wrap(note, width, "  ")),
  ];
}

function head(
  result: LoadResult,
  width: number,
  paint: Painter,
): string[] {
  const { verdict, scenario, reasons, durationMs } = result;
  const name = printable(scenario.name).replaceAll("\n", " ");
  return [
    `${paint(PAINTS[verdict])(paint(bold)(verdict.toUpperCase()))}  ${
      paint(bold)(name)
    }, ${duration(durationMs)}`,
    meaningOf(result),
    ...reasons.flatMap((reason) => wrap(`- ${reason}`, width, "  ")),
  ];
}

function criteria(result: LoadResult, paint: Painter): string[] {
  const { criteria } = result;
  if (criteria.length === 0) {
    return ["Criteria: none."];
  }
  const rows = criteria.map((criterion) => {
    const holds = criterion.outcome === "held";
    const mark = paint(holds ? green : red)(holds ? "✓" : "✗");
    const actual = actualText(criterion);
    return {
      mark,
      text: printable(criterionText(criterion)),
      measured: criterion.actual === null ? actual : `was ${actual}`,
    };
  });
  const width = Math.max(...rows.map(({ text }) => text.length));
  return [
    heading(criteriaTitle(result), paint),
    ...rows.map(({ mark, text, measured }) =>
      `  ${mark} ${text.padEnd(width)}  ${measured}`
    ),
  ];
}

function section(
  { title, columns, rows }: ReportTable,
  width: number,
  paint: Painter,
): string[] {
  const lines = layOut(columns, rows, width - 2);
  const each = rows.length + 1;
  return [
    heading(title, paint),
    ...lines.map((line, index) =>
      `  ${index % each === 0 ? paint(dim)(line.trimEnd()) : line}`
    ),
  ];
}

function errors(result: LoadResult, width: number, paint: Painter): string[] {
  const rows = errorRows(result);
  if (rows.length === 0) return [];
  return [
    heading(ERRORS_TITLE, paint),
    ...rows.flatMap(({ count, operation, message, when, request, body }) => [
      ...wrap(`  ${count} × ${operation}: ${message}`, width, "      "),
      ...wrap(`      ${when}`, width, "      "),
      ...[request, body].flatMap((line) =>
        line === undefined
          ? []
          : wrap(`      ${oneLine(line)}`, width, "      ")
      ),
    ]),
  ];
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, " ");
}

function notes(result: LoadResult, width: number, paint: Painter): string[] {
  return notesOf(result).flatMap(([name, text]) => {
    const [first = "", ...rest] = wrap(`${name}: ${text}`, width, "  ");
    return [
      paint(bold)(first.slice(0, name.length)) + first.slice(name.length),
      ...rest,
    ];
  });
}

function warnings(
  { warnings }: LoadResult,
  width: number,
  paint: Painter,
): string[] {
  return warnings.flatMap((warning) => {
    const [first = "", ...rest] = wrap(`Warning: ${warning}`, width, "  ");
    return [paint(yellow)("Warning") + first.slice("Warning".length), ...rest];
  });
}

function heading(text: string, paint: Painter): string {
  return paint(bold)(paint(cyan)(text));
}
