/**
 * Listening: sockets are accepted, each finds or starts the session that it
 * carries, and the logical connections that come over them are served.
 *
 * @module
 */
import type { ActorSystem } from "../actor/mod.ts";
import { checkMethods } from "../checks/internal.ts";
import {
  type AcceptedSessions,
  type Acceptor,
  drain,
  formatAddress,
  SocketLimit,
  socketsActor,
  type SocketsMessage,
  startListener,
} from "../session/internal.ts";
import type { Address, DrainOptions, SessionSnapshot } from "../session/mod.ts";
import { type ListenOptions, resolveListenOptions } from "./listen_options.ts";
import { sharingOf } from "./listener_sharing.ts";
import { bind, listenTcp } from "./tcp_acceptor.ts";
import { listenTls } from "./tls.ts";

/** Counters of a listener. */
export interface ListenerStats {
  /** Sockets that were accepted so far. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sessions that exist now, with a socket or without. */
  readonly sessions: number;
  /** Sockets that resumed an existing session. */
  readonly resumes: number;
}

/** A listener that is open. */
export interface Listener extends AsyncDisposable {
  /** The address at which it listens, with the real port. */
  readonly address: Required<Address>;
  /**
   * Resolves when the listener is over, however it ended; never rejects. A
   * program that is to serve on awaits it at its end, where `await using` would
   * close the listener.
   */
  readonly closed: Promise<void>;
  /** Returns the counters of this listener. */
  stats(): ListenerStats;
  /**
   * Returns the sessions of this listener as they are now, each with its logical
   * connections and what they wait for.
   */
  inspect(): Iterable<SessionSnapshot>;
  /**
   * Goes away in order: takes no new connections, notifies all peers, and
   * closes when the last connection has ended.
   *
   * @throws {RangeError} as a rejection, for a `retryAfterMs` out of its range.
   * @throws {TypeError} as a rejection, for an option of the wrong type.
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Ends all connections and closes the listener, once the peers have
   * everything that was sent, or acknowledge nothing for `closeMs`.
   */
  close(): Promise<void>;
}

/**
 * Listens on a TCP port, as an actor of `system`.
 *
 * @throws {ListenError} when the port is taken or not allowed, or a TLS option
 * cannot be used.
 * @throws {TypeError} for another option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
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
  checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
  const settings = resolveListenOptions(options);
  const { address: { hostname }, tls, network, maxSockets } = settings;
  const sharing = network === undefined ? sharingOf(system) : undefined;
  const open = (address: Required<Address>, isShared = false): Acceptor =>
    network !== undefined
      ? network.listen(address)
      : tls === undefined
      ? listenTcp(address, isShared)
      : listenTls(address, tls, isShared);
  const acceptor = bind(
    settings.address,
    (address) => sharing?.listen(address, open) ?? open(address),
  );
  const { tokenPrefix } = acceptor;
  const limit = new SocketLimit(maxSockets);
  let sessions: AcceptedSessions | undefined;
  const onStart = (started: AcceptedSessions): void => {
    sessions = started;
  };
  const running = startListener<SocketsMessage>(
    system,
    `listener ${formatAddress({ hostname, port: acceptor.address.port })}`,
    acceptor,
    (slot) => socketsActor({ settings, slot, limit, tokenPrefix, onStart }),
  );
  const { closed } = running;
  const close = (): Promise<void> => {
    running.end({ type: "close" });
    return closed;
  };
  const listener: Listener = {
    address: { hostname, port: acceptor.address.port },
    closed,
    stats: () => ({
      accepted: limit.accepted,
      sockets: limit.open,
      sessions: sessions?.size ?? 0,
      resumes: sessions?.resumes ?? 0,
    }),
    inspect: () => sessions?.inspect() ?? [],
    drain: (options = {}) => drain(running, options),
    close,
    [Symbol.asyncDispose]: close,
  };
  sharing?.onStart(listener);
  return listener;
}
