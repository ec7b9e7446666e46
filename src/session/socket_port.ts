/**
 * Where a session and the socket that carries it meet.
 *
 * @module
 */
import type { FrameSink } from "./wire/frame_reader.ts";

/** What a session needs of the socket that carries it. */
export interface Link {
  /** Called when there are bytes to write. */
  wake(): void;
  /** Ends the socket, after what it can still write. */
  stop(): void;
}

/** What a socket needs of the session that it carries; a sink of its frames. */
export interface SocketPort extends FrameSink {
  /**
   * Goes on over another socket.
   *
   * @throws {ProtocolError} when the peer has what was not sent, or lacks what
   * it has acknowledged.
   */
  attach(link: Link, peerReceived: number): void;
  /** Returns whether `link` is the socket that carries the session now. */
  isCarriedBy(link: Link): boolean;
  /** Returns the bytes to write next, in one piece; empty if there are none. */
  nextPiece(): Uint8Array;
  /** Called when the socket has taken `count` bytes of `nextPiece()`. */
  sent(count: number): void;
  /** Acknowledges what has arrived, if the peer does not know of it. */
  acknowledge(): void;
  /** Asks the peer for a sign of life. */
  ping(): void;
}
