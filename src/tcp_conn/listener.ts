/**
 * The listening side: accepts sockets, and serves each id that comes over
 * them.
 *
 * @module
 */
import type { ActorSystem, Behavior } from "../actor/mod.ts";
import {
  type AcceptedSocket,
  type AcceptSlot,
  SocketLimit,
  type SocketOffer,
  startListener,
} from "../session/internal.ts";
import { type Address, ProtocolError } from "../session/mod.ts";
import { bind, listenTcp } from "../tcp/internal.ts";
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

/** Messages of the actor that keeps the sockets of a listener. */
type SocketsMessage = SocketOffer | { readonly type: "socket_gone" };

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
  const limit = new SocketLimit(maxSockets);
  const counter = { droppedBytes: 0 };

  const keep = (slot: AcceptSlot): Behavior<SocketsMessage> => (context) => {
    // A life that was killed could not do so.
    limit.clear();

    function adopt({ transport, remote }: AcceptedSocket): void {
      let claimed = false;
      const peer = context.spawn(
        peerActor({
          connect() {
            claimed = true;
            return Promise.resolve(transport);
          },
          remote,
          limits,
          counter,
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
      peer.stopped.then(() => {
        // It was stopped before it could start.
        if (!claimed) transport.close();
      });
      limit.add();
      context.watch(peer, () => ({ type: "socket_gone" }));
    }

    return {
      receive(message) {
        switch (message.type) {
          case "socket_offered":
            slot.handOver(adopt);
            return limit.replyWhenRoom(message.replyTo);
          case "socket_gone":
            return limit.remove();
          default:
            message satisfies never;
        }
      },
      stopped: () => limit.clear(),
    };
  };

  const { closed, stop } = startListener(system, acceptor, keep);
  const close = (): Promise<void> => {
    stop();
    return closed;
  };
  return {
    address: { hostname, port: acceptor.address.port },
    stats: () => ({
      accepted: limit.accepted,
      sockets: limit.open,
      droppedBytes: counter.droppedBytes,
    }),
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
