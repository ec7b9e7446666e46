/**
 * Connections that hold a lease on a socket of a pool, and how a pool is asked
 * for one.
 *
 * @module
 */
import {
  type ActorRef,
  ActorStoppedError,
  type Lease,
  type ReplyTo,
} from "../actor/mod.ts";
import type { ConnectSignals } from "./connector.ts";
import { eitherSignal } from "./either_signal.ts";
import { ConnectError } from "./errors.ts";

/** A connection over a socket that is held by a lease. */
export interface LeasedConnection {
  /** Called once, when the connection needs its socket no more. */
  onRelease: (() => void) | undefined;
  /** Ends the connection in order. */
  close(): Promise<void>;
}

/** What a pool replies. */
export type ConnectReply<C> =
  | { readonly connection: C }
  | { readonly error: unknown };

/**
 * Asks the actor of a pool for a connection.
 *
 * @throws {ConnectError} as a rejection, when the pool is closed or cannot
 * connect; or the reason of a signal.
 */
export async function askForConnection<M, C>(
  pool: ActorRef<M>,
  { signal, holder }: ConnectSignals,
  request: (replyTo: ReplyTo<ConnectReply<C>>) => M,
): Promise<C> {
  const givenUp = eitherSignal(signal, holder?.signal);
  const reply = await pool.ask<ConnectReply<C>>(request, {
    // The dial and the handshake have deadlines of their own.
    timeoutMs: Infinity,
    ...(givenUp === undefined ? {} : { signal: givenUp }),
  }).catch((error) => {
    throw error instanceof ActorStoppedError ? poolClosed() : error;
  });
  if ("error" in reply) throw reply.error;
  return reply.connection;
}

/** Replies with a connection, or with why there is none. */
export function replyWithConnection<C extends { reset(): void }>(
  replyTo: ReplyTo<ConnectReply<C>>,
  connecting: Promise<C>,
): void {
  connecting.then(
    (connection) => {
      // Whoever asked has given up meanwhile: close what nobody holds.
      if (!replyTo.tell({ connection })) connection.reset();
    },
    (error) => replyTo.tell({ error }),
  );
}

/** Returns the error of a pool that takes no more requests. */
export function poolClosed(): ConnectError {
  return new ConnectError("Cannot connect: the pool is closed");
}

/**
 * Opens a connection that gives the lease back when it ends, and ends when
 * its holder does. Whatever fails gives the lease back at once.
 */
export async function connectOver<T, C extends LeasedConnection>(
  lease: Lease<T>,
  { signal, holder }: ConnectSignals,
  open: (socket: T, givenUp: AbortSignal | undefined) => C | Promise<C>,
): Promise<C> {
  const givenUp = eitherSignal(signal, holder?.signal);
  let connection: C;
  try {
    // Do not trouble the peer for whoever has given up meanwhile.
    givenUp?.throwIfAborted();
    const opened = open(lease.value, givenUp);
    // Without a wait where there is none: it could end in between.
    connection = opened instanceof Promise ? await opened : opened;
  } catch (error) {
    lease.release();
    throw error;
  }
  const close = (): void => void connection.close();
  holder?.signal.addEventListener("abort", close, { once: true });
  connection.onRelease = () => {
    holder?.signal.removeEventListener("abort", close);
    lease.release();
  };
  return connection;
}
