/**
 * The interface of drivers: code for one protocol, which opens for each virtual
 * user what that user needs, such as a socket.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../codec/mod.ts";
import type { SessionSnapshot } from "../session/mod.ts";

/** A driver performs operations over one protocol. */
export interface Driver {
  /**
   * Returns what is wrong with the request of an operation, and an empty list
   * if it can be performed. Called once for each operation, before a run.
   */
  validate(request: JsonObject): readonly DriverIssue[];
  /**
   * Returns how an operation with this request is performed, in words for
   * reports such as `HTTP/2, over one connection that all users share`, if there
   * is a choice. References to feeders may be left in the request.
   */
  describe?(request: JsonObject): string;
  /**
   * Opens what one user needs. Called when the user first performs an operation
   * of this driver; the time is not part of the service time. If it rejects,
   * the operation has failed.
   */
  open(user: DriverUser): Promise<DriverSession>;
  /**
   * Returns the sessions of its users as they are now, if its protocol has
   * sessions with logical connections. Called about once a second while somebody
   * looks at them on the page beside a run.
   */
  inspect?(): Iterable<SessionSnapshot>;
}

/** Drivers by the names that operations use for them. */
export type DriverMap = { readonly [name: string]: Driver };

/** A problem with a request. */
export interface DriverIssue {
  /** The path to the problem, such as `["headers", "accept"]`. */
  readonly path: readonly (string | number)[];
  /**
   * The problem and what to do, in words that follow the path: `is missing, it
   * must be a URL`.
   */
  readonly message: string;
  /** The name that was probably meant, if one is similar. */
  readonly suggestion?: string;
}

/** The virtual user for whom a session is opened. */
export interface DriverUser {
  /** The number of the user, from 0 on; no other user of the run has it. */
  readonly number: number;
  /** A signal that aborts when the user ends. */
  readonly signal: AbortSignal;
}

/** What one user has open. */
export interface DriverSession extends AsyncDisposable {
  /**
   * Performs an operation, and rejects if it fails. The session is used again
   * after a failure, and then reopens what is broken. It must settle soon after
   * the signal of the call has aborted.
   */
  perform(call: OperationCall): Promise<OperationOutcome>;
  /**
   * Returns what the operation under way, or the last one, has received so far.
   * Called for the example of an error, when an operation has failed or timed
   * out.
   */
  received?(): OperationOutcome | undefined;
}

/** One operation that a session should perform now. */
export interface OperationCall {
  /** The name of the operation. */
  readonly operation: string;
  /** The request of the operation, with records of feeders filled in. */
  readonly request: JsonObject;
  /**
   * Aborts when the operation has timed out, or the run ends. It is the same
   * signal for all operations of a user, so listeners must be removed again.
   */
  readonly signal: AbortSignal;
  /**
   * Whether the outcome must have its `headers` and `cookies`, as checks or
   * captures read them.
   */
  readonly wantsHeaders?: boolean;
}

/** What a driver reports of an operation that succeeded; checks read it. */
export interface OperationOutcome {
  /** Bytes of payload that were sent. */
  readonly sentBytes?: number;
  /** Bytes of payload that were received. */
  readonly receivedBytes?: number;
  /** The status code of the response, such as that of HTTP. */
  readonly status?: number;
  /** The media type of the response, such as `"application/json"`. */
  readonly type?: string;
  /** The response: text, or JSON if it can be parsed. */
  readonly body?: JsonValue;
  /** The headers of the response, by names in small letters. */
  readonly headers?: { readonly [name: string]: string };
  /** The cookies that the user has for the URL then, by name. */
  readonly cookies?: { readonly [name: string]: string };
  /**
   * Milliseconds that count as latency and service time instead of the measured
   * ones, such as from the publication of an event to its receipt. Negative
   * values count as 0.
   */
  readonly latencyMs?: number;
  /**
   * Milliseconds for which a connection was opened, the lookup of the name
   * included; left out if none was, or that is not known.
   */
  readonly connectMs?: number;
  /** Milliseconds that the handshake of TLS took; left out like `connectMs`. */
  readonly tlsMs?: number;
  /**
   * Milliseconds from the sending of the request to the first byte of the
   * response; left out if that is not known.
   */
  readonly firstByteMs?: number;
  /**
   * Milliseconds from the first byte of the response to the last one; left out
   * if that is not known.
   */
  readonly restMs?: number;
}
