/**
 * Numbers that are not exact.
 *
 * @module
 */
import { assert } from "@std/assert";

/** Fails unless the two differ by at most the tolerance. */
export function assertNear(
  actual: number | null | undefined,
  expected: number,
  tolerance: number = 1e-9 * Math.max(1, Math.abs(expected)),
): void {
  assert(
    typeof actual === "number" && Math.abs(actual - expected) <= tolerance,
    `${actual} is not within ${tolerance} of ${expected}`,
  );
}
