/**
 * What a session is doing, for whoever watches it.
 *
 * @module
 */
import type { Address } from "./options.ts";

/**
 * What a session is doing: `connecting` until the first handshake is done,
 * `connected` over a socket, `resuming` between two sockets, and then either
 * `lost` (what was under way is) or `closed` (in order).
 */
export type SessionPhase =
  | "connecting"
  | "connected"
  | "resuming"
  | "lost"
  | "closed";

/** A session has come to another phase. */
export type SessionState =
  /** The first socket is dialled. */
  | { readonly phase: "connecting"; readonly remote: Address }
  /** Frames flow. */
  | {
    readonly phase: "connected";
    readonly remote: Address;
    /** Sockets that the session has had, this one among them. */
    readonly epoch: number;
  }
  /** The socket is lost, and another is on its way or waited for. */
  | {
    readonly phase: "resuming";
    readonly remote: Address;
    readonly cause: unknown;
  }
  /** The session is over, with an error for its connections. */
  | {
    readonly phase: "lost";
    readonly remote: Address;
    readonly cause: unknown;
  }
  /** The session is over; one of the sides has closed it. */
  | { readonly phase: "closed"; readonly remote: Address };
