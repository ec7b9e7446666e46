/**
 * The listener: accepts sockets, finds or begins the sessions that they carry,
 * and serves the logical connections that come over them.
 *
 * @module
 */
import type { ActorRef, ActorSystem, Behavior } from "../actor/mod.ts";
import {
  type AcceptedSocket,
  type AcceptSlot,
  type PeerMessage,
  PREFACE,
  resolveSessionOptions,
  ServedSessions,
  socketActor,
  SocketLimit,
  type SocketOffer,
  startListener,
  tellUser,
} from "../session/internal.ts";
import { bind, listenTcp } from "./acceptor.ts";
import {
  checkAddress,
  checkFunction,
  checkNumber,
  checkObject,
} from "../checks/internal.ts";
import {
  type Address,
  type Authenticate,
  ErrorCode,
  type LogicalConnection,
  type Serve,
  SessionLostError,
  type SessionOptions,
  type SessionState,
} from "../session/mod.ts";
import { listenTls, type TlsServerOptions } from "./tls.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions extends Address, SessionOptions {
  /** Serves each logical connection. */
  readonly serve: Serve;
  /**
   * Decides whether a logical connection is served: `true`, or a text for its
   * opener that says why not. Without it, all are.
   */
  readonly accept?: (opening: LogicalConnection) => true | string;
  /**
   * Says who a peer is, by what it shows, or `undefined` to refuse it. Asked
   * for each socket. Compare secrets with `equalSecrets`.
   */
  readonly authenticate?: Authenticate;
  /** Encrypts; without it, nothing is secret. */
  readonly tls?: TlsServerOptions;
  /**
   * Sockets that may be open at once; more wait in the system's backlog.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Sessions that there may be at once, those that wait for another socket
   * among them; more are refused.
   * @default {10000}
   */
  readonly maxSessions?: number;
  /**
   * Told when a peer breaks the protocol, is too slow, is refused, or is gone
   * for good without a word; the others are not touched.
   */
  readonly onPeerError?: (error: unknown, remote: Address) => void;
  /** Told at each change of a session. */
  readonly onState?: (state: SessionState) => void;
}

/** Counters of a listener. */
export interface ListenerStats {
  /** Sockets that were accepted. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sessions that there are now, with a socket or without. */
  readonly sessions: number;
  /** Sockets that went on with a session that there was. */
  readonly resumes: number;
}

/** How a listener goes away. */
export interface DrainOptions {
  /** Ends the patience: what is left then is closed. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds for which peers are to leave this address alone, 0 to
   * 2³² − 1; a pool does so for an hour at most.
   * @default {0}
   */
  readonly retryAfterMs?: number;
}

/** A listener that is open. */
export interface Listener extends AsyncDisposable {
  /** Where it listens, with the real port. */
  readonly address: Required<Address>;
  /** Resolves when it is over, however; never rejects. */
  readonly closed: Promise<void>;
  /** Counters of this listener. */
  stats(): ListenerStats;
  /**
   * Goes away in order: takes no new connections, tells all peers so, and
   * closes when the last connection has ended.
   *
   * @throws {RangeError} as a rejection, for a `retryAfterMs` out of its range.
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Ends all connections and closes the listener, once the peers have
   * everything that was sent, or `closeMs` has passed.
   */
  close(): Promise<void>;
}

/** Messages of the actor that keeps the sockets of a listener. */
type SocketsMessage =
  | SocketOffer
  | { readonly type: "socket_gone" }
  | { readonly type: "session_gone"; readonly peer: ActorRef<PeerMessage> }
  | { readonly type: "drain"; readonly retryAfterMs: number }
  | { readonly type: "close" };

/**
 * Listens on a TCP port, as an actor of `system`.
 *
 * @throws {ListenError} when the port is taken or not allowed, or a TLS option
 * is of no use.
 * @throws {TypeError} for another option of the wrong type.
 * @throws {RangeError} for an option out of its range.
 *
 * @example
 * ```ts
 * import { ActorSystem, listen } from "@troupe/troupe";
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * console.assert(listener.address.port > 0);
 * ```
 */
export function listen(system: ActorSystem, options: ListenOptions): Listener {
  checkObject("the options", options, "{ port, serve }");
  checkAddress(options, 0);
  const { hostname = "127.0.0.1", port } = options;
  const limits = resolveSessionOptions(options);
  checkFunction("serve", options.serve);
  const { maxSockets = 10_000, maxSessions = 10_000 } = options;
  checkNumber("maxSockets", maxSockets, { min: 1 });
  checkNumber("maxSessions", maxSessions, { min: 1 });
  const { accept, authenticate, onPeerError, onState } = options;
  for (
    const [name, value] of Object.entries({
      accept,
      authenticate,
      onPeerError,
      onState,
    })
  ) if (value !== undefined) checkFunction(name, value);
  const { tls } = options;
  const acceptor = bind(
    { hostname, port },
    (address) =>
      tls === undefined ? listenTcp(address) : listenTls(address, tls),
  );
  const limit = new SocketLimit(maxSockets);
  let sessions: ServedSessions | undefined;

  const keep = (slot: AcceptSlot): Behavior<SocketsMessage> => (context) => {
    let closing = false;
    const served = sessions = new ServedSessions({
      ...options,
      limits,
      maxSessions,
      clock: context.system.clock,
      accept: options.accept,
      authenticate: options.authenticate,
      onState: options.onState,
      onEnd(cause, remote) {
        const orderly = cause instanceof SessionLostError &&
          cause.code === ErrorCode.NONE;
        if (!orderly) report(cause, remote);
      },
      spawn(behavior) {
        const peer = context.spawn(behavior);
        context.watch(peer, () => ({ type: "session_gone", peer }));
        return peer;
      },
    });
    // A life that was killed could not do so.
    limit.clear();

    function report(error: unknown, remote: Address): void {
      tellUser(context, () => options.onPeerError?.(error, remote));
    }

    function adopt(socket: AcceptedSocket): void {
      const { transport, remote } = socket;
      /** Who keeps the session, once it is known. */
      let peer: ActorRef<PeerMessage> | undefined;
      const ref = context.spawn(socketActor({
        transport,
        limits,
        greeting: PREFACE,
        async meet(type, payload) {
          const met = await served.meet(type, payload, socket);
          return () => {
            const meeting = met();
            peer = meeting.peer;
            return meeting;
          };
        },
        onAttached: (link) => void peer?.tell({ type: "attached", link }),
        onEnd(cause, link) {
          if (peer?.tell({ type: "ended", cause, link })) return;
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
      served.retryAfterMs ??= 0;
      served.tellAll({ type: "close" });
      if (served.size === 0) stop();
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
            served.gone(message.peer);
            if (served.size > 0) return;
            if (closing) stop();
            else if (served.retryAfterMs !== undefined) close();
            return;
          case "drain":
            served.retryAfterMs = message.retryAfterMs;
            served.tellAll(message);
            if (served.size === 0) close();
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

  const { closed, end } = startListener(system, acceptor, keep);
  const close = (): Promise<void> => {
    end({ type: "close" });
    return closed;
  };
  return {
    address: { hostname, port: acceptor.address.port },
    closed,
    stats: () => ({
      accepted: limit.accepted,
      sockets: limit.open,
      sessions: sessions?.size ?? 0,
      resumes: sessions?.resumes ?? 0,
    }),
    async drain({ signal, retryAfterMs = 0 } = {}) {
      checkNumber("retryAfterMs", retryAfterMs, { min: 0, max: 2 ** 32 - 1 });
      end({ type: "drain", retryAfterMs });
      const give = (): void => void close();
      if (signal?.aborted) give();
      signal?.addEventListener("abort", give, { once: true });
      await closed.finally(() => signal?.removeEventListener("abort", give));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
