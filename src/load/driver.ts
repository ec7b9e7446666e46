/**
 * What operations are done with. A driver is code for one protocol; it opens
 * for each virtual user what that user needs, such as a socket.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../codec/mod.ts";

/** Code for one protocol. */
export interface Driver {
  /**
   * What is wrong with the request of an operation, by path within it; nothing
   * if it can be done. Called once for each operation, before a run.
   */
  validate(request: JsonObject): readonly DriverIssue[];
  /**
   * Opens what one user needs. Called when the user first does something with
   * this driver; its time is no part of an operation's.
   *
   * Rejects if that cannot be opened: the operation has failed then.
   */
  open(user: DriverUser): Promise<DriverSession>;
}

/** Drivers, by the names that operations know them by. */
export type DriverMap = { readonly [name: string]: Driver };

/** What is wrong with a request. */
export interface DriverIssue {
  /** Where, such as `["headers", "accept"]`. */
  readonly path: readonly (string | number)[];
  /**
   * What, and what to do, as it follows the path: `is missing, a URL is
   * needed`.
   */
  readonly message: string;
  /** The name that may have been meant. */
  readonly suggestion?: string;
}

/** The virtual user for whom something is opened. */
export interface DriverUser {
  /** From 0 on; one that is replaced gives its number to nobody. */
  readonly number: number;
  /** Aborts when the user ends. */
  readonly signal: AbortSignal;
}

/** What one user has open. */
export interface DriverSession extends AsyncDisposable {
  /**
   * Does an operation.
   *
   * Rejects if it has failed; the session is used again then, and opens anew
   * what is broken. Ends soon after its signal has aborted.
   */
  perform(call: OperationCall): Promise<OperationOutcome>;
}

/** An operation, as it is to be done now. */
export interface OperationCall {
  /** The name of the operation. */
  readonly operation: string;
  /** Its request, with the records of feeders filled in. */
  readonly request: JsonObject;
  /**
   * Aborts when the operation has timed out, or the run ends. The same for all
   * operations of a user: listeners are to be removed again.
   */
  readonly signal: AbortSignal;
}

/** What came of an operation; checks look at its fields. */
export interface OperationOutcome {
  /** Bytes of payload that were sent. */
  readonly sentBytes?: number;
  /** Bytes of payload that came. */
  readonly receivedBytes?: number;
  /** Such as that of HTTP. */
  readonly status?: number;
  /** The answer: text, or JSON where it is such. */
  readonly body?: JsonValue;
  /**
   * Milliseconds that count as its latency and service time, where they are
   * not those of the operation: such as from the publication of an event to its
   * receipt, of an operation that has waited for it. What is below 0 counts as
   * 0.
   */
  readonly latencyMs?: number;
}
