/**
 * What a user of this layer holds: a logical connection, as far as the
 * protocol goes.
 *
 * @module
 */
import type { Address, Serve } from "../session/mod.ts";

/** Options of a single read. */
export interface TcpConnReceiveOptions {
  /** Gives the read up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * An id on a socket: messages under that id go both ways.
 *
 * The two sides know nothing of each other's connections. There is no open,
 * no close and no half-close on the wire: what one side ends, the other goes
 * on with, until the socket ends or the connection is idle. There is no
 * credit: a peer may send more than is read, see `maxUnreadBytes`. Nothing is
 * resumed: with its socket a connection ends.
 *
 * Iterating it gives messages, and throws what `receive` rejects with; leaving
 * the loop early means that nothing more is read.
 */
export interface TcpConnConnection
  extends AsyncDisposable, AsyncIterable<Uint8Array> {
  /** The UUID that both sides know the connection by, in lower case. */
  readonly id: string;
  /** Where the other side of the socket is. */
  readonly remote: Required<Address>;
  /** Resolves when the connection has ended here, however; never rejects. */
  readonly closed: Promise<void>;
  /** The peer's bytes, whatever messages they belong to. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Bytes to the peer; each chunk is one message. Closing it tells no one. */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Sends one message of up to 16 MiB, which may be empty. Resolves when the
   * socket has taken all of it, which is the backpressure: then `message` may
   * be reused. That says nothing of its arrival: a Go service drops what comes
   * for an id that it does not use.
   *
   * Rejects with `MessageTooLargeError`, `ConnectionClosedError` or
   * `SessionLostError`. The message may arrive all the same if its first chunk
   * has gone by then and the socket lives, as no message can be taken back.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * The next message, in a buffer of its own. One read may be pending at a
   * time. Rejects with `SessionLostError` when the socket has ended, with
   * `IdleTimeoutError`, `UnreadOverflowError`, `MixedMessagesError`, or with
   * `ConnectionClosedError` when it was closed here.
   */
  receive(options?: TcpConnReceiveOptions): Promise<Uint8Array>;
  /**
   * Ends the connection here once the socket has taken what was sent; the peer
   * is not told. Never rejects. A peer that does not read within `closeMs` has
   * the connection reset.
   */
  close(): Promise<void>;
  /** Ends the connection here at once; what was not begun is not sent. */
  reset(): void;
}

/**
 * Serves one connection; when it returns, the connection is closed, and when
 * it throws, reset. Actors that it spawns through its context end with the
 * connection, and its `signal` aborts then.
 */
export type TcpConnServe = Serve<TcpConnConnection>;
