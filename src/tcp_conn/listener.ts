/**
 * The listening side: accepts sockets, and serves each id that comes over
 * them.
 *
 * @module
 */
import type { ActorRef, ActorSystem, Behavior } from "../actor/mod.ts";
import type { AcceptedSocket } from "../session/internal.ts";
import { bind, listenTcp } from "../tcp/internal.ts";
import { type Address, ProtocolError, type Transport } from "../session/mod.ts";
import type { TcpConnServe } from "./connection.ts";
import { resolveTcpConnOptions, type TcpConnOptions } from "./options.ts";
import { peerActor } from "./peer.ts";
import { normalizeId } from "./protocol.ts";

/** Options of {@linkcode listenTcpConn}. */
export interface TcpConnListenOptions extends Address, TcpConnOptions {
  /**
   * Serves each id: called when its first message begins, and again with the
   * next message once the connection has ended here. The peer has no way to
   * end one but to close the socket, so a loop over the messages ends with
   * `SessionLostError`, or after `idleMs` with `IdleTimeoutError`; neither
   * counts as a failure of whoever serves.
   */
  readonly serve: TcpConnServe;
  /**
   * UUIDs that both sides know: they are served on every socket from the
   * start, so that this side can send first.
   * @default {[]}
   */
  readonly ids?: readonly string[];
  /**
   * Sockets that may be open at once; more wait in the system's backlog.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Told when a socket's peer breaks the protocol; the others are not touched.
   */
  readonly onPeerError?: (error: unknown, remote: Address) => void;
}

/** Counters of a listener. */
export interface TcpConnListenerStats {
  /** Sockets that were accepted. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Bytes of messages that arrived and that nobody was there to read. */
  readonly droppedBytes: number;
}

/** A listener that is open. */
export interface TcpConnListener extends AsyncDisposable {
  /** Where it listens, with the real port. */
  readonly address: Required<Address>;
  /** Counters of this listener. */
  stats(): TcpConnListenerStats;
  /** Closes the listener and all its sockets. */
  close(): Promise<void>;
}

/** Milliseconds between tries when the process is out of descriptors. */
const ACCEPT_RETRY_MS = 100;

type ListenerMessage =
  | { readonly type: "accepted"; readonly socket: AcceptedSocket }
  | { readonly type: "accept_failed" }
  | { readonly type: "accept_again" }
  | { readonly type: "socket_gone" };

/**
 * Listens for peers that speak tcp-conn, as an actor of `system`.
 *
 * See {@linkcode TcpConnConnection} for what that protocol cannot give.
 *
 * @throws {ListenError} when the port is taken or not allowed.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe";
 * import { listenTcpConn } from "@troupe/troupe/tcp-conn";
 *
 * await using system = new ActorSystem();
 * await using listener = listenTcpConn(system, {
 *   port: 0,
 *   async serve(connection) {
 *     for await (const message of connection) await connection.send(message);
 *   },
 * });
 * console.assert(listener.address.port > 0);
 * ```
 */
export function listenTcpConn(
  system: ActorSystem,
  options: TcpConnListenOptions,
): TcpConnListener {
  const { hostname = "127.0.0.1", port, serve, maxSockets = 10_000 } = options;
  const limits = resolveTcpConnOptions(options);
  const ids = checkedIds(options.ids ?? [], limits.maxConnections);
  if (typeof serve !== "function") {
    throw new TypeError(
      "Cannot listen: serve is missing, give a function that serves a connection",
    );
  }
  if (!(maxSockets >= 1)) {
    throw new RangeError(
      `Cannot listen: maxSockets is ${maxSockets}, it must be at least 1`,
    );
  }
  const acceptor = bind({ hostname, port }, listenTcp);
  const stats = { accepted: 0, sockets: 0, droppedBytes: 0 };

  const behavior: Behavior<ListenerMessage> = (context) => {
    /** Accepted, and not in the hands of a peer actor yet. */
    const unclaimed = new Set<Transport>();
    let accepting: Promise<unknown> | undefined;
    context.signal.addEventListener("abort", () => {
      acceptor.close();
      for (const transport of unclaimed) transport.close();
    }, { once: true });

    function accept(): void {
      const accepted = acceptor.accept();
      accepting = accepted;
      context.pipeToSelf<AcceptedSocket>(
        accepted,
        (socket) => ({ type: "accepted", socket }),
        () => ({ type: "accept_failed" }),
        (socket) => socket.transport.close(),
      );
    }

    function adopt({ transport, remote }: AcceptedSocket): void {
      unclaimed.add(transport);
      stats.accepted++;
      stats.sockets++;
      const peer = context.spawn(
        peerActor({
          connect() {
            unclaimed.delete(transport);
            return Promise.resolve(transport);
          },
          remote,
          limits,
          counter: stats,
          serve,
          ids,
          onEnd(cause) {
            if (!(cause instanceof ProtocolError)) return;
            options.onPeerError?.(cause, remote);
          },
        }),
        // Its connections are bounded, and so is what it is told of them.
        { mailbox: { maxMessages: Infinity } },
      );
      context.watch(peer, () => ({ type: "socket_gone" }));
    }

    accept();
    return {
      receive(message) {
        switch (message.type) {
          case "accepted":
            adopt(message.socket);
            if (stats.sockets < maxSockets) accept();
            return;
          case "accept_failed":
            // Out of descriptors: wait for some to come back.
            context.after(ACCEPT_RETRY_MS, { type: "accept_again" });
            return;
          case "accept_again":
            return accept();
          case "socket_gone":
            if (stats.sockets-- >= maxSockets) accept();
            return;
          default:
            message satisfies never;
        }
      },
      async stopped() {
        stats.sockets = 0;
        // Until then the system keeps the port.
        await accepting?.catch(() => {});
      },
    };
  };

  let ref: ActorRef<ListenerMessage>;
  try {
    ref = system.spawn(behavior);
  } catch (error) {
    acceptor.close();
    throw error;
  }
  // Also when it is stopped before its behaviour has begun.
  ref.stopped.then(acceptor.close);
  const close = async (): Promise<void> => {
    ref.stop();
    await ref.stopped;
  };
  return {
    address: { hostname, port: acceptor.address.port },
    stats: () => ({ ...stats }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkedIds(ids: readonly string[], most: number): string[] {
  if (ids.length > most) {
    throw new RangeError(
      `Cannot listen: there are ${ids.length} ids, maxConnections is ${most}`,
    );
  }
  const normal = ids.map((id) => {
    const normal = normalizeId(id);
    if (normal !== undefined) return normal;
    throw new RangeError(`Cannot listen: the id ${id} is no UUID`);
  });
  return [...new Set(normal)];
}
