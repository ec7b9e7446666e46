/**
 * The errors that callers of a comparison catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A comparison, or something that it needs, went wrong. */
export class CompareError extends TroupeError {}

/** A run of a command ended badly, took too long, or gave no number. */
export class RunFailedError extends CompareError {}

/** A baseline cannot be read, or comes from elsewhere; the message says what differs. */
export class BaselineError extends CompareError {}

/** A revision is not there, or git did not do what it was asked. */
export class RevisionError extends CompareError {}
