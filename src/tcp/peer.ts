/**
 * The peer actor: keeps the session with one other process, and the socket
 * below it. Its parent is the connection pool or the listener.
 *
 * @module
 */
import type { Behavior } from "../actor/behavior.ts";
import type { ActorRef } from "../actor/ref.ts";
import { ProtocolError } from "../wire/errors.ts";
import { ErrorCode } from "../wire/protocol.ts";
import { connectionActor, type Serve } from "./connection_actor.ts";
import { HandshakeTimeoutError, SessionLostError } from "./errors.ts";
import type { ResolvedSessionOptions } from "./options.ts";
import { Session, type Side } from "./session.ts";
import { socketActor } from "./socket.ts";
import type { Stream } from "./stream.ts";
import type { Transport } from "./transport.ts";

/** Messages of a peer actor. */
export type PeerMessage =
  /** The socket is there. */
  | { readonly type: "connected"; readonly transport: Transport }
  /** The handshake should be done by now. */
  | { readonly type: "handshake_due" }
  /** The socket is gone, or never came. */
  | { readonly type: "socket_ended"; readonly cause: unknown };

/** What a peer actor is made of. */
export interface PeerOptions {
  readonly side: Side;
  /** Gives the socket. */
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
  readonly session: ResolvedSessionOptions;
  /** Serves what the peer opens; without it, everything is refused. */
  readonly serve: Serve | undefined;
  /** Called once, when the handshake is done. */
  readonly onReady: (session: PeerSession) => void;
  /** Called once, with why the session could not go on. */
  readonly onEnd: (cause: unknown) => void;
}

/** What the pool needs of a session that is ready. */
export interface PeerSession {
  /** Opens a logical connection, with its actor. */
  open(id: string, metadata: Uint8Array): Stream;
}

/** Messages of a session actor. */
type SessionMessage = {
  readonly type: "adopt";
  readonly connection: Stream;
  readonly serve: Serve | undefined;
};

/** The parent of a session's connections. */
function sessionActor(): Behavior<SessionMessage> {
  return (context) => ({
    receive({ connection, serve }) {
      context.spawn(connectionActor(connection, serve));
    },
  });
}

/** Makes one session over one socket, and ends with it. */
export function peerActor(options: PeerOptions): Behavior<PeerMessage> {
  return (context) => {
    let wake = (): void => {};
    let sessionRef: ActorRef<SessionMessage> | undefined;
    const session = new Session(options.side, options.session, {
      onOutput: () => wake(),
      onReady: () =>
        options.onReady({
          open(id, metadata) {
            const connection = session.open(id, metadata);
            adopt(connection, undefined);
            return connection;
          },
        }),
      onOpen(connection) {
        if (options.serve === undefined) {
          return connection.reset(ErrorCode.REFUSED, "Nobody serves here");
        }
        connection.accept();
        adopt(connection, options.serve);
      },
    }, context.system.clock);

    function adopt(
      connection: Stream,
      serve: Serve | undefined,
    ): void {
      const adopted = sessionRef?.tell({ type: "adopt", connection, serve });
      if (!adopted) connection.reset(ErrorCode.REFUSED, "Going away");
    }

    context.pipeToSelf<Transport>(
      options.connect(context.signal),
      (transport) => ({ type: "connected", transport }),
      (cause) => ({ type: "socket_ended", cause }),
      (transport) => transport.close(),
    );
    context.after(options.session.handshakeMs, { type: "handshake_due" });
    // Before the socket is stopped, which writes what is left.
    context.signal.addEventListener("abort", () => {
      session.goAway(ErrorCode.NONE, "closed");
      session.fail(new SessionLostError("The session was closed here"));
    }, { once: true });

    function end(cause: unknown): void {
      if (cause instanceof ProtocolError) {
        session.goAway(cause.code, cause.message);
      } else if (cause instanceof HandshakeTimeoutError) {
        session.goAway(ErrorCode.TIMEOUT, cause.message);
      }
      session.fail(cause);
      options.onEnd(cause);
      context.stop();
    }

    return {
      receive(message) {
        switch (message.type) {
          case "connected":
            context.spawn(
              socketActor({
                transport: message.transport,
                session,
                onAttach: (attached) => wake = attached,
                onEnd(cause) {
                  context.self.tell({ type: "socket_ended", cause });
                },
              }),
              { name: "socket" },
              // Also when it is stopped before its behaviour has begun.
            ).stopped.then(message.transport.close);
            sessionRef = context.spawn(sessionActor(), {
              name: "session",
              mailbox: { maxMessages: Infinity },
            });
            return;
          case "handshake_due":
            if (session.usable) return;
            return end(
              new HandshakeTimeoutError(
                `The handshake took over ${options.session.handshakeMs} ms: is it a Troupe peer?`,
              ),
            );
          case "socket_ended":
            return end(message.cause);
          default:
            message satisfies never;
        }
      },
    };
  };
}
