/**
 * The errors that callers of the profilers catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** A profile that cannot be taken or read; see `cause`. */
export class ProfileError extends TroupeError {}

/** A service that did not do what a profiler asked of it; see `cause`. */
export class NetworkProfileError extends ProfileError {}

/** A file operation that went wrong while it was measured; see `cause`. */
export class FileProfileError extends ProfileError {}
