/**
 * A check of what the reports are called with, for programs without types.
 *
 * @module
 */
import { checkArray, checkObject } from "../../checks/internal.ts";
import { comparisonOf } from "../against/checked_comparison.ts";
import type { Comparison } from "../against/comparison.ts";
import type { LoadResult } from "../result.ts";

const PARTS = ["scenario", "steady", "generator", "timeline"] as const;
const LISTS = ["reasons", "warnings", "operations", "criteria"] as const;

/**
 * Checks that something has the parts of the result of a load test.
 *
 * @throws {TypeError} if a part is missing.
 */
export function checkResult(result: LoadResult): void {
  const needed = "what run() of a LoadTestManager returns";
  checkObject("result", result, needed);
  for (const part of PARTS) {
    checkObject(`${part} of the result`, result[part], needed);
  }
  for (const list of LISTS) {
    checkArray(`${list} of the result`, result[list], needed);
  }
}

/**
 * Returns the comparison with an earlier result, if it is given.
 *
 * @throws {TypeError} if that is not a result.
 * @throws {LoadTestError} if it is of a scenario that measures something else.
 */
export function checkedComparison(
  result: LoadResult,
  against: LoadResult | undefined,
): Comparison | undefined {
  if (against !== undefined) checkResult(against);
  return comparisonOf(result, against);
}
