/**
 * The peer actor: owns one socket, and is the parent of the connections over
 * it. Its parent is the pool or the listener; it ends with its socket.
 *
 * @module
 */
import type { Behavior } from "../actor/mod.ts";
import {
  type Address,
  SessionLostError,
  type Transport,
} from "../session/mod.ts";
import { connectionActor } from "../session/internal.ts";
import type { TcpConnServe } from "./connection.ts";
import { type DropCounter, Multiplexer } from "./multiplexer.ts";
import type { ResolvedTcpConnOptions } from "./options.ts";
import type { RoutedConnection } from "./routed_connection.ts";
import { Socket } from "./socket.ts";

/** Messages of a peer actor. */
export type PeerMessage =
  /** The socket is open. */
  | { readonly type: "connected"; readonly transport: Transport }
  /** A connection was opened. */
  | { readonly type: "adopt"; readonly connection: RoutedConnection }
  /** The socket may have been without connections for too long. */
  | { readonly type: "idle_due" }
  /** The dial failed. */
  | { readonly type: "connect_failed"; readonly cause: unknown }
  /** The socket has ended, or could not be opened. */
  | { readonly type: "socket_ended" };

/** Options of {@linkcode peerActor}. */
export interface PeerOptions {
  /** Opens the socket. */
  readonly connect: (signal: AbortSignal) => Promise<Transport>;
  /** The address of its other side. */
  readonly remote: Required<Address>;
  readonly limits: ResolvedTcpConnOptions;
  readonly counter: DropCounter;
  /** Serves ids that the peer uses; without it, they are dropped. */
  readonly serve?: TcpConnServe;
  /** Ids to serve at once, before the peer sends anything. */
  readonly ids?: readonly string[];
  /** Called once, when the socket is open. */
  readonly onReady?: (peer: PeerSocket) => void;
  /** Called once, with why the socket has ended. */
  readonly onEnd: (cause: unknown) => void;
}

/** The part of a peer that the pool uses. */
export interface PeerSocket {
  /** Takes an id into use; see {@linkcode Multiplexer.open}. */
  open(id: string): RoutedConnection;
}

/** Returns the behaviour of a peer, which ends with its socket. */
export function peerActor(options: PeerOptions): Behavior<PeerMessage> {
  const { serve, limits } = options;
  return (context) => {
    const { clock } = context.system;
    let socket: Socket | undefined;
    let closed: Promise<void> | undefined;
    const multiplexer = new Multiplexer({
      limits,
      clock,
      remote: options.remote,
      counter: options.counter,
      onOpen: serve && adopt,
      onOutput: () => socket?.write(),
    });

    function adopt(connection: RoutedConnection): void {
      if (!context.self.tell({ type: "adopt", connection })) connection.reset();
    }

    function open(id: string): RoutedConnection {
      const connection = multiplexer.open(id);
      adopt(connection);
      // Not before: what comes for an unknown id is dropped.
      socket?.read();
      return connection;
    }

    function waitForIdle(): void {
      if (serve === undefined || limits.idleMs === Infinity) return;
      const left = multiplexer.usedAt + limits.idleMs - clock.now();
      const delayMs = multiplexer.connections > 0 ? limits.idleMs : left;
      if (delayMs > 0) context.after(delayMs, { type: "idle_due" });
      else end(new SessionLostError("The socket was idle"));
    }

    function end(cause: unknown): void {
      // First: a connect that follows at once must get another socket.
      options.onEnd(cause);
      multiplexer.fail(cause);
      context.self.tell({ type: "socket_ended" });
    }

    context.pipeToSelf<Transport>(
      options.connect(context.signal),
      (transport) => ({ type: "connected", transport }),
      (cause) => ({ type: "connect_failed", cause }),
      (transport) => transport.close(),
    );
    // Not in `stopped`, which is left out when the actor is killed.
    context.signal.addEventListener("abort", () => {
      multiplexer.fail(new SessionLostError("The socket was closed here"));
      closed = socket?.close(clock);
    }, { once: true });
    return {
      receive(message) {
        switch (message.type) {
          case "connected":
            socket = new Socket(message.transport, multiplexer, end);
            options.ids?.forEach(open);
            if (serve !== undefined) socket.read();
            waitForIdle();
            return options.onReady?.({ open });
          case "adopt":
            context.spawn(connectionActor(message.connection, serve));
            return;
          case "idle_due":
            return waitForIdle();
          case "connect_failed":
            return end(message.cause);
          case "socket_ended":
            return context.stop();
          default:
            message satisfies never;
        }
      },
      stopped: () => closed,
    };
  };
}
