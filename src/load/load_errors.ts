/**
 * The errors that callers of the load engine catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A load test that cannot be run as it is told. */
export class LoadTestError extends TroupeError {}

/** A target that did not start, or that ended by itself. */
export class TargetError extends LoadTestError {}

/** An operation that took longer than it may. */
export class OperationTimeoutError extends LoadTestError {}

/** A check that the outcome of an operation has not passed. */
export class CheckError extends LoadTestError {}

/** A feeder whose records have all been used, each of them once. */
export class FeederExhaustedError extends LoadTestError {}
