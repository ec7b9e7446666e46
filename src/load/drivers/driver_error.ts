/**
 * Why a driver could not do an operation.
 *
 * @module
 */
import { TroupeError } from "../../actor/errors.ts";

/** An operation that failed: the service did not do what was asked of it. */
export class DriverError extends TroupeError {}
