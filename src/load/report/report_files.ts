/**
 * All reports of a run, as files.
 *
 * @module
 */
import type { LoadResult } from "../result.ts";
import { resultToJunit } from "./junit_report.ts";
import { resultToMarkdown } from "./markdown_report.ts";
import { operationsToCsv, timelineToCsv } from "./csv_report.ts";
import { resultToHtml } from "./html_report.ts";
import { resultToJson } from "./json_report.ts";
import { resultToText } from "./text_report.ts";

/** Returns all reports, by the names of their files. */
export function reportFiles(
  result: LoadResult,
  options: { readonly against?: LoadResult } = {},
): ReadonlyMap<string, string> {
  return new Map([
    ["report.html", resultToHtml(result, options)],
    ["report.txt", resultToText(result, options)],
    ["result.json", resultToJson(result)],
    ["junit.xml", resultToJunit(result)],
    ["summary.md", resultToMarkdown(result, options)],
    ["operations.csv", operationsToCsv(result)],
    ["timeline.csv", timelineToCsv(result)],
  ]);
}
