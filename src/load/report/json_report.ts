/**
 * The result of a run as JSON.
 *
 * @module
 */
import { checkResult } from "./check_result.ts";
import type { LoadResult } from "../result.ts";

/**
 * Writes a result as indented JSON, complete and with a final line break:
 * `JSON.parse` returns an equal `LoadResult`.
 *
 * @example
 * ```ts
 * import { functionDriver, LoadTestManager, resultToJson } from "@troupe/troupe/load";
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
 * console.assert(JSON.parse(resultToJson(result)).verdict === result.verdict);
 * ```
 *
 * @throws {TypeError} if it is not the result of a load test.
 */
export function resultToJson(result: LoadResult): string {
  checkResult(result);
  return `${JSON.stringify(result, null, 2)}\n`;
}
