/**
 * A logical connection: one of many over a session, with its own credit and
 * its own end. It is what users hold.
 *
 * @module
 */
import type { ErrorCode, Priority } from "./wire/protocol.ts";
import type { BatchOptions, MessageBatch } from "./wire/message_batch.ts";
import type { Address } from "./options.ts";
import type { SessionPhase } from "./session_phase.ts";

/** Options of a single `receive`. */
export interface ReceiveOptions {
  /** Cancels the read, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * The buffer that the message is written to; the result is a view of it. It
   * is in use until the read settles, which after a `close` or `reset` of this
   * side may be when the socket's next bytes arrive. Without a `signal`, large
   * messages are read from the socket straight into it. A message that is larger resets the
   * connection, and the read rejects with `MessageTooLargeError`.
   * @default {a buffer of its own}
   */
  readonly into?: Uint8Array;
}

/** Options of a single `send`. */
export interface SendOptions {
  /**
   * Cancels the send, which rejects with the signal's reason. A message that
   * still waits is withdrawn; if a part of it is on its way, the connection is
   * reset.
   */
  readonly signal?: AbortSignal;
  /**
   * Takes the buffer of the message instead of a copy: it is transferred at the
   * call, so that `message` and all other views of it have length 0. The whole
   * buffer is taken, however small a part of it the message is. It pays for
   * messages of 256 KiB and more, which are written from where they lie;
   * smaller ones are copied all the same. A buffer that is shared, transferred
   * already or not to be detached is a `TypeError`, and stays where it is.
   * @default {false}
   */
  readonly transfer?: boolean;
  /**
   * Called once with the buffer that was transferred, with its contents and as
   * large as before, when it may be used again: the other side has received it,
   * it was copied, or the message was not sent. Every outcome returns it, the
   * end of the session too; then it is a copy if a socket may read the first
   * still. What this throws is reported, and harms nobody.
   * @default {the memory is let go}
   */
  readonly onReturn?: (buffer: ArrayBuffer) => void;
}

/** Options of a single `sendAll`. */
export interface SendAllOptions {
  /**
   * Ends the sending, with the signal's reason as the cause of the error.
   * Messages that wait are withdrawn; if a part of one is on its way, the
   * connection is reset.
   */
  readonly signal?: AbortSignal;
}

/**
 * The class of a connection: which connections of a session send first when
 * several have to wait. Those of one class share in equal parts.
 */
export type PriorityClass = "high" | "normal" | "low";

/** How a logical connection is opened. */
export interface OpenOptions {
  /** The name by which both sides know the connection. */
  readonly id: string;
  /** What the opener sends along with the OPEN. */
  readonly metadata: Uint8Array;
  /** The class among connections that wait. */
  readonly priority: Priority;
}

/**
 * A two-way connection that carries messages, or bytes as Web Streams.
 *
 * Iterating over it yields whole messages until the peer closes its side, or
 * this side calls `close`. To leave the loop early is to stop reading.
 */
export interface LogicalConnection
  extends AsyncDisposable, AsyncIterable<Uint8Array> {
  /** The name by which both sides know the connection, 1 to 255 bytes. */
  readonly id: string;
  /** What the opener sent along when it opened the connection; at most 4 KiB. */
  readonly metadata: Uint8Array;
  /** Where the other side is, or was when the session started. */
  readonly remote: Required<Address>;
  /**
   * Who the other side is, as `authenticate` has returned it; `undefined` on
   * the side that connects, and without `authenticate`.
   */
  readonly identity: string | undefined;
  /** What the session below is doing. */
  readonly phase: SessionPhase;
  /** Smoothed round trip to the peer in milliseconds; 0 while it is unknown. */
  readonly roundTripMs: number;
  /**
   * Resolves when the other side has accepted the connection. Rejects when the
   * connection ends before, with `ConnectionRefusedError` if it was refused.
   * There is no need to wait for it: messages may be sent at once.
   */
  readonly accepted: Promise<void>;
  /** Resolves when both directions have ended, in any way; never rejects. */
  readonly closed: Promise<void>;
  /**
   * The bytes of the peer, without the borders of its messages. A reader that
   * brings its own buffer (`mode: "byob"`) gets them there without a copy in
   * between. The stream closes or fails as soon as the connection has ended and
   * everything was read, whether anybody reads or not; after a `close` of this
   * side it fails with `ConnectionClosedError`.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /**
   * Bytes to the peer; each chunk is one message. Closing it half-closes. The
   * stream fails as soon as nothing more can be sent, so that a pipe into it
   * ends and cancels its source, however quiet that is.
   */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Sends one message to the peer. Resolves when the session has taken all of it, which
   * is the backpressure: from then on `message` may be reused, unless it was
   * transferred, and while the
   * session lives it arrives exactly once, over whichever socket. Rejects when
   * the message was not sent, with `ConnectionClosedError`,
   * `ConnectionResetError` or `SessionLostError`.
   */
  send(message: Uint8Array, options?: SendOptions): Promise<void>;
  /**
   * Sends messages in order, as so many calls of `send` would, for a fraction
   * of the price of those when they are small. An array costs least; of another
   * iterable each message is asked for when the one before was taken, so all
   * may be made in one buffer. Resolves when the session has taken the last;
   * from then on all of them may be reused. Rejects with `SendAllError`, which
   * says how many were taken and what has cut the others off: a signal, the end
   * of the connection, or an element that is no `Uint8Array`, after which the
   * connection goes on.
   */
  sendAll(
    messages: Iterable<Uint8Array>,
    options?: SendAllOptions,
  ): Promise<void>;
  /**
   * Receives the next message, or `undefined` when the peer has closed its
   * side. The message belongs to the caller, but a small one shares its
   * `buffer` of up to 32 KiB with others: copy it before you transfer that, or
   * to keep it for long. One read may be
   * pending at a time. Rejects with `MessageTooLargeError`,
   * `MessageTruncatedError`, `ConnectionResetError` or `SessionLostError`, once
   * everything that had arrived before was read.
   */
  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined>;
  /**
   * Receives many messages at a time: each batch has all that have arrived. A
   * loop over it ends and fails as one over the connection does. It costs less
   * than `receive` for each, and still less if the batches are disposed:
   *
   * ```ts ignore
   * for await (using batch of connection.batches()) {
   *   for (const message of batch.messages) handle(message);
   * }
   * ```
   *
   * A batch is a read like any other: one may be pending at a time, and other
   * reads may come between two of them.
   *
   * @throws {TypeError} for an option that is not known, or of the wrong type.
   * @throws {RangeError} for a size that is not a whole number from 1 on.
   */
  batches(
    options?: BatchOptions,
  ): AsyncIterableIterator<MessageBatch, void, void>;
  /** Ends this side's direction after what was sent: half-close. Reading goes on. */
  closeWrite(): Promise<void>;
  /**
   * Closes the connection in order: what was sent is delivered, and nothing
   * more is read. Resolves when the session has taken everything; never
   * rejects. If the peer reads nothing for `closeMs`, or does not end its side
   * within that time afterwards, the connection is reset.
   */
  close(): Promise<void>;
  /**
   * Ends both directions at once; what was not sent is lost.
   *
   * @param code What the peer's error has as its `code`; by default
   * `ErrorCode.CANCELLED`.
   * @param reason A text for people, which the peer's error contains.
   * @throws {TypeError} for a code or a reason of the wrong type.
   * @throws {RangeError} for a code that is not a whole number below 2³².
   */
  reset(code?: ErrorCode, reason?: string): void;
}
