/**
 * All reports of a run, as files.
 *
 * @module
 */
import type { LoadResult } from "../result.ts";
import { operationsToCsv, timelineToCsv } from "./csv_report.ts";
import { resultToHtml } from "./html_report.ts";
import { resultToJson } from "./json_report.ts";
import { resultToText } from "./text_report.ts";

/** Returns all reports, by the names of their files. */
export function reportFiles(result: LoadResult): ReadonlyMap<string, string> {
  return new Map([
    ["report.html", resultToHtml(result)],
    ["report.txt", resultToText(result)],
    ["result.json", resultToJson(result)],
    ["operations.csv", operationsToCsv(result)],
    ["timeline.csv", timelineToCsv(result)],
  ]);
}
