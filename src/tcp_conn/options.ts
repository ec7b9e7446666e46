/**
 * Limits of a socket, with units in their names.
 *
 * @module
 */
import {
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";

/** Limits of a socket and its connections, the same on both sides. */
export interface TcpConnOptions {
  /**
   * Milliseconds without a byte, in either direction, after which a connection
   * ends with `IdleTimeoutError`; on the listening side also those after which
   * a socket without connections is closed. `Infinity` for never.
   * @default {30000}
   */
  readonly idleMs?: number;
  /**
   * Bytes that a connection may hold unread, at least 65536. With more, its
   * socket is not read until the connection was, for up to `stallMs`; then the
   * connection ends with `UnreadOverflowError`. There should be room for two of
   * the largest messages that the peer sends. Each message counts 256 bytes
   * more than it has.
   * @default {33554432}
   */
  readonly maxUnreadBytes?: number;
  /**
   * Bytes that all connections of a socket together may hold unread, at least
   * 65536. With more, the connection that holds most is treated as one that is
   * full. A message that is arriving may take twice its bytes.
   * @default {268435456}
   */
  readonly maxSocketUnreadBytes?: number;
  /**
   * Milliseconds for which a full connection that nobody reads may hold up its
   * socket, and with it all other connections there: the protocol has no other
   * backpressure. With 0 it ends at once.
   * @default {1000}
   */
  readonly stallMs?: number;
  /**
   * Ids in use on a socket at once, including those that are spoiled. If the
   * peer uses more, its socket is closed: the wire has no way to refuse an id.
   * @default {1000}
   */
  readonly maxConnections?: number;
  /**
   * Milliseconds that `close` waits for a peer that reads nothing; what was not
   * sent by then is lost. The time starts again with each progress, and may be
   * a quarter longer.
   * @default {5000}
   */
  readonly closeMs?: number;
}

/** {@linkcode TcpConnOptions} with defaults filled in. */
export type ResolvedTcpConnOptions = Required<TcpConnOptions>;

const DEFAULTS: ResolvedTcpConnOptions = {
  idleMs: 30_000,
  maxUnreadBytes: 33_554_432,
  maxSocketUnreadBytes: 268_435_456,
  stallMs: 1000,
  maxConnections: 1000,
  closeMs: 5000,
};

const RANGES: Record<keyof ResolvedTcpConnOptions, NumberRange> = {
  idleMs: { min: 1 },
  maxUnreadBytes: countFrom(65_536),
  maxSocketUnreadBytes: countFrom(65_536),
  stallMs: { min: 0 },
  maxConnections: countFrom(1),
  closeMs: { min: 0 },
};

/** All options of a socket, for those who check the names of their own. */
export const TCP_CONN_OPTION_NAMES: OptionNames<TcpConnOptions> = {
  idleMs: true,
  maxUnreadBytes: true,
  maxSocketUnreadBytes: true,
  stallMs: true,
  maxConnections: true,
  closeMs: true,
};

/** Checks the options once and fills in the defaults. */
export function resolveTcpConnOptions(
  options: TcpConnOptions,
): ResolvedTcpConnOptions {
  return resolveNumbers(options, DEFAULTS, RANGES);
}
