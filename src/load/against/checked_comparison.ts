/**
 * A comparison of two results that may be anything.
 *
 * @module
 */
import { LoadTestError } from "../load_errors.ts";
import type { LoadResult } from "../result.ts";
import { differencesOf, differencesText } from "./comparable.ts";
import { compareResults, type Comparison } from "./comparison.ts";

/**
 * Compares a run with an earlier one, if there is one; `undefined` if one of
 * them is invalid.
 *
 * @throws {LoadTestError} if they are of scenarios that do not measure the same.
 */
export function comparisonOf(
  now: LoadResult,
  before: LoadResult | undefined,
): Comparison | undefined {
  if (before === undefined) return undefined;
  if (now.verdict === "invalid" || before.verdict === "invalid") {
    return undefined;
  }
  const differences = differencesOf(before.scenario, now.scenario);
  if (differences.length > 0) {
    throw new LoadTestError(
      `Cannot compare two results: their scenarios do not measure the same:\n${
        differencesText(differences)
      }`,
    );
  }
  return compareResults(before, now);
}
