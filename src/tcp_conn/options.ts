/**
 * Limits of a socket, with units in their names.
 *
 * @module
 */
import { type NumberRange, resolveNumbers } from "../checks/internal.ts";

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
   * Bytes that a connection may hold unread. With more, its socket is not read
   * until it has been, for `stallMs`; then it ends with `UnreadOverflowError`.
   * At least 65536, and it should hold two of the largest messages that the
   * peer sends. Each message costs 256 bytes more.
   * @default {33554432}
   */
  readonly maxUnreadBytes?: number;
  /**
   * Bytes that all connections of a socket together may hold unread; with
   * more, the one that holds most is treated so. A message that is arriving
   * may take twice its bytes.
   * @default {268435456}
   */
  readonly maxSocketUnreadBytes?: number;
  /**
   * Milliseconds for which a connection that is full, and from which nothing
   * is read, may hold up its socket, with all the others there: this is the
   * only backpressure that the protocol has. With 0 it ends at once.
   * @default {1000}
   */
  readonly stallMs?: number;
  /**
   * Ids in use on a socket at once, with those that are spoiled. A peer that
   * comes with more has its socket closed: there is no way to refuse one.
   * @default {1000}
   */
  readonly maxConnections?: number;
  /**
   * Milliseconds that `close` waits for a peer that does not read; then what
   * was not sent is lost.
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
  maxUnreadBytes: { min: 65_536 },
  maxSocketUnreadBytes: { min: 65_536 },
  stallMs: { min: 0 },
  maxConnections: { min: 1 },
  closeMs: { min: 0 },
};

/** Checks the options once and fills in the defaults. */
export function resolveTcpConnOptions(
  options: TcpConnOptions,
): ResolvedTcpConnOptions {
  return resolveNumbers(options, DEFAULTS, RANGES);
}
