/**
 * All reports of a run, as files.
 *
 * @module
 */
import type { LoadResult } from "../result.ts";
import { operationsCsv, timelineCsv } from "./csv_report.ts";
import { htmlReport } from "./html_report.ts";
import { textReport } from "./text_report.ts";

/** The result as JSON, as it is; `JSON.parse` makes a `LoadResult` of it. */
export function jsonReport(result: LoadResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** All reports, by the names of their files. */
export function reportFiles(result: LoadResult): ReadonlyMap<string, string> {
  return new Map([
    ["report.html", htmlReport(result)],
    ["report.txt", textReport(result)],
    ["result.json", jsonReport(result)],
    ["operations.csv", operationsCsv(result)],
    ["timeline.csv", timelineCsv(result)],
  ]);
}
