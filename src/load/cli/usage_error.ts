/**
 * What is wrong with arguments.
 *
 * @module
 */
import { LoadTestError } from "../load_errors.ts";

/** An error in the arguments of the command line. */
export class LoadUsageError extends LoadTestError {}
