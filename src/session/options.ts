/**
 * Limits of sessions, with units in their names.
 *
 * @module
 */
import { ACK_BYTES, INITIAL_CREDIT } from "./wire/protocol.ts";
import {
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";

/** Limits of a session; each side has its own. */
export interface SessionOptions {
  /**
   * Logical connections that the peer may have open at once.
   * @default {1000}
   */
  readonly maxStreams?: number;
  /**
   * The largest message that `receive` returns, in bytes. What is read through
   * `readable` has no limit.
   * @default {16777216}
   */
  readonly maxMessageBytes?: number;
  /**
   * The window of each logical connection, in bytes: its peer has credit for
   * so much beyond what was read, and can make this side hold no more. At least
   * 65536.
   * @default {262144}
   */
  readonly windowBytes?: number;
  /**
   * The largest size that a window grows to, in bytes, while the reader keeps
   * up and the round trip is what limits the sender. At least 65536.
   * @default {16777216}
   */
  readonly maxWindowBytes?: number;
  /**
   * The sum of the windows of all logical connections of a session, in bytes,
   * beyond the first 65536 of each.
   * @default {67108864}
   */
  readonly maxSessionWindowBytes?: number;
  /**
   * The memory for messages that are larger than their connection's window
   * while they arrive, in bytes; others wait for their turn. At least
   * `maxMessageBytes`, which each of them takes until it is received or its
   * connection has ended. If its `receive` is cancelled in the middle, it is
   * kept for the next read.
   * @default {67108864}
   */
  readonly maxPartialBytes?: number;
  /**
   * Bytes that may be sent and not acknowledged. They are kept so that another
   * socket can repeat them, and senders wait when it is that much. At least
   * 2621440.
   * @default {4194304}
   */
  readonly replayBytes?: number;
  /**
   * Milliseconds without a socket after which a session is lost; 0 for none.
   * With 0 nothing is kept for another socket, and `replayBytes` limits nothing.
   * @default {120000}
   */
  readonly resumeMs?: number;
  /**
   * Milliseconds from the start of the socket to the end of the handshake.
   * @default {10000}
   */
  readonly handshakeMs?: number;
  /**
   * Milliseconds without a byte from the peer after which it is sent a ping.
   * @default {15000}
   */
  readonly keepAliveMs?: number;
  /**
   * Milliseconds without a byte after that ping until the socket is considered
   * dead.
   * @default {10000}
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * Milliseconds that a frame may take to arrive once its first byte has; of a
   * larger one, each 65,536 bytes of it.
   * @default {30000}
   */
  readonly frameMs?: number;
  /**
   * Milliseconds without a message in either direction after which a logical
   * connection is reset, with the code TIMEOUT, and without a connection after
   * which a session is closed. It may take half as long again.
   * @default {Infinity}
   */
  readonly idleMs?: number;
  /**
   * Milliseconds that `close` waits for a peer that reads nothing, or does not
   * end its side. Then the connection is reset, and what was not sent is lost.
   * The time starts again with each progress, and may be a quarter longer.
   * @default {5000}
   */
  readonly closeMs?: number;
}

/** The {@linkcode SessionOptions} with their defaults filled in. */
export type ResolvedSessionOptions = Required<SessionOptions>;

const DEFAULTS: ResolvedSessionOptions = {
  maxStreams: 1000,
  maxMessageBytes: 16_777_216,
  windowBytes: 262_144,
  maxWindowBytes: 16_777_216,
  maxSessionWindowBytes: 67_108_864,
  maxPartialBytes: 67_108_864,
  replayBytes: 4_194_304,
  resumeMs: 120_000,
  handshakeMs: 10_000,
  keepAliveMs: 15_000,
  keepAliveTimeoutMs: 10_000,
  frameMs: 30_000,
  idleMs: Infinity,
  closeMs: 5000,
};

const RANGES: Record<keyof ResolvedSessionOptions, NumberRange> = {
  maxStreams: countFrom(1),
  maxMessageBytes: countFrom(1),
  windowBytes: countFrom(INITIAL_CREDIT),
  maxWindowBytes: countFrom(INITIAL_CREDIT),
  maxSessionWindowBytes: countFrom(0),
  maxPartialBytes: countFrom(0),
  replayBytes: countFrom(2 * ACK_BYTES),
  resumeMs: { min: 0 },
  handshakeMs: { min: 1 },
  keepAliveMs: { min: 1 },
  keepAliveTimeoutMs: { min: 1 },
  frameMs: { min: 1 },
  idleMs: { min: 1 },
  closeMs: { min: 0 },
};

/** All session options, for those who check the names of their own. */
export const SESSION_OPTION_NAMES: OptionNames<SessionOptions> = {
  maxStreams: true,
  maxMessageBytes: true,
  windowBytes: true,
  maxWindowBytes: true,
  maxSessionWindowBytes: true,
  maxPartialBytes: true,
  replayBytes: true,
  resumeMs: true,
  handshakeMs: true,
  keepAliveMs: true,
  keepAliveTimeoutMs: true,
  frameMs: true,
  idleMs: true,
  closeMs: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for what is no number.
 * @throws {RangeError} for what is out of its range.
 */
export function resolveSessionOptions(
  options: SessionOptions,
): ResolvedSessionOptions {
  return resolveNumbers(options, DEFAULTS, RANGES);
}

/** The address of a listener: a host and a TCP port. */
export interface Address {
  /**
   * The host name or IP address.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** The TCP port, 0 to 65535; 0 to listen on a free one. */
  readonly port: number;
}

/** Returns the address as `host:port`. */
export function formatAddress({ hostname, port }: Address): string {
  const host = hostname ?? "127.0.0.1";
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
