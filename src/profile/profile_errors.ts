/**
 * The errors that callers of the profilers catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A profile cannot be taken or read; see `cause`. */
export class ProfileError extends TroupeError {}

/** A service did not respond as a measurement needs; see `cause`. */
export class NetworkProfileError extends ProfileError {}

/** A file operation failed while it was measured; see `cause`. */
export class FileProfileError extends ProfileError {}

/** The database of a store cannot be profiled, such as one that is too large. */
export class DatabaseProfileError extends ProfileError {}
