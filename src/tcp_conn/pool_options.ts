/**
 * Options of a pool and of a connect, and the counters of a pool.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";
import {
  checkOptionNames,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import {
  type ResolvedTcpConnOptions,
  resolveTcpConnOptions,
  TCP_CONN_OPTION_NAMES,
  type TcpConnOptions,
} from "./options.ts";

/** Options of a {@linkcode TcpConnPool}. */
export interface TcpConnPoolOptions extends TcpConnOptions {
  /**
   * Milliseconds that a dial may take, at least 1.
   * @default {10000}
   */
  readonly dialMs?: number;
  /**
   * Milliseconds that a socket stays open after its last connection. A Go
   * service takes its ids into use when it accepts a socket and gives them up
   * when they are idle, so an old socket may lead to no one.
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
  /** Gives up the attempt, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Holder of the connection, such as an actor's context: the connection is
   * closed when the holder's signal aborts.
   */
  readonly holder?: LeaseHolder;
}

/** Counters of a {@linkcode TcpConnPool}. */
export interface TcpConnPoolStats {
  /** Sockets that were dialled so far. */
  readonly dials: number;
  /** Connections that found a socket open, or one being opened. */
  readonly reuses: number;
  /** Connections that are held now. */
  readonly leases: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  /** Sockets that were lost so far. */
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

const POOL_OPTIONS: OptionNames<TcpConnPoolOptions> = {
  ...TCP_CONN_OPTION_NAMES,
  dialMs: true,
  lingerMs: true,
};

/** The options of a connect, for the check of their names. */
export const CONNECT_OPTIONS: OptionNames<TcpConnConnectOptions> = {
  id: true,
  signal: true,
  holder: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option that is not a number.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolvePoolOptions(options: TcpConnPoolOptions): PoolSettings {
  checkOptionNames("TcpConnPool", options, POOL_OPTIONS);
  return {
    limits: resolveTcpConnOptions(options),
    ...resolveNumbers(
      options,
      { dialMs: 10_000, lingerMs: 0 },
      { dialMs: { min: 1 }, lingerMs: { min: 0 } },
    ),
  };
}
