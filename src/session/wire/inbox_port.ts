/**
 * What the receiving half of a stream needs of its session, and the options of
 * a read.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Budget } from "./budget.ts";
import type { WindowSource } from "./credit.ts";
import type { MessageTooLargeError } from "./errors.ts";

/** Bounds of an inbox, in bytes. */
export interface InboxOptions {
  /** Bytes that a sender may send beyond what was read. */
  readonly windowBytes: number;
  /** The largest size that the window grows to. */
  readonly maxWindowBytes: number;
  /** The largest message that `receive` assembles. */
  readonly maxMessageBytes: number;
}

/** What an inbox needs of its session. */
export interface InboxPort {
  readonly options: InboxOptions;
  /** What the windows of all streams have beyond their initial credit. */
  readonly windows: WindowSource;
  /** Memory for messages that are larger than a window. */
  readonly partials: Budget;
  /** The shortest round trip to the peer in milliseconds; 0 if unknown. */
  readonly shortestTripMs: number;
  /** The source of time. */
  readonly clock: Clock;
  /** Sends the sender its new credit limit. */
  grant(stream: number, limit: number): void;
  /** Resets a stream, of which a message exceeds the limit. */
  tooLarge(stream: number, error: MessageTooLargeError): void;
}

/** Options of a single read. */
export interface ReadOptions {
  /** Cancels the read, which rejects with the reason of this signal. */
  readonly signal?: AbortSignal | undefined;
  /** The buffer that the message is written to; it must fit. */
  readonly into?: Uint8Array | undefined;
}
