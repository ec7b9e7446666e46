/**
 * The errors of a bus.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";

/** The bus was closed, or its connection has ended for good; see `cause`. */
export class BusClosedError extends TroupeError {}

/** Nobody subscribes to the subject of a request. */
export class NoRespondersError extends TroupeError {}

/** No reply has come within `timeoutMs`. */
export class BusTimeoutError extends TroupeError {}

/** A subscription with the policy `disconnect` was too slow. */
export class SlowSubscriberError extends TroupeError {}

/** The application does not allow what was tried. */
export class BusForbiddenError extends TroupeError {}

/** A bound of the bus is reached, such as that of values that are retained. */
export class BusLimitError extends TroupeError {}

/** The engine of the bus, or the version of its server, does not have this. */
export class UnsupportedFeatureError extends TroupeError {}

/** There is no stream, or no consumer, of that name. */
export class StreamNotFoundError extends TroupeError {}

/** A stream or consumer exists with other options, or cannot have these. */
export class StreamConfigError extends TroupeError {}

/** A stream is full, and keeps what it has. */
export class StreamFullError extends TroupeError {}

/** The last message of a stream is not the one that a publish expects. */
export class StreamConflictError extends TroupeError {}

/** A message cannot be acknowledged or refused any more. */
export class AckError extends TroupeError {}

/** What a stream had written cannot be read, or the disk does not take more. */
export class StreamStorageError extends TroupeError {}
