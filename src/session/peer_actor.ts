/**
 * The peer actor: keeps the session with one other process while sockets come
 * and go. The dialling side makes the sockets itself, with back-off; the
 * listening side is given them. Its parent is the pool or the listener.
 *
 * What it does when is decided in `peer_state.ts`.
 *
 * @module
 */
import { shown } from "../checks/internal.ts";
import { backoffDelayMs, type ResolvedBackoff } from "../actor/internal.ts";
import type {
  ActorContext,
  ActorRef,
  ActorTimer,
  Behavior,
  TroupeError,
} from "../actor/mod.ts";
import { ErrorCode } from "./wire/protocol.ts";
import type { Serve } from "./connection_actor.ts";
import {
  connectionSupervisorActor,
  type ConnectionSupervisorMessage,
} from "./connection_supervisor_actor.ts";
import { HandshakeTimeoutError } from "./errors.ts";
import type { OpenOptions } from "./logical_connection.ts";
import {
  initialPeerState,
  type PeerCommand,
  type PeerEvent,
  type PeerFacts,
  type PeerRules,
  transition,
} from "./peer_state.ts";
import type { Session } from "./session.ts";
import type { SessionPort } from "./session_port.ts";
import type { SessionState } from "./session_phase.ts";
import type { Link } from "./socket_port.ts";
import { socketActor, type SocketOptions } from "./socket_actor.ts";
import type { Stream } from "./stream.ts";
import { notifyUser } from "./notify_user.ts";
import type { Transport } from "./transport.ts";

/**
 * Milliseconds for which the end of a session waits for a dial that it has
 * given up: one that heeds its signal ends in the next turns.
 */
const GIVEN_UP_MS = 1000;

/** Messages of a peer actor. */
export type PeerMessage =
  /** The back-off is over: dial. */
  | { readonly type: "dial" }
  /** A dial has given a socket. */
  | { readonly type: "connected"; readonly transport: Transport }
  /** A dial has failed. */
  | { readonly type: "dial_failed"; readonly cause: unknown }
  /** The handshake of a socket is done: it carries the session. */
  | { readonly type: "attached"; readonly link: Link }
  /** A socket has ended. */
  | {
    readonly type: "ended";
    readonly cause: TroupeError;
    readonly link: Link;
    readonly isRecognized: boolean;
  }
  /** The session was without a socket for too long. */
  | { readonly type: "resume_due" }
  /** The session has changed: check whether anything is left to do. */
  | { readonly type: "check" }
  /** Take no new connections, and end with the last. */
  | { readonly type: "drain"; readonly retryAfterMs: number }
  /** End as soon as the other side has everything. */
  | { readonly type: "close" }
  /** The other side has acknowledged more, while the session closes. */
  | { readonly type: "acknowledged" }
  /** Closing got nowhere for too long. */
  | { readonly type: "close_due" }
  /** Reset connections on which nothing happens. */
  | { readonly type: "check_idle" };

/** How the dialling side gets its sockets. */
export interface Dialling {
  /** Makes a socket. */
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
  /** How long to wait between attempts. */
  readonly backoff: ResolvedBackoff;
  /** Milliseconds for which a first socket is tried for; 0 for one attempt. */
  readonly retryMs: number;
  /** Returns what to send over a new socket, and how to go on. */
  readonly socket: () => Pick<SocketOptions, "greeting" | "onHello">;
}

/** What a peer actor is made of. */
export interface PeerOptions {
  /** Makes the session, which notifies this actor through the port. */
  readonly session: (port: SessionPort) => Session;
  /** How sockets are made; without it they are given. */
  readonly dialling?: Dialling;
  /** Serves the connections that the peer opens; without it, all are refused. */
  readonly serve: Serve | undefined;
  /** Decides which of them are served: returns `true`, or why not. */
  readonly accept?: ((opening: Stream) => true | string) | undefined;
  /** Called once when the first handshake is done. */
  readonly onReady: (session: PeerSession) => void;
  /** Called when the peer takes no new connections for so many milliseconds. */
  readonly onGoingAway?: (retryAfterMs: number) => void;
  /** Called at each change of the session. */
  readonly onState: (state: SessionState) => void;
  /** Called once, with why the session could not go on. */
  readonly onEnd: (cause: unknown) => void;
}

/** What the pool needs of a session that is ready. */
export interface PeerSession {
  /** Whether it can take another connection, now or later. */
  readonly isUsable: boolean;
  /** Opens a logical connection, with its actor, when the peer allows it. */
  open(options: OpenOptions, signal?: AbortSignal): Promise<Stream>;
}

/** Returns the behaviour of a peer actor: it keeps one session, and ends with it. */
export function peerActor(options: PeerOptions): Behavior<PeerMessage> {
  return (context) => {
    const { dialling } = options;
    const { self, system: { clock } } = context;
    const state = initialPeerState();
    const session = options.session({
      get phase() {
        return state.phase;
      },
      onOpen: opened,
      onRemoved() {
        if (state.isDraining && session.streams.size === 0) {
          self.tell({ type: "check" });
        }
      },
      onGoingAway({ retryAfterMs }) {
        dispatch({ type: "going_away" });
        options.onGoingAway?.(retryAfterMs);
        self.tell({ type: "check" });
      },
      notify: (call) => void notifyUser(context, call),
      onAcknowledged() {
        if (state.isClosing) self.tell({ type: "acknowledged" });
      },
    });
    const { streams, options: limits } = session;
    const connections: ActorRef<ConnectionSupervisorMessage> = context.spawn(
      connectionSupervisorActor(),
      { name: "connections", mailbox: { maxMessages: Infinity } },
    );
    const rules: PeerRules = {
      remote: session.remote,
      dials: dialling !== undefined,
      retryUntil: clock.now() + (dialling?.retryMs ?? 0),
      resumeMs: limits.resumeMs,
    };
    /** Dials under way, those that were given up included. */
    const dials = new Set<Promise<void>>();
    /** The wait for a first socket, or for another one. */
    let wait: ActorTimer | undefined;
    /** The wait for the other side to acknowledge something. */
    let closing: ActorTimer | undefined;

    // Decisions are made by `transition`, and carried out here.

    function dispatch(event: PeerEvent): void {
      for (const command of transition(state, event, rules, facts())) {
        carryOut(command);
      }
    }

    function facts(): PeerFacts {
      return {
        now: clock.now(),
        connections: streams.size,
        hasOpened: streams.hasOpened,
        isDelivered: session.isDelivered,
        hasSocket: session.link !== undefined,
      };
    }

    function carryOut(command: PeerCommand): void {
      switch (command.type) {
        case "report":
          return void notifyUser(
            context,
            () => options.onState(command.state),
          );
        case "dial":
          return dialling && dial(dialling);
        case "dial_later":
          return dialling &&
            void context.after(
              backoffDelayMs(dialling.backoff, command.attempts),
              { type: "dial" },
            );
        case "await_first_socket":
          // The socket that it was started for may end before it is attached.
          wait = context.after(limits.handshakeMs, { type: "close" });
          return;
        case "await_resume":
          wait = context.after(limits.resumeMs, { type: "resume_due" });
          return;
        case "cancel_wait":
          return wait?.cancel();
        case "ready":
          return options.onReady(ready);
        case "check":
          return dispatch(command);
        case "go_away":
          return session.goAway(
            command.code,
            command.text,
            command.retryAfterMs,
          );
        case "fail":
          return session.fail(command.cause);
        case "detach":
          return session.detach(command.link);
        case "stop_link":
          return command.link.stop();
        case "stop_socket":
          return session.link?.stop();
        case "await_close":
          closing?.cancel();
          closing = context.after(limits.closeMs, { type: "close_due" });
          return;
        case "report_end":
          return options.onEnd(command.cause);
        case "stop":
          return context.stop();
        default:
          command satisfies never;
      }
    }

    // Connections are opened at once and not through the mailbox.

    function opened(stream: Stream): void {
      if (options.serve === undefined) {
        return stream.reset(
          ErrorCode.REFUSED,
          "No connections are served here",
        );
      }
      let verdict: true | string = true;
      const succeeded = notifyUser(context, () => {
        if (options.accept === undefined) return;
        verdict = checkVerdict(options.accept(stream));
      });
      if (!succeeded) {
        return stream.reset(ErrorCode.INTERNAL, "The server failed");
      }
      if (verdict !== true) return stream.reset(ErrorCode.REFUSED, verdict);
      stream.accept();
      adopt(stream, options.serve);
    }

    function adopt(stream: Stream, serve: Serve | undefined): void {
      if (!connections.tell({ type: "adopt", stream, serve })) {
        stream.reset(ErrorCode.REFUSED, "Going away");
      }
    }

    const ready: PeerSession = {
      get isUsable() {
        return !session.hasEnded && !state.isDraining && !streams.exhausted;
      },
      async open(options, signal) {
        while (!session.hasEnded && !streams.openable && !streams.exhausted) {
          await streams.awaitChange(signal);
        }
        // In the same turn, as several may have waited for one place.
        const stream = session.open(options);
        if (streams.openable) streams.wakeNext();
        adopt(stream, undefined);
        return stream;
      },
    };

    // Sockets.

    function dial({ connect }: Dialling): void {
      const due = new AbortController();
      const timer = clock.schedule(limits.handshakeMs, () =>
        due.abort(
          new HandshakeTimeoutError(
            `Cannot connect: no socket within ${limits.handshakeMs} ms`,
          ),
        ));
      const dialled = connect(AbortSignal.any([context.signal, due.signal]))
        .finally(() => timer.cancel());
      context.pipeToSelf<Transport>(
        dialled,
        (transport) => ({ type: "connected", transport }),
        (cause) => ({ type: "dial_failed", cause }),
        (transport) => transport.close(),
      );
      // After the above, so that a socket that comes too late is closed by then.
      const over = (): void => void dials.delete(settled);
      const settled = dialled.then(over, over);
      dials.add(settled);
    }

    /** Waits for dials that were given up, which may still get a socket. */
    async function lastDials(): Promise<void> {
      if (dials.size === 0) return;
      const late = Promise.withResolvers<void>();
      const timer = clock.schedule(GIVEN_UP_MS, late.resolve);
      await Promise.race([Promise.all(dials), late.promise]);
      timer.cancel();
    }

    function connected(transport: Transport, { socket }: Dialling): void {
      let handshake: ReturnType<typeof socket>;
      try {
        handshake = socket();
      } catch (cause) {
        // The credentials could not be had.
        transport.close();
        return dispatch({ type: "dial_failed", cause });
      }
      spawnSocket(context, {
        ...handshake,
        transport,
        limits,
        onAttached: (link) => self.tell({ type: "attached", link }),
        onEnd: (cause, link, isRecognized) =>
          self.tell({ type: "ended", cause, link, isRecognized }),
      });
    }

    // Before the socket is stopped, which writes what is left.
    context.signal.addEventListener(
      "abort",
      () => dispatch({ type: "stopped" }),
      { once: true },
    );
    if (limits.idleMs < Infinity) {
      context.every(limits.idleMs / 2, { type: "check_idle" });
    }
    dispatch({ type: "started" });

    return {
      receive(message) {
        switch (message.type) {
          case "dial":
            return dialling && dial(dialling);
          case "connected":
            return dialling && connected(message.transport, dialling);
          case "attached":
            // Another one may have replaced it meanwhile.
            if (!session.isCarriedBy(message.link)) return;
            return dispatch({ type: "attached" });
          case "ended": {
            const isCurrent = session.link === undefined ||
              session.isCarriedBy(message.link);
            return dispatch({ ...message, isCurrent });
          }
          case "check_idle":
            for (const [, stream] of streams.entries()) stream.checkIdle();
            return dispatch({ type: "idle_checked" });
          case "dial_failed":
          case "resume_due":
          case "check":
          case "drain":
          case "close":
          case "acknowledged":
          case "close_due":
            return dispatch(message);
          default:
            message satisfies never;
        }
      },
      stopped: lastDials,
    };
  };
}

/** Starts a socket actor; its transport is closed even if it never starts. */
function spawnSocket<M>(
  context: ActorContext<M>,
  options: SocketOptions,
): void {
  context.spawn(socketActor(options)).stopped.then(options.transport.close);
}

/** What is neither would let in, or turn away without a reason, by mistake. */
function checkVerdict(verdict: unknown): true | string {
  if (verdict === true || typeof verdict === "string") return verdict;
  throw new TypeError(
    `Cannot use what accept() returned: it is ${
      shown(verdict)
    }, it must be true or a text`,
  );
}
