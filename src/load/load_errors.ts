/**
 * The errors that callers of the load engine catch.
 *
 * @module
 */
import { TroupeError } from "../actor/errors.ts";
import { closestName } from "./closest_name.ts";

/** A load test that cannot be run as it is told. */
export class LoadTestError extends TroupeError {}

/** A criterion about a metric that there is none of. */
export class UnknownMetricError extends LoadTestError {}

/** A target that did not start, or that ended by itself. */
export class TargetError extends LoadTestError {}

/** An operation that took longer than it may. */
export class OperationTimeoutError extends LoadTestError {}

/** A check that the outcome of an operation has not passed. */
export class CheckError extends LoadTestError {}

/** A feeder whose records have all been used, each of them once. */
export class FeederExhaustedError extends LoadTestError {}

/** The end of a message about a wrong name: what may have been meant, or what there is. */
export function suggestion(wrong: string, names: readonly string[]): string {
  const meant = closestName(wrong, names);
  if (meant !== undefined) return `did you mean ${JSON.stringify(meant)}?`;
  return names.length === 0
    ? "there are none"
    : `there are ${names.map((name) => JSON.stringify(name)).join(", ")}`;
}
