/**
 * The errors that callers of the collector catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** An instrument that cannot be made, or a value that it cannot take. */
export class InstrumentError extends TroupeError {}

/** A file of snapshots that cannot be opened, read or written. */
export class MetricsHistoryError extends TroupeError {}
