/**
 * A logical connection: one of many over a session, with its own credit and
 * its own end. What a user of the TCP layer holds.
 *
 * @module
 */
import type { ErrorCode, Priority } from "./wire/protocol.ts";
import type { Address } from "./options.ts";
import type { SessionPhase } from "./session_phase.ts";

/** Options of a single read. */
export interface ReceiveOptions {
  /** Gives the read up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Where the message goes, instead of a buffer of its own: the result is a
   * view of it. It is in use until the read settles. A larger message resets
   * the connection and rejects with `MessageTooLargeError`.
   */
  readonly into?: Uint8Array;
}

/** Options of a single send. */
export interface SendOptions {
  /**
   * Gives the send up; it rejects with the signal's reason. A message that
   * waits is withdrawn, and one of which a part has gone resets the connection.
   */
  readonly signal?: AbortSignal;
}

/** Which connections of a session send first when several have to wait. */
export type PriorityClass = "high" | "normal" | "low";

/** How a logical connection is opened. */
export interface OpenOptions {
  /** The name that both sides know the connection by. */
  readonly id: string;
  /** What the opener says in the open. */
  readonly metadata: Uint8Array;
  /** Whose turn it is among connections that wait. */
  readonly priority: Priority;
}

/**
 * A two-way connection that carries messages, or bytes as Web Streams.
 *
 * Iterating it gives whole messages until the peer closes its side; leaving
 * the loop early means that nothing more is read.
 */
export interface LogicalConnection
  extends AsyncDisposable, AsyncIterable<Uint8Array> {
  /** The name that both sides know the connection by. */
  readonly id: string;
  /** What the opener said in the open; at most 4 KiB. */
  readonly metadata: Uint8Array;
  /** Where the other side is, or was when the session began. */
  readonly remote: Required<Address>;
  /** Who the other side is, as `authenticate` has it; only where it listens. */
  readonly identity: string | undefined;
  /** What the session below is doing. */
  readonly phase: SessionPhase;
  /** Milliseconds to the peer and back, smoothed; 0 if it is not known. */
  readonly roundTripMs: number;
  /**
   * Resolves when the other side has accepted the connection; rejects when it
   * ended before, with `ConnectionRefusedError` if it was not wanted. Nobody
   * needs to wait for it.
   */
  readonly accepted: Promise<void>;
  /** Resolves when both directions have ended, however; never rejects. */
  readonly closed: Promise<void>;
  /** The peer's bytes, whatever messages they belong to. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer; each chunk is one message. Closing it half-closes. */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Sends one message. Resolves when the session has taken all of it, which
   * is the backpressure: then `message` may be reused, and arrives once if the
   * session lives, over whichever socket. Rejects when it was not sent, with
   * `ConnectionClosedError`, `ConnectionResetError` or `SessionLostError`.
   */
  send(message: Uint8Array, options?: SendOptions): Promise<void>;
  /**
   * The next message, which belongs to the caller (a small one shares its
   * `buffer` with others: copy it before you transfer that); `undefined` when
   * the peer has closed its side. One read may be pending at a time. Rejects with
   * `MessageTooLargeError`, `MessageTruncatedError`, `ConnectionResetError` or
   * `SessionLostError`, after what had arrived before was read.
   */
  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined>;
  /** Ends this side's direction after what was sent; reading goes on. */
  closeWrite(): Promise<void>;
  /**
   * Closes in order: what was sent is delivered, and nothing more is read.
   * Resolves when the session has taken everything; never rejects. A peer that
   * does not read within `closeMs` has the connection reset.
   */
  close(): Promise<void>;
  /**
   * Ends both directions at once; what was not sent is lost.
   *
   * @param code Told to the peer; by default `ErrorCode.CANCELLED`.
   * @param reason For people.
   */
  reset(code?: ErrorCode, reason?: string): void;
}
