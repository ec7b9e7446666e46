/**
 * What waits in the two halves of a stream, for whoever looks at it.
 *
 * @module
 */

import type { Priority } from "./protocol.ts";

/** What waits to be sent. */
export interface Backlog {
  /** Number of sends. */
  readonly sends: number;
  /** Payload bytes for which there is credit; negative if there is none. */
  readonly credit: number;
}

/** What waits to be read. */
export interface Unread {
  /** Bytes that have arrived, with what each frame costs. */
  readonly bytes: number;
  /** Payload bytes for which the sender has credit; negative if it has none. */
  readonly credit: number;
  /** Whether a read is pending. */
  readonly isReading: boolean;
}

/** What waits in either direction of a stream. */
export interface WaitingData {
  /** Whether the peer has accepted the stream, or this side has. */
  readonly isAccepted: boolean;
  /** The class of what is sent. */
  readonly priority: Priority;
  /** What waits to be sent. */
  readonly backlog: Backlog;
  /** What waits to be read. */
  readonly unread: Unread;
}
