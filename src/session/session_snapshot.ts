/**
 * What a listener and a pool show of their sessions.
 *
 * @module
 */
import type { PriorityClass } from "./logical_connection.ts";
import type { Address } from "./options.ts";
import type { SessionPhase } from "./session_phase.ts";

/** A session with another process, at one moment. */
export interface SessionSnapshot {
  /** A number that no other session of this thread has. */
  readonly id: number;
  /** Whether this process has dialled, or the other one. */
  readonly side: "dialler" | "listener";
  /** The address of the other side. */
  readonly remote: Required<Address>;
  /** Who the other side is; `undefined` if it did not say so. */
  readonly identity: string | undefined;
  /** What the session is doing. */
  readonly phase: SessionPhase;
  /** Smoothed round trip in milliseconds; 0 before the first. */
  readonly roundTripMs: number;
  /** Number of sockets that took the place of a lost one. */
  readonly resumes: number;
  /** Bytes that have arrived. */
  readonly receivedBytes: number;
  /** Bytes that sockets have taken. */
  readonly sentBytes: number;
  /** Bytes that wait for the socket. */
  readonly unsentBytes: number;
  /** Bytes that the other side has not acknowledged, sent or not. */
  readonly unacknowledgedBytes: number;
  /**
   * What its writer waits for: the socket to take bytes, or another socket;
   * `undefined` if it has nothing to write.
   */
  readonly waitsFor: "socket" | "resume" | undefined;
  /** Its logical connections, in the order in which they were opened. */
  readonly streams: readonly StreamSnapshot[];
}

/** A logical connection, at one moment. */
export interface StreamSnapshot {
  /** Its number in the session. */
  readonly stream: number;
  /** The id that was given when it was opened. */
  readonly id: string;
  /** Which side has opened it. */
  readonly side: "ours" | "theirs";
  /** Its class of priority. */
  readonly priority: PriorityClass;
  /** Bytes that may be sent before the other side has to read. */
  readonly creditBytes: number;
  /** Number of sends that wait. */
  readonly waitingSends: number;
  /** Bytes that have arrived and were not read. */
  readonly unreadBytes: number;
  /** Whether a read is pending. */
  readonly isReading: boolean;
  /**
   * What it waits for: the other side to accept it (`accept`) or to read
   * (`credit`), the socket to take what was written before (`socket`), or this
   * side to read, as the other one has no credit left (`reader`); `undefined` if
   * it waits for nothing.
   */
  readonly waitsFor: "accept" | "credit" | "socket" | "reader" | undefined;
}
