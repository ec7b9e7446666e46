/**
 * What a pool can be told, and what it has done.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";
import { resolveNumbers } from "../checks/internal.ts";
import {
  type ResolvedTcpConnOptions,
  resolveTcpConnOptions,
  type TcpConnOptions,
} from "./options.ts";

/** Options of a {@linkcode TcpConnPool}. */
export interface TcpConnPoolOptions extends TcpConnOptions {
  /**
   * Milliseconds that a dial may take.
   * @default {10000}
   */
  readonly dialMs?: number;
  /**
   * Milliseconds that a socket stays open after its last connection. A Go
   * service takes its ids into use when it accepts a socket and gives them up
   * when they are idle, so that an old socket may lead to nobody.
   * @default {0}
   */
  readonly lingerMs?: number;
}

/** Options of {@linkcode TcpConnPool.connect}. */
export interface TcpConnConnectOptions {
  /**
   * The UUID that both sides know the connection by. A Go service drops what
   * comes for an id that it has not taken into use.
   * @default {a random UUID}
   */
  readonly id?: string;
  /** Gives the attempt up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Who holds the connection, such as an actor's context: it is closed when
   * the holder's signal aborts.
   */
  readonly holder?: LeaseHolder;
}

/** What a pool has done and has. */
export interface TcpConnPoolStats {
  /** Sockets that were dialled. */
  readonly dials: number;
  /** Connections that found a socket, or one on its way. */
  readonly reuses: number;
  /** Connections that are held now. */
  readonly leases: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sockets that were lost. */
  readonly evictions: number;
  /** Bytes of messages that arrived and that nobody was there to read. */
  readonly droppedBytes: number;
}

/** {@linkcode TcpConnPoolOptions} with defaults filled in. */
export interface PoolSettings {
  readonly limits: ResolvedTcpConnOptions;
  readonly dialMs: number;
  readonly lingerMs: number;
}

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for what is out of its range.
 */
export function resolvePoolOptions(options: TcpConnPoolOptions): PoolSettings {
  return {
    limits: resolveTcpConnOptions(options),
    ...resolveNumbers(
      options,
      { dialMs: 10_000, lingerMs: 0 },
      { dialMs: { min: 1 }, lingerMs: { min: 0 } },
    ),
  };
}
