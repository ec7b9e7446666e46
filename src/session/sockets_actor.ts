/**
 * The actor that keeps the sockets of a listener: parent of the socket actors,
 * and of the peer actors, each of which keeps one session and outlives its
 * sockets. Its parent is the listener, which it ends when it has been closed
 * and the last session is over.
 *
 * @module
 */
import type { ActorRef, Behavior } from "../actor/mod.ts";
import { AcceptedSessions, type Authenticate } from "./accepted_sessions.ts";
import type { AcceptedSocket } from "./accepted_socket.ts";
import type { AcceptSlot } from "./accept_slot.ts";
import type { SocketOffer } from "./acceptor_actor.ts";
import type { Serve } from "./connection_actor.ts";
import { SessionLostError } from "./errors.ts";
import type { LogicalConnection } from "./logical_connection.ts";
import { notifyUser } from "./notify_user.ts";
import type { Address, ResolvedSessionOptions } from "./options.ts";
import type { PeerMessage } from "./peer_actor.ts";
import type { SessionState } from "./session_phase.ts";
import { socketActor } from "./socket_actor.ts";
import type { SocketLimit } from "./socket_limit.ts";
import { ErrorCode, PREFACE } from "./wire/protocol.ts";

/** What a listener was asked to do, whatever its sockets are. */
export interface SocketsSettings {
  readonly session: ResolvedSessionOptions;
  readonly maxSessions: number;
  readonly serve: Serve;
  readonly accept: ((opening: LogicalConnection) => true | string) | undefined;
  readonly authenticate: Authenticate | undefined;
  readonly onPeerError:
    | ((error: unknown, remote: Address) => void)
    | undefined;
  readonly onState: ((state: SessionState) => void) | undefined;
}

/** Messages of the actor that keeps the sockets of a listener. */
export type SocketsMessage =
  | SocketOffer
  /** A socket has ended. */
  | { readonly type: "socket_gone" }
  /** A session is over. */
  | { readonly type: "session_gone"; readonly peer: ActorRef<PeerMessage> }
  /** Take no new connections, and end with the last. */
  | { readonly type: "drain"; readonly retryAfterMs: number }
  /** End all sessions, once their peers have everything. */
  | { readonly type: "close" };

/** Options of {@linkcode socketsActor}. */
export interface SocketsActorOptions {
  readonly settings: SocketsSettings;
  /** Where accepted sockets come from. */
  readonly slot: AcceptSlot;
  readonly limit: SocketLimit;
  /** What the secrets of the sessions begin with; see `Acceptor`. */
  readonly tokenPrefix: Uint8Array | undefined;
  /** Called at the start of each life, with the sessions that it keeps. */
  readonly onStart: (sessions: AcceptedSessions) => void;
}

/** Returns the behaviour of an actor that keeps sockets and their sessions. */
export function socketsActor(
  { settings, slot, limit, tokenPrefix, onStart }: SocketsActorOptions,
): Behavior<SocketsMessage> {
  return (context) => {
    let closing = false;
    const sessions = new AcceptedSessions({
      limits: settings.session,
      maxSessions: settings.maxSessions,
      tokenPrefix,
      clock: context.system.clock,
      serve: settings.serve,
      accept: settings.accept,
      authenticate: settings.authenticate,
      onState: settings.onState,
      onEnd(cause, remote) {
        const isOrderly = cause instanceof SessionLostError &&
          cause.code === ErrorCode.NONE;
        if (!isOrderly) report(cause, remote);
      },
      spawn(behavior) {
        const peer = context.spawn(behavior);
        context.watch(peer, () => ({ type: "session_gone", peer }));
        return peer;
      },
    });
    onStart(sessions);
    // The last life could not do so if it was killed.
    limit.clear();

    function report(error: unknown, remote: Address): void {
      notifyUser(context, () => settings.onPeerError?.(error, remote));
    }

    function adopt(socket: AcceptedSocket): void {
      const { transport, remote } = socket;
      /** The actor that keeps the session, once it is known. */
      let peer: ActorRef<PeerMessage> | undefined;
      const ref = context.spawn(socketActor({
        transport,
        limits: settings.session,
        greeting: PREFACE,
        async onHello(type, payload) {
          const proceed = await sessions.onHello(type, payload, socket);
          return () => {
            const handshake = proceed();
            peer = handshake.peer;
            return handshake;
          };
        },
        onAttached(link) {
          socket.onAttached?.();
          peer?.tell({ type: "attached", link });
        },
        onEnd(cause, link, isRecognized) {
          if (peer?.tell({ type: "ended", cause, link, isRecognized })) return;
          link.stop();
          if (peer === undefined) report(cause, remote);
        },
      }));
      ref.stopped.then(transport.close);
      limit.add();
      context.watch(ref, () => ({ type: "socket_gone" }));
    }

    /** Ends the sessions; those without a socket can still get one. */
    function close(): void {
      closing = true;
      sessions.retryAfterMs ??= 0;
      sessions.tellAll({ type: "close" });
      if (sessions.size === 0) stop();
    }

    /** Refuses newcomers at once, and not when the last socket has ended. */
    function stop(): void {
      void slot.close();
      context.stop();
    }

    return {
      receive(message) {
        switch (message.type) {
          case "socket_offered":
            slot.handOver(adopt);
            return limit.replyWhenRoom(message.replyTo);
          case "socket_gone":
            return limit.remove();
          case "session_gone":
            sessions.forget(message.peer);
            if (sessions.size > 0) return;
            if (closing) stop();
            else if (sessions.retryAfterMs !== undefined) close();
            return;
          case "drain":
            sessions.retryAfterMs = message.retryAfterMs;
            sessions.tellAll(message);
            if (sessions.size === 0) close();
            return;
          case "close":
            return closing ? undefined : close();
          default:
            message satisfies never;
        }
      },
      stopped: () => limit.clear(),
    };
  };
}
