/**
 * The listening side: sockets are accepted, and each id that comes over them
 * is served.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { checkMethods } from "../checks/internal.ts";
import {
  formatAddress,
  SocketLimit,
  startListener,
} from "../session/internal.ts";
import type { Address } from "../session/mod.ts";
import { bind, listenTcp } from "../tcp/internal.ts";
import {
  resolveListenOptions,
  type TcpConnListenOptions,
} from "./listen_options.ts";
import { socketsActor, type SocketsMessage } from "./sockets_actor.ts";

/** Counters of a listener. */
export interface TcpConnListenerStats {
  /** Sockets that were accepted so far. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Bytes of messages that arrived and that nobody was there to read. */
  readonly droppedBytes: number;
}

/** A listener that is open. */
export interface TcpConnListener extends AsyncDisposable {
  /** The address at which it listens, with the real port. */
  readonly address: Required<Address>;
  /** Returns the counters of this listener. */
  stats(): TcpConnListenerStats;
  /** Closes the listener and all its sockets. */
  close(): Promise<void>;
}

/**
 * Listens for peers that speak tcp-conn, as an actor of `system`.
 *
 * See {@linkcode TcpConnConnection} for what that protocol cannot give.
 *
 * @throws {ListenError} when the port is taken or not allowed.
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
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
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const settings = resolveListenOptions(options);
  const { hostname } = settings.address;
  const acceptor = bind(settings.address, listenTcp);
  const limit = new SocketLimit(settings.maxSockets);
  const counter = { droppedBytes: 0 };
  const { closed, stop } = startListener<SocketsMessage>(
    system,
    `listener ${formatAddress({ hostname, port: acceptor.address.port })}`,
    acceptor,
    (slot) => socketsActor({ settings, slot, limit, counter }),
  );
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
