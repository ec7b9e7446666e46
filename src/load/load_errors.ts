/**
 * The errors of the load engine that callers may catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A load test that cannot be run as it was specified. */
export class LoadTestError extends TroupeError {}

/** A target that did not become ready, or that exited during the run. */
export class TargetError extends LoadTestError {}

/** An operation that took longer than its `timeoutMs`. */
export class OperationTimeoutError extends LoadTestError {}

/** An operation whose outcome did not pass a check. */
export class CheckError extends LoadTestError {}

/** A feeder of the order `once` that has no records left. */
export class FeederExhaustedError extends LoadTestError {}
