/**
 * The errors that users of comparisons catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A comparison failed, or something that it needs is missing. */
export class CompareError extends TroupeError {}

/** A run of a command failed, took too long, or printed no number. */
export class RunFailedError extends CompareError {}

/**
 * A baseline cannot be read, or comes from another machine or configuration.
 */
export class BaselineError extends CompareError {}

/** A revision does not exist, or git failed. */
export class RevisionError extends CompareError {}
