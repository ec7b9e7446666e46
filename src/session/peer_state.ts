/**
 * The decisions of a peer: when a session is dialled for, resumed, closed or
 * given up. It knows no sockets, clocks or actors: events go in with the facts
 * that decide, commands come out, and `peer_actor.ts` carries them out.
 *
 * ```
 *                  ┌───────────┐
 *                  ▼           │
 *   connecting ── connected ── resuming
 *       └──────────┴───────────┴── lost | closed
 * ```
 *
 * Draining and closing may start in each phase, and each phase goes on while
 * they last.
 *
 * @module
 */
import { KeepAliveError, SessionLostError, SocketLostError } from "./errors.ts";
import { asSessionLost, isTransient, resumeLost } from "./failures.ts";
import type { Address } from "./options.ts";
import type { SessionPhase, SessionState } from "./session_phase.ts";
import type { Link } from "./socket_port.ts";
import { ProtocolError } from "./wire/errors.ts";
import { ErrorCode } from "./wire/protocol.ts";

/** What a peer's decisions depend on and nothing changes. */
export interface PeerRules {
  /** Where the other side is. */
  readonly remote: Required<Address>;
  /** Whether this side makes the sockets; otherwise they are given. */
  readonly dials: boolean;
  /** When a first socket is tried for no longer; milliseconds, by the clock. */
  readonly retryUntil: number;
  /** Milliseconds without a socket after which the session is lost. */
  readonly resumeMs: number;
}

/** What the session is like at the moment of an event. */
export interface PeerFacts {
  /** Milliseconds, by the clock. */
  readonly now: number;
  /** Logical connections that have not ended. */
  readonly connections: number;
  /** Whether this side has ever opened one. */
  readonly hasOpened: boolean;
  /** Whether the other side has acknowledged everything that matters. */
  readonly isDelivered: boolean;
  /** Whether a socket carries the session. */
  readonly hasSocket: boolean;
}

/** One peer, as its decisions see it. */
export interface PeerState {
  /** What the session is doing, as its users see it. */
  phase: SessionPhase;
  /** Sockets that have carried the session. */
  epoch: number;
  /** Dials that have failed since the last socket. */
  attempts: number;
  /** Why the last dial for another socket has failed. */
  lastFailure: unknown;
  /** Whether no new connections are to be opened: one of the sides drains. */
  isDraining: boolean;
  /** Whether the session ends as soon as the other side has everything. */
  isClosing: boolean;
  /** Checks for idleness in a row that found no connection. */
  emptyChecks: number;
}

/** What has happened to a peer. */
export type PeerEvent =
  /** The actor has started. */
  | { readonly type: "started" }
  /** A dial has failed. */
  | { readonly type: "dial_failed"; readonly cause: unknown }
  /** The handshake is done, and the socket carries the session. */
  | { readonly type: "attached" }
  /** A socket has ended. */
  | {
    readonly type: "ended";
    readonly cause: unknown;
    readonly link: Link;
    /** Whether no other socket carries the session by now. */
    readonly isCurrent: boolean;
    /** Whether the handshake has shown that its other end is the peer. */
    readonly isRecognized: boolean;
  }
  /** The session was without a socket for too long. */
  | { readonly type: "resume_due" }
  /** The session has changed: there may be nothing left to do. */
  | { readonly type: "check" }
  /** The other side takes no new connections. */
  | { readonly type: "going_away" }
  /** Take no new connections, and end with the last. */
  | { readonly type: "drain"; readonly retryAfterMs: number }
  /** End when the other side has everything. */
  | { readonly type: "close" }
  /** The other side has acknowledged more. */
  | { readonly type: "acknowledged" }
  /** Closing got nowhere for too long. */
  | { readonly type: "close_due" }
  /** Idle connections were reset: the facts say how many are left. */
  | { readonly type: "idle_checked" }
  /** The actor ends, in whatever way. */
  | { readonly type: "stopped" };

/** What the peer must do, in this order. */
export type PeerCommand =
  /** Report what the session is doing now. */
  | { readonly type: "report"; readonly state: SessionState }
  /** Make a socket. */
  | { readonly type: "dial" }
  /** Make a socket after a back-off for so many failed attempts. */
  | { readonly type: "dial_later"; readonly attempts: number }
  /** Close, unless a first socket comes in time. */
  | { readonly type: "await_first_socket" }
  /** Report when the session was without a socket for too long. */
  | { readonly type: "await_resume" }
  /** A socket is there: end either wait. */
  | { readonly type: "cancel_wait" }
  /** Hand the session to whoever opens connections. */
  | { readonly type: "ready" }
  /** Dispatch a `check`, as the session may be another one by then. */
  | { readonly type: "check" }
  /** Send a GOAWAY. */
  | {
    readonly type: "go_away";
    readonly code: ErrorCode;
    readonly text: string;
    readonly retryAfterMs: number;
  }
  /** Fail every connection, and open no more. */
  | { readonly type: "fail"; readonly cause: unknown }
  /** Take this socket off the session. */
  | { readonly type: "detach"; readonly link: Link }
  /** Stop this socket, after what it can still write. */
  | { readonly type: "stop_link"; readonly link: Link }
  /** Stop the socket that carries the session, likewise. */
  | { readonly type: "stop_socket" }
  /** Report when closing gets nowhere from now on for too long. */
  | { readonly type: "await_close" }
  /** Report why the session could not go on. */
  | { readonly type: "report_end"; readonly cause: unknown }
  /** Stop the actor. */
  | { readonly type: "stop" };

/** Checks in a row without a connection after which an idle session closes. */
const MAX_EMPTY_CHECKS = 2;

const NOTHING: readonly PeerCommand[] = [];

/** The state of a peer before anything has happened. */
export function initialPeerState(): PeerState {
  return {
    phase: "connecting",
    epoch: 0,
    attempts: 0,
    lastFailure: undefined,
    isDraining: false,
    isClosing: false,
    emptyChecks: 0,
  };
}

/**
 * Applies an event to the state, in place, and returns what must be done. It
 * depends on its arguments alone.
 */
export function transition(
  state: PeerState,
  event: PeerEvent,
  rules: PeerRules,
  facts: PeerFacts,
): readonly PeerCommand[] {
  if (event.type === "stopped") return stop(state, rules);
  if (isOver(state)) return NOTHING;
  switch (event.type) {
    case "started": {
      if (!rules.dials) return [{ type: "await_first_socket" }];
      const { remote } = rules;
      return [
        { type: "report", state: { phase: "connecting", remote } },
        { type: "dial" },
      ];
    }
    case "dial_failed":
      if (!isTransient(event.cause)) return end(state, event.cause, rules);
      return onSocketLost(state, event.cause, rules, facts);
    case "attached":
      return attach(state, rules);
    case "ended": {
      const { cause, link, isCurrent } = event;
      const mayGoOn = isTransient(cause) || isWrongAnswer(state, event);
      const commands: PeerCommand[] = [];
      if (mayGoOn) commands.push({ type: "detach", link });
      if (isCurrent) {
        commands.push(
          ...(mayGoOn
            ? onSocketLost(state, cause, rules, facts)
            : end(state, cause, rules)),
        );
      }
      commands.push({ type: "stop_link", link });
      return commands;
    }
    case "resume_due":
      return end(state, resumeLost(rules.resumeMs, state.lastFailure), rules);
    case "check":
      if (state.isClosing && facts.isDelivered) {
        return end(state, closedHere(), rules);
      }
      return state.isDraining && facts.connections === 0
        ? close(state, rules, facts)
        : NOTHING;
    case "going_away":
      state.isDraining = true;
      return NOTHING;
    case "drain": {
      state.isDraining = true;
      const { retryAfterMs } = event;
      return [
        goAway(ErrorCode.GOING_AWAY, "draining", retryAfterMs),
        { type: "check" },
      ];
    }
    case "close":
      return close(state, rules, facts);
    case "acknowledged":
      if (!state.isClosing) return NOTHING;
      return facts.isDelivered
        ? end(state, closedHere(), rules)
        : [{ type: "await_close" }];
    case "close_due":
      return end(state, closedHere(), rules);
    case "idle_checked":
      state.emptyChecks = facts.connections === 0 ? state.emptyChecks + 1 : 0;
      return state.emptyChecks > MAX_EMPTY_CHECKS
        ? close(state, rules, facts)
        : NOTHING;
    default:
      return event satisfies never;
  }
}

function isOver({ phase }: PeerState): boolean {
  return phase === "lost" || phase === "closed";
}

/** Whether nothing is under way, as far as this side knows. */
function isIdle({ connections, isDelivered }: PeerFacts): boolean {
  return connections === 0 && isDelivered;
}

/**
 * Whether somebody else has replied where the peer of the session used to be: a
 * load balancer, say, while the peer is restarted. That says nothing of the
 * session; of an address that was never right it says enough.
 */
function isWrongAnswer(
  { epoch }: PeerState,
  { cause, isRecognized }: PeerEvent & { readonly type: "ended" },
): boolean {
  return epoch > 0 && !isRecognized && cause instanceof ProtocolError;
}

function attach(state: PeerState, { remote }: PeerRules): PeerCommand[] {
  state.phase = "connected";
  state.attempts = 0;
  state.lastFailure = undefined;
  const epoch = ++state.epoch;
  const commands: PeerCommand[] = [
    { type: "cancel_wait" },
    { type: "report", state: { phase: "connected", remote, epoch } },
  ];
  if (epoch === 1) commands.push({ type: "ready" });
  commands.push({ type: "check" });
  return commands;
}

/** A socket is gone, or could not be made: try again, or end. */
function onSocketLost(
  state: PeerState,
  cause: unknown,
  rules: PeerRules,
  facts: PeerFacts,
): readonly PeerCommand[] {
  if (state.epoch === 0) {
    return facts.now < rules.retryUntil
      ? dialAgain(state, rules)
      : end(state, cause, rules);
  }
  // The listener cannot know what the dialler has opened and it has not heard
  // of; and a dialler that has opened nothing yet is about to.
  const isUseless = rules.dials && facts.hasOpened && isIdle(facts);
  if (rules.resumeMs === 0 || isUseless) return end(state, cause, rules);
  if (state.phase !== "connected") {
    state.lastFailure = cause;
    return dialAgain(state, rules);
  }
  state.phase = "resuming";
  const { remote } = rules;
  return [
    { type: "report", state: { phase: "resuming", remote, cause } },
    { type: "await_resume" },
    ...dialAgain(state, rules),
  ];
}

function dialAgain(
  state: PeerState,
  { dials }: PeerRules,
): readonly PeerCommand[] {
  return dials ? [{ type: "dial_later", attempts: state.attempts++ }] : NOTHING;
}

/** Ends in order: the other side must have everything first. */
function close(
  state: PeerState,
  rules: PeerRules,
  facts: PeerFacts,
): readonly PeerCommand[] {
  if (state.isClosing) return NOTHING;
  state.isClosing = true;
  const isAlone = !facts.hasSocket && isIdle(facts);
  if (state.epoch === 0 || isAlone) return end(state, closedHere(), rules);
  return [
    goAway(ErrorCode.NONE, "closed"),
    { type: "fail", cause: closedHere() },
    { type: "await_close" },
    { type: "check" },
  ];
}

/** The session does not go on. */
function end(
  state: PeerState,
  reason: unknown,
  rules: PeerRules,
): readonly PeerCommand[] {
  const commands: PeerCommand[] = [];
  const endsWithSocket = state.epoch > 0 && reason instanceof SocketLostError;
  const cause = endsWithSocket ? asSessionLost(reason) : reason;
  if (cause instanceof ProtocolError) {
    commands.push(goAway(cause.code, cause.message));
  } else if (cause instanceof KeepAliveError) {
    commands.push(goAway(ErrorCode.TIMEOUT, cause.message));
  }
  commands.push(
    { type: "fail", cause },
    { type: "stop_socket" },
    ...reportEnd(state, cause, rules),
    { type: "stop" },
  );
  return commands;
}

/** The actor ends: what can still be written is. */
function stop(state: PeerState, rules: PeerRules): readonly PeerCommand[] {
  const cause = closedHere();
  const commands: PeerCommand[] = [
    goAway(ErrorCode.NONE, "closed"),
    { type: "fail", cause },
    { type: "stop_socket" },
  ];
  if (!isOver(state)) commands.push(...reportEnd(state, cause, rules));
  return commands;
}

function reportEnd(
  state: PeerState,
  cause: unknown,
  { remote }: PeerRules,
): PeerCommand[] {
  const isInOrder = state.isClosing ||
    cause instanceof SessionLostError && cause.code === ErrorCode.NONE;
  state.phase = isInOrder ? "closed" : "lost";
  return [
    {
      type: "report",
      state: isInOrder
        ? { phase: "closed", remote }
        : { phase: "lost", remote, cause },
    },
    { type: "report_end", cause },
  ];
}

function goAway(
  code: ErrorCode,
  text: string,
  retryAfterMs = 0,
): PeerCommand {
  return { type: "go_away", code, text, retryAfterMs };
}

function closedHere(): SessionLostError {
  return new SessionLostError("The session was closed here", {
    code: ErrorCode.NONE,
  });
}
