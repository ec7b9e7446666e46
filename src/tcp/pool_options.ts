/**
 * Options of a pool and of a connect, their checks, and the counters of a
 * pool.
 *
 * @module
 */
import type { BackoffOptions } from "../actor/mod.ts";
import {
  checkConnectOptions,
  resolveCredentials,
  type ResolvedSessionOptions,
  resolveSessionOptions,
  SESSION_OPTION_NAMES,
} from "../session/internal.ts";
import {
  checkDuration,
  checkFunction,
  checkNumber,
  checkObject,
  checkOptionNames,
  checkPeerAddress,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import type {
  Address,
  ConnectOptions,
  Network,
  SessionOptions,
  SessionState,
} from "../session/mod.ts";
import { checkNetwork } from "./network_option.ts";
import { checkTlsClientOptions, type TlsClientOptions } from "./tls_options.ts";
import { CheckedTls, type TlsSource } from "./tls_source.ts";

/** Options of a {@linkcode ConnectionPool}. */
export interface PoolOptions extends SessionOptions {
  /**
   * Milliseconds that a socket stays open after its last connection; it keeps
   * the process alive until then, unless the pool is closed.
   * @default {30000}
   */
  readonly lingerMs?: number;
  /**
   * Sockets to each address: another one is dialled while all that are open
   * are in use. Then the one with the fewest connections is taken.
   * @default {1}
   */
  readonly socketsPerPeer?: number;
  /**
   * TLS options, or a function that returns those of the moment, which is called
   * each time a socket is dialled; without them, nothing is encrypted.
   */
  readonly tls?: TlsSource<TlsClientOptions>;
  /**
   * Network to connect over in place of TCP, such as the one in memory of
   * `./testing`. It excludes `tls`.
   */
  readonly network?: Network;
  /**
   * Credentials to show the other side's `authenticate`, at most 4 KiB; a
   * function is called before each socket.
   */
  readonly credentials?: Uint8Array | (() => Uint8Array);
  /** Delays between attempts to get a socket, with full jitter. */
  readonly backoff?: BackoffOptions;
  /**
   * Milliseconds for which `connect` tries to reach an address; 0 for one
   * attempt. For a session that was connected before, `resumeMs` counts.
   * @default {0}
   */
  readonly retryMs?: number;
  /** Called at each change of a session. */
  readonly onState?: (state: SessionState) => void;
}

/** Counters of a {@linkcode ConnectionPool}. */
export interface PoolStats {
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
}

/** {@linkcode PoolOptions} with defaults filled in. */
export interface PoolSettings {
  readonly options: PoolOptions;
  readonly tls: CheckedTls<TlsClientOptions> | undefined;
  readonly session: ResolvedSessionOptions;
  readonly lingerMs: number;
  readonly socketsPerPeer: number;
  readonly retryMs: number;
  /** Called before each socket. */
  readonly credentials: (() => Uint8Array) | undefined;
}

const POOL_OPTIONS: OptionNames<PoolOptions> = {
  ...SESSION_OPTION_NAMES,
  lingerMs: true,
  socketsPerPeer: true,
  tls: true,
  network: true,
  credentials: true,
  backoff: true,
  retryMs: true,
  onState: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type, or a TLS option that
 * cannot be used.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolvePoolOptions(options: PoolOptions): PoolSettings {
  checkOptionNames("ConnectionPool", options, POOL_OPTIONS);
  const { lingerMs = 30_000, socketsPerPeer = 1, retryMs = 0 } = options;
  checkDuration("lingerMs", lingerMs);
  checkNumber("socketsPerPeer", socketsPerPeer, countFrom(1));
  checkDuration("retryMs", retryMs);
  if (options.onState !== undefined) checkFunction("onState", options.onState);
  checkNetwork(options);
  const tls = options.tls === undefined
    ? undefined
    : new CheckedTls(options.tls, checkTlsClientOptions);
  return {
    options,
    tls,
    session: resolveSessionOptions(options),
    lingerMs,
    socketsPerPeer,
    retryMs,
    credentials: resolveCredentials(options.credentials),
  };
}

/**
 * Checks the arguments of {@linkcode ConnectionPool.connect}.
 *
 * @throws {TypeError} for an argument of the wrong type, or an unknown
 * priority.
 * @throws {RangeError} for a port that is out of its range.
 */
export function checkConnect(address: Address, options: ConnectOptions): void {
  checkObject("the address", address, "{ hostname, port }");
  checkPeerAddress(address);
  checkConnectOptions(options);
}
