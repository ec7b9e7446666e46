/**
 * The peer actor: keeps the session with one other process while sockets come
 * and go. The dialling side makes the sockets itself, with back-off; the
 * listening side is given them. Its parent is the pool or the listener.
 *
 * @module
 */
import { backoffDelayMs, type ResolvedBackoff } from "../actor/internal.ts";
import type {
  ActorContext,
  ActorRef,
  ActorTimer,
  Behavior,
  TroupeError,
} from "../actor/mod.ts";
import { ProtocolError, TruncatedError } from "./wire/errors.ts";
import { ErrorCode } from "./wire/protocol.ts";
import type { Serve } from "./connection_actor.ts";
import {
  connectionsActor,
  type ConnectionsMessage,
} from "./connections_actor.ts";
import {
  HandshakeTimeoutError,
  KeepAliveError,
  ResumeLostError,
  SessionLostError,
} from "./errors.ts";
import type { OpenOptions } from "./logical_connection.ts";
import type { Link } from "./output.ts";
import type { Session } from "./session.ts";
import type { SessionEvents } from "./session_init.ts";
import type { SessionState } from "./session_state.ts";
import { socketActor, type SocketOptions } from "./socket_actor.ts";
import type { Stream } from "./stream.ts";
import { tellUser } from "./told.ts";
import type { Transport } from "./transport.ts";

/** Messages of a peer actor. */
export type PeerMessage =
  /** It is time to dial. */
  | { readonly type: "dial" }
  /** A socket is there. */
  | { readonly type: "connected"; readonly transport: Transport }
  /** No socket came. */
  | { readonly type: "dial_failed"; readonly cause: unknown }
  /** The handshake is done: the session has a socket. */
  | { readonly type: "attached"; readonly link: Link }
  /** A socket is gone. */
  | { readonly type: "ended"; readonly cause: TroupeError; readonly link: Link }
  /** The session was without a socket for too long. */
  | { readonly type: "resume_due" }
  /** Look whether anything is left to do. */
  | { readonly type: "check" }
  /** Take no new connections, and end with the last. */
  | { readonly type: "drain"; readonly retryAfterMs: number }
  /** End when the peer has everything. */
  | { readonly type: "close" }
  /** That took too long. */
  | { readonly type: "close_due" }
  /** Look for connections on which nothing happens. */
  | { readonly type: "look_idle" };

/** How the dialling side gets its sockets. */
export interface Dialling {
  /** Gives a socket. */
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
  /** How long to wait between tries. */
  readonly backoff: ResolvedBackoff;
  /** Milliseconds for which a first socket is tried for; 0 for one try. */
  readonly retryMs: number;
  /** What to say over a new socket, and how to go on. */
  readonly socket: () => Pick<SocketOptions, "greeting" | "meet">;
}

/** What a peer actor is made of. */
export interface PeerOptions {
  /** Makes the session, which tells this actor of what it should look at. */
  readonly session: (events: SessionEvents) => Session;
  /** How sockets are made; without it they are given. */
  readonly dialling?: Dialling;
  /** Serves what the peer opens; without it, everything is refused. */
  readonly serve: Serve | undefined;
  /** Decides what of it is served: `true`, or why not. */
  readonly accept?: ((opening: Stream) => true | string) | undefined;
  /** Called once, when the first handshake is done. */
  readonly onReady: (session: PeerSession) => void;
  /** The peer takes no new connections for so many milliseconds. */
  readonly onGoingAway?: (retryAfterMs: number) => void;
  /** Called at each change. */
  readonly onState: (state: SessionState) => void;
  /** Called once, with why the session could not go on. */
  readonly onEnd: (cause: unknown) => void;
}

/** What the pool needs of a session that is ready. */
export interface PeerSession {
  /** Whether it can take another connection, now or later. */
  readonly usable: boolean;
  /** Opens a logical connection, with its actor, when the peer allows it. */
  open(options: OpenOptions, signal?: AbortSignal): Promise<Stream>;
}

/** Whether another socket may help. */
function isWeather(cause: unknown): boolean {
  if (cause instanceof ProtocolError) return cause instanceof TruncatedError;
  return !(cause instanceof SessionLostError) || cause.code === undefined;
}

/** Keeps one session, and ends with it. */
export function peerActor(options: PeerOptions): Behavior<PeerMessage> {
  return (context) => {
    const { dialling, onState } = options;
    const { self } = context;
    const session = options.session({
      onOpen: opened,
      onRemoved: () => {
        if (draining && session.streams.size === 0) {
          self.tell({ type: "check" });
        }
      },
      onGoingAway({ retryAfterMs }) {
        draining = true;
        options.onGoingAway?.(retryAfterMs);
        self.tell({ type: "check" });
      },
      onAcknowledged: () => {
        if (closing) self.tell({ type: "check" });
      },
    });
    const { remote, out, options: limits } = session;
    const connections: ActorRef<ConnectionsMessage> = context.spawn(
      connectionsActor(),
      { name: "connections", mailbox: { maxMessages: Infinity } },
    );
    const startedAt = context.system.clock.now();
    /** Sockets that have carried the session. */
    let epoch = 0;
    /** Tries since the last socket. */
    let attempt = 0;
    let draining = false;
    let closing = false;
    let resumeDue: ActorTimer | undefined;
    let idleLooks = 0;
    /** Whether somebody was told how it ended. */
    let told = false;

    function enter(state: SessionState): void {
      session.phase = state.phase;
      tellUser(context, () => onState(state));
    }

    function opened(stream: Stream): void {
      if (options.serve === undefined) {
        return stream.reset(ErrorCode.REFUSED, "Nobody serves here");
      }
      let answer: true | string = true;
      const answered = tellUser(context, () => {
        answer = options.accept?.(stream) ?? true;
      });
      if (!answered) {
        return stream.reset(ErrorCode.INTERNAL, "The server failed");
      }
      if (answer !== true) return stream.reset(ErrorCode.REFUSED, answer);
      stream.accept();
      adopt(stream, options.serve);
    }

    function adopt(stream: Stream, serve: Serve | undefined): void {
      if (!connections.tell({ type: "adopt", stream, serve })) {
        stream.reset(ErrorCode.REFUSED, "Going away");
      }
    }

    const ready: PeerSession = {
      get usable() {
        return session.whole && !draining && !session.streams.exhausted;
      },
      async open(options, signal) {
        const { streams } = session;
        while (session.whole && !streams.openable && !streams.exhausted) {
          await streams.change(signal);
        }
        // In the same turn: several may have waited for one place.
        const stream = session.open(options);
        if (streams.openable) streams.wakeNext();
        adopt(stream, undefined);
        return stream;
      },
    };

    function dial({ connect }: Dialling): void {
      const due = new AbortController();
      const { clock } = context.system;
      const timer = clock.schedule(limits.handshakeMs, () =>
        due.abort(
          new HandshakeTimeoutError(
            `Cannot connect: no socket within ${limits.handshakeMs} ms`,
          ),
        ));
      context.pipeToSelf<Transport>(
        connect(AbortSignal.any([context.signal, due.signal]))
          .finally(() => timer.cancel()),
        (transport) => ({ type: "connected", transport }),
        (cause) => ({ type: "dial_failed", cause }),
        (transport) => transport.close(),
      );
    }

    function connected(transport: Transport, { socket }: Dialling): void {
      let handshake: ReturnType<typeof socket>;
      try {
        handshake = socket();
      } catch (cause) {
        // There are no credentials to show.
        transport.close();
        return weather(cause);
      }
      spawnSocket(context, {
        ...handshake,
        transport,
        limits,
        onAttached: (_, link) => self.tell({ type: "attached", link }),
        onEnd: (cause, link) => self.tell({ type: "ended", cause, link }),
      });
    }

    function attached(): void {
      attempt = 0;
      resumeDue?.cancel();
      resumeDue = undefined;
      enter({ phase: "connected", remote, epoch: ++epoch });
      if (epoch === 1) options.onReady(ready);
      check();
    }

    /** A socket is gone, or did not come: try again, or end. */
    function weather(cause: unknown): void {
      if (!isWeather(cause)) return end(cause);
      if (epoch === 0) {
        const left = startedAt + (dialling?.retryMs ?? 0) -
          context.system.clock.now();
        return left > 0 ? again() : end(cause);
      }
      // What the dialler has opened may not have arrived at the other side,
      // and who has dialled is about to open something.
      const over = dialling !== undefined && session.streams.hasOpened &&
        session.isIdle;
      if (limits.resumeMs === 0 || over) return end(cause);
      if (session.phase === "connected") {
        enter({ phase: "resuming", remote, cause });
        resumeDue = context.after(limits.resumeMs, { type: "resume_due" });
      }
      again();
    }

    function again(): void {
      if (dialling === undefined) return;
      const delayMs = backoffDelayMs(dialling.backoff, attempt++);
      context.after(delayMs, { type: "dial" });
    }

    function check(): void {
      if (closing && out.delivered) end(closedHere());
      else if (draining && session.streams.size === 0) close();
    }

    /** Ends in order: the peer is to have everything first. */
    function close(): void {
      if (closing) return;
      closing = true;
      const alone = out.link === undefined && session.isIdle;
      if (epoch === 0 || alone) return end(closedHere());
      session.goAway(ErrorCode.NONE, "closed");
      session.fail(closedHere());
      context.after(limits.closeMs, { type: "close_due" });
      check();
    }

    function end(cause: unknown): void {
      if (cause instanceof ProtocolError) {
        session.goAway(cause.code, cause.message);
      } else if (cause instanceof KeepAliveError) {
        session.goAway(ErrorCode.TIMEOUT, cause.message);
      }
      session.fail(cause);
      out.link?.stop();
      tellEnd(cause);
      context.stop();
    }

    function tellEnd(cause: unknown): void {
      if (told) return;
      told = true;
      const inOrder = closing || cause instanceof SessionLostError &&
          cause.code === ErrorCode.NONE;
      enter(
        inOrder
          ? { phase: "closed", remote }
          : { phase: "lost", remote, cause },
      );
      options.onEnd(cause);
    }

    function lookIdle(): void {
      for (const [, stream] of session.streams.entries()) stream.lookIdle();
      idleLooks = session.streams.size === 0 ? idleLooks + 1 : 0;
      if (idleLooks > 2) close();
    }

    // Before the socket is stopped, which writes what is left.
    context.signal.addEventListener("abort", () => {
      session.goAway(ErrorCode.NONE, "closed");
      session.fail(closedHere());
      out.link?.stop();
      tellEnd(closedHere());
    }, { once: true });
    if (limits.idleMs < Infinity) {
      context.every(limits.idleMs / 2, { type: "look_idle" });
    }
    if (dialling !== undefined) {
      enter({ phase: "connecting", remote });
      dial(dialling);
    } else {
      // The socket that it was begun for may have ended before it could.
      resumeDue = context.after(limits.handshakeMs, { type: "close" });
    }

    return {
      receive(message) {
        switch (message.type) {
          case "dial":
            return dialling && dial(dialling);
          case "connected":
            return dialling && connected(message.transport, dialling);
          case "dial_failed":
            return weather(message.cause);
          case "attached":
            // Or it was replaced before it was looked at.
            return out.link === message.link ? attached() : undefined;
          case "ended": {
            const { cause, link } = message;
            const current = out.link === undefined || out.link === link;
            if (isWeather(cause)) session.detach(link);
            if (current) weather(cause);
            return link.stop();
          }
          case "resume_due":
            return end(
              new ResumeLostError(
                `The session was without a socket for over ${limits.resumeMs} ms`,
              ),
            );
          case "check":
            return check();
          case "drain":
            draining = true;
            session.goAway(
              ErrorCode.GOING_AWAY,
              "draining",
              message.retryAfterMs,
            );
            return check();
          case "close":
            return close();
          case "close_due":
            return end(closedHere());
          case "look_idle":
            return lookIdle();
          default:
            message satisfies never;
        }
      },
    };
  };
}

/** Starts a socket actor; its socket is closed even if it never begins. */
export function spawnSocket<M>(
  context: ActorContext<M>,
  options: SocketOptions,
): void {
  context.spawn(socketActor(options)).stopped.then(options.transport.close);
}

function closedHere(): SessionLostError {
  return new SessionLostError("The session was closed here", {
    code: ErrorCode.NONE,
  });
}
