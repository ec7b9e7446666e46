/**
 * What users of tcp-conn hold: a logical connection, as far as the protocol
 * has one.
 *
 * @module
 */
import type { Address, Serve } from "../session/mod.ts";

/** Options of a single read. */
export interface TcpConnReceiveOptions {
  /** Gives up the read, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * One id on a socket, under which messages go both ways.
 *
 * The two sides know nothing of each other's connections. The wire has no
 * open, no close and no half-close: a connection that one side ends goes on at
 * the other, until the socket ends or the connection is idle. There is no
 * credit: a peer may send more than is read, see `maxUnreadBytes`. Nothing is
 * resumed: a connection ends with its socket.
 *
 * Iterating over it gives messages until this side calls `close`, and throws
 * what else `receive` rejects with; after the loop is left early, nothing more
 * is read.
 */
export interface TcpConnConnection
  extends AsyncDisposable, AsyncIterable<Uint8Array> {
  /** The UUID that both sides know the connection by, in lower case. */
  readonly id: string;
  /** The address of the other side of the socket. */
  readonly remote: Required<Address>;
  /** Resolves when the connection has ended here in any way; never rejects. */
  readonly closed: Promise<void>;
  /**
   * The peer's bytes, regardless of where messages end; a reader may bring its
   * own buffer. The stream fails as soon as the connection has ended and
   * everything was read.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /**
   * Bytes to the peer, each chunk of which is one message. Closing it sends
   * nothing to the peer. The stream fails as soon as the connection has ended.
   */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Sends one message of up to 16 MiB, which may be empty. Resolves when the
   * socket has taken all of it, which is the backpressure: then `message` may
   * be reused. That says nothing about its arrival: a Go service drops what
   * comes for an id that it does not use.
   *
   * A message whose send was rejected may arrive all the same, if its first
   * chunk was sent by then and the socket lives: no message can be taken back.
   *
   * @throws {MessageTooLargeError} as a rejection, over 16 MiB.
   * @throws {ConnectionClosedError} as a rejection, when the connection has
   * ended here.
   * @throws {SessionLostError} as a rejection, when the socket has ended.
   */
  send(message: Uint8Array): Promise<void>;
  /**
   * Returns the next message, in a buffer of its own. One read may be pending
   * at a time.
   *
   * @throws {SessionLostError} as a rejection, when the socket has ended.
   * @throws {ConnectionClosedError} as a rejection, when the connection was
   * closed here; or its subclass {@linkcode IdleTimeoutError},
   * {@linkcode UnreadOverflowError} or {@linkcode MixedMessagesError}.
   */
  receive(options?: TcpConnReceiveOptions): Promise<Uint8Array>;
  /**
   * Ends the connection here once the socket has taken what was sent; the peer
   * is not notified. Never rejects. If the peer reads nothing for `closeMs`,
   * the connection is reset.
   */
  close(): Promise<void>;
  /** Ends the connection here at once; what has not started is not sent. */
  reset(): void;
}

/**
 * Serves one connection, which is closed when this returns and reset when it
 * throws. Actors that it spawns through its context end with the connection,
 * and the context's `signal` aborts then.
 */
export type TcpConnServe = Serve<TcpConnConnection>;
