/**
 * The errors that callers of the collector catch.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/**
 * Thrown for an instrument that cannot be created, or a label it cannot take, and
 * reported for one that an alert watches in vain.
 */
export class InstrumentError extends TroupeError {}

/** Thrown if a history file cannot be opened, read or written. */
export class MetricsHistoryError extends TroupeError {}
