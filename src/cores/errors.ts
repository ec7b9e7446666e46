/**
 * The errors of workers that users catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/**
 * A worker could not be started: its module cannot be loaded or has failed, a
 * flag or a permission is missing, or it took too long; see `cause`.
 */
export class CoreStartError extends TroupeError {}

/**
 * A worker is not there: it has failed, exited or been ended, or is just being
 * started again. What it was asked may have been done or not.
 */
export class CoreLostError extends TroupeError {}

/**
 * Who was asked on another thread has failed, or cannot reply; the message has
 * the text of the failure, whose class stays behind.
 */
export class CoreRequestError extends TroupeError {}

/**
 * A task of a pool of workers has run for too long, and its thread was ended.
 * What the task has done so far stays done.
 */
export class TaskDeadlineError extends TroupeError {}
