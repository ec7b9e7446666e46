/**
 * The listener: accepts sockets, and serves the logical connections that come
 * over them.
 *
 * @module
 */
import type { Behavior } from "../actor/behavior.ts";
import { TroupeError } from "../actor/errors.ts";
import type { ActorRef } from "../actor/ref.ts";
import type { ActorSystem } from "../actor/system.ts";
import { ErrorCode } from "../wire/protocol.ts";
import type { Serve } from "./connection_actor.ts";
import { SessionLostError } from "./errors.ts";
import {
  type Address,
  formatAddress,
  resolveSessionOptions,
  type SessionOptions,
} from "./options.ts";
import { peerActor } from "./peer.ts";
import { tcpTransport, type Transport } from "./transport.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions extends Address, SessionOptions {
  /** Serves each logical connection. */
  readonly serve: Serve;
  /**
   * Sockets that may be open at once; more wait in the system's backlog.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Told when a socket's peer breaks the protocol, is too slow, or goes away
   * without a word; the others are not touched.
   */
  readonly onPeerError?: (error: unknown, remote: Address) => void;
}

/** Counters of a listener. */
export interface ListenerStats {
  /** Sockets that were accepted. */
  readonly accepted: number;
  /** Sockets that are open now. */
  readonly sockets: number;
}

/** A listener that could not begin; see `cause`. */
export class ListenError extends TroupeError {}

/** Milliseconds between tries when the process is out of descriptors. */
const ACCEPT_RETRY_MS = 100;

/** A listener that is open. */
export interface Listener extends AsyncDisposable {
  /** Where it listens, with the real port. */
  readonly address: Required<Address>;
  /** Counters of this listener. */
  stats(): ListenerStats;
  /** Closes the listener and all its sockets, with a word to their peers. */
  close(): Promise<void>;
}

type ListenerMessage =
  | { readonly type: "accepted"; readonly socket: Deno.TcpConn }
  | { readonly type: "accept_failed"; readonly cause: unknown }
  | { readonly type: "accept_again" }
  | { readonly type: "socket_gone" };

/**
 * Listens on a TCP port, as an actor of `system`.
 *
 * @throws {ListenError} when the port is taken or not allowed.
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
  const { hostname = "127.0.0.1", port } = options;
  const session = resolveSessionOptions(options);
  if (typeof options.serve !== "function") {
    throw new TypeError(
      "Cannot listen: serve is missing, give a function that serves a connection",
    );
  }
  const maxSockets = options.maxSockets ?? 10_000;
  if (!(maxSockets >= 1)) {
    throw new RangeError(
      `Cannot listen: maxSockets is ${maxSockets}, it must be at least 1`,
    );
  }
  let server: Deno.TcpListener;
  try {
    server = Deno.listen({ hostname, port });
  } catch (cause) {
    throw new ListenError(
      `Cannot listen on ${formatAddress({ hostname, port })}: ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
  let open = true;
  const closeServer = (): void => {
    if (open) server.close();
    open = false;
  };
  const stats = { accepted: 0, sockets: 0 };

  const behavior: Behavior<ListenerMessage> = (context) => {
    /** Accepted, and not in the hands of a peer actor yet. */
    const unclaimed = new Set<Transport>();
    let accepting: Promise<unknown> | undefined;
    context.signal.addEventListener("abort", () => {
      closeServer();
      for (const transport of unclaimed) transport.close();
    }, { once: true });

    function accept(): void {
      const accepted = server.accept();
      accepting = accepted;
      context.pipeToSelf<Deno.TcpConn>(
        accepted,
        (socket) => ({ type: "accepted", socket }),
        (cause) => ({ type: "accept_failed", cause }),
        (socket) => socket.close(),
      );
    }

    function adopt(socket: Deno.TcpConn): void {
      const transport = tcpTransport(socket);
      const { hostname, port } = socket.remoteAddr;
      unclaimed.add(transport);
      stats.accepted++;
      stats.sockets++;
      const peer = context.spawn(peerActor({
        side: "listener",
        connect() {
          unclaimed.delete(transport);
          return Promise.resolve(transport);
        },
        session,
        serve: options.serve,
        onReady() {},
        onEnd(cause) {
          const orderly = cause instanceof SessionLostError &&
            cause.code === ErrorCode.NONE;
          if (!orderly) options.onPeerError?.(cause, { hostname, port });
        },
      }));
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
            // Out of descriptors: wait for some to come back, as ranch does.
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
    closeServer();
    throw error;
  }
  // Also when it is stopped before its behaviour has begun.
  ref.stopped.then(closeServer);
  const close = async (): Promise<void> => {
    ref.stop();
    await ref.stopped;
  };
  return {
    address: { hostname, port: server.addr.port },
    stats: () => ({ ...stats }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
