/**
 * What a session is doing, for whoever watches it.
 *
 * @module
 */
import type { Address } from "./options.ts";

/**
 * What a session is doing: `connecting` until the first handshake is done,
 * `connected` while a socket carries it, `resuming` between two sockets, and at
 * the end either `lost` (with what was under way) or `closed` (in order).
 */
export type SessionPhase =
  | "connecting"
  | "connected"
  | "resuming"
  | "lost"
  | "closed";

/** The phase that a session has entered, with what belongs to it. */
export type SessionState =
  /** The first socket is being dialled. */
  | { readonly phase: "connecting"; readonly remote: Address }
  /** A socket carries the session. */
  | {
    readonly phase: "connected";
    readonly remote: Address;
    /** Sockets that have carried the session, including this one. */
    readonly epoch: number;
  }
  /** The socket is lost, and the session waits for another one. */
  | {
    readonly phase: "resuming";
    readonly remote: Address;
    /** Why: `SocketLostError`, `KeepAliveError` or `TruncatedError`. */
    readonly cause: unknown;
  }
  /** The session is over, and its connections have failed with an error. */
  | {
    readonly phase: "lost";
    readonly remote: Address;
    readonly cause: unknown;
  }
  /** The session is over, as one of the sides has closed it. */
  | { readonly phase: "closed"; readonly remote: Address };
