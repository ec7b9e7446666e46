/**
 * The decisions of a socket, without a transport, a clock or a session: events
 * go in, commands come out, and `socket_actor.ts` carries them out.
 *
 * ```
 *   greeting ── deciding ── attached ── ended ── closing
 *       └───────────┴────────────────────┘
 * ```
 *
 * Each phase may be left for `ended`, when nothing more comes from the peer,
 * and for `closing`, when the actor stops. Frames and bytes of a socket that is
 * attached are no events: they go straight to the session and come from it.
 *
 * @module
 */
import type { TroupeError } from "../actor/mod.ts";
import { HandshakeTimeoutError } from "./errors.ts";
import { SessionRefusedError } from "./handshake.ts";
import { ProtocolError } from "./wire/errors.ts";
import { ErrorCode } from "./wire/protocol.ts";

/**
 * How far a socket has come: `greeting` until the peer's first frame has
 * arrived, `deciding` until it is known whose frames follow, `attached` while
 * it carries a session, `ended` when nothing more is read, and `closing` when
 * its actor has stopped.
 */
export type SocketPhase =
  | "greeting"
  | "deciding"
  | "attached"
  | "ended"
  | "closing";

/** One socket, as its decisions see it. */
export interface SocketState {
  phase: SocketPhase;
  /** Whether the peer gave no sign of life: last bytes would reach nobody. */
  isSilent: boolean;
  /** Whether the peer's first frame was accepted: it is no stranger. */
  isRecognized: boolean;
}

/** What has happened to a socket. */
export type SocketEvent =
  /** A whole frame has arrived, and no session is attached. */
  | {
    readonly type: "first_frame";
    readonly frameType: number;
    readonly payload: Uint8Array;
  }
  /** It is decided which session the first frame belongs to. */
  | { readonly type: "decided" }
  /** The session goes on over this socket. */
  | { readonly type: "attached" }
  /** The peer has ended the socket, broken a rule or missed a deadline. */
  | { readonly type: "failed"; readonly cause: TroupeError }
  /** The peer has given no sign of life. */
  | { readonly type: "silent"; readonly cause: TroupeError }
  /** The actor ends, in whatever way. */
  | { readonly type: "stopped" };

/** What the socket must do, in this order. */
export type SocketCommand =
  /** Ask the handshake whose frames follow. */
  | {
    readonly type: "decide";
    readonly frameType: number;
    readonly payload: Uint8Array;
  }
  /** Throw `cause` to whoever reads: no more of this read is looked at. */
  | { readonly type: "reject_frame"; readonly cause: ProtocolError }
  /** Attach the session that was decided upon. */
  | { readonly type: "attach" }
  /** Report that the session is attached. */
  | { readonly type: "report_attached" }
  /** Watch for signs of life, in place of the handshake's deadline. */
  | { readonly type: "start_keep_alive" }
  /** Write what there is. */
  | { readonly type: "write" }
  /** End all deadlines. */
  | { readonly type: "stop_timers" }
  /** Send a GOAWAY in place of the handshake. */
  | {
    readonly type: "refuse";
    readonly code: ErrorCode;
    readonly text: string;
    readonly retryAfterMs: number;
  }
  /** Report that nothing more will come, and why. */
  | {
    readonly type: "report_end";
    readonly cause: TroupeError;
    readonly isRecognized: boolean;
  }
  /** Write what is left, let the peer finish, and close. */
  | { readonly type: "finish" }
  /** Close at once. */
  | { readonly type: "close" };

const NOTHING: readonly SocketCommand[] = [];
const STOP_TIMERS: SocketCommand = { type: "stop_timers" };

/** The state of a socket before anything has happened. */
export function initialSocketState(): SocketState {
  return { phase: "greeting", isSilent: false, isRecognized: false };
}

/** Returns whether what the peer sends is still of interest. */
export function isReading({ phase }: SocketState): boolean {
  return phase !== "ended" && phase !== "closing";
}

/**
 * Applies an event to the state, in place, and returns what must be done. It
 * depends on its arguments alone.
 */
export function transition(
  state: SocketState,
  event: SocketEvent,
): readonly SocketCommand[] {
  switch (event.type) {
    case "first_frame": {
      const { frameType, payload } = event;
      if (state.phase === "greeting") {
        state.phase = "deciding";
        return [{ type: "decide", frameType, payload }];
      }
      if (state.phase !== "deciding") return NOTHING;
      return [{ type: "reject_frame", cause: beforeHandshake(frameType) }];
    }
    case "decided":
      if (state.phase !== "deciding") return NOTHING;
      state.isRecognized = true;
      return [{ type: "attach" }];
    case "attached":
      if (state.phase !== "deciding") return NOTHING;
      state.phase = "attached";
      return [
        { type: "report_attached" },
        { type: "start_keep_alive" },
        { type: "write" },
      ];
    case "failed":
      return end(state, event.cause);
    case "silent":
      if (!isReading(state)) return NOTHING;
      state.isSilent = true;
      return [{ type: "close" }, ...end(state, event.cause)];
    case "stopped":
      if (state.phase === "closing") return NOTHING;
      state.phase = "closing";
      return [STOP_TIMERS, { type: state.isSilent ? "close" : "finish" }];
    default:
      return event satisfies never;
  }
}

/** Returns the error of a peer that does not wait for the handshake. */
export function beforeHandshake(frameType: number): ProtocolError {
  return new ProtocolError(
    `The peer sends a frame of type ${frameType} before the handshake is done`,
  );
}

function end(state: SocketState, cause: TroupeError): readonly SocketCommand[] {
  if (!isReading(state)) return NOTHING;
  // Whoever has a session learns from the session what was wrong.
  const refusal = state.phase === "attached" ? undefined : refusalOf(cause);
  state.phase = "ended";
  const { isRecognized } = state;
  const report: SocketCommand = { type: "report_end", cause, isRecognized };
  return refusal === undefined
    ? [STOP_TIMERS, report]
    : [STOP_TIMERS, refusal, report];
}

/** What a peer with whom there is no session is sent, if it is at fault. */
function refusalOf(cause: TroupeError): SocketCommand | undefined {
  const text = cause.message;
  if (cause instanceof ProtocolError) {
    return { type: "refuse", code: cause.code, text, retryAfterMs: 0 };
  }
  if (cause instanceof SessionRefusedError) {
    const { code, retryAfterMs } = cause;
    return { type: "refuse", code, text, retryAfterMs };
  }
  if (cause instanceof HandshakeTimeoutError) {
    return { type: "refuse", code: ErrorCode.TIMEOUT, text, retryAfterMs: 0 };
  }
  return undefined;
}
