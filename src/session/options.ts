/**
 * Limits of sessions, with units in their names.
 *
 * @module
 */
import { ACK_BYTES, INITIAL_CREDIT } from "./wire/protocol.ts";
import { type NumberRange, resolveNumbers } from "../checks/internal.ts";

/** Limits of a session, the same on both sides. */
export interface SessionOptions {
  /**
   * Logical connections that the peer may have open at once.
   * @default {1000}
   */
  readonly maxStreams?: number;
  /**
   * The largest message that `receive` puts together, in bytes. What is read
   * as a stream has no limit.
   * @default {16777216}
   */
  readonly maxMessageBytes?: number;
  /**
   * Credit of each logical connection beyond what was read, in bytes: what
   * its peer can make this side hold. At least 65536.
   * @default {262144}
   */
  readonly windowBytes?: number;
  /**
   * What that credit grows to, in bytes, while the reader keeps up and the
   * distance to the peer is what limits its sender.
   * @default {16777216}
   */
  readonly maxWindowBytes?: number;
  /**
   * What the credits of all logical connections of a session have together,
   * in bytes, beyond the first 65536 of each.
   * @default {67108864}
   */
  readonly maxSessionWindowBytes?: number;
  /**
   * What messages that are larger than their connection's credit may take
   * together while they arrive, in bytes; others wait for their turn. At least
   * `maxMessageBytes`. Each has as much as the largest message may take, until
   * it was received or its connection has ended; one whose `receive` was given
   * up in the middle keeps it for the next read.
   * @default {67108864}
   */
  readonly maxPartialBytes?: number;
  /**
   * Bytes that were sent and are kept until the peer has acknowledged them, so
   * that another socket can repeat them; senders wait when it is that much. At
   * least 2621440.
   * @default {4194304}
   */
  readonly replayBytes?: number;
  /**
   * Milliseconds without a socket after which a session is lost; 0 for none.
   * @default {120000}
   */
  readonly resumeMs?: number;
  /**
   * Milliseconds from the start of the socket to the end of the handshake.
   * @default {10000}
   */
  readonly handshakeMs?: number;
  /**
   * Milliseconds without a byte from the peer after which it is asked for one.
   * @default {15000}
   */
  readonly keepAliveMs?: number;
  /**
   * Milliseconds more after which the socket is taken for dead.
   * @default {10000}
   */
  readonly keepAliveTimeoutMs?: number;
  /**
   * Milliseconds that a frame may take to arrive once it has begun.
   * @default {30000}
   */
  readonly frameMs?: number;
  /**
   * Milliseconds without a message in either direction after which a logical
   * connection is reset, with the code TIMEOUT, and a session that has none
   * is closed. It may take half as long again.
   * @default {Infinity}
   */
  readonly idleMs?: number;
  /**
   * Milliseconds that `close` waits for a peer that does not read; then the
   * connection is reset, and what was not sent is lost.
   * @default {5000}
   */
  readonly closeMs?: number;
}

/** {@linkcode SessionOptions} with defaults filled in. */
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
  maxStreams: { min: 1 },
  maxMessageBytes: { min: 1 },
  windowBytes: { min: INITIAL_CREDIT },
  maxWindowBytes: { min: INITIAL_CREDIT },
  maxSessionWindowBytes: { min: 0 },
  maxPartialBytes: { min: 0 },
  replayBytes: { min: 2 * ACK_BYTES },
  resumeMs: { min: 0 },
  handshakeMs: { min: 1 },
  keepAliveMs: { min: 1 },
  keepAliveTimeoutMs: { min: 1 },
  frameMs: { min: 1 },
  idleMs: { min: 1 },
  closeMs: { min: 0 },
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

/** Where a listener is, or is to be. */
export interface Address {
  /**
   * Name or IP address.
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /** TCP port, 0 to 65535. */
  readonly port: number;
}

/** The address as `host:port`. */
export function formatAddress({ hostname, port }: Address): string {
  const host = hostname ?? "127.0.0.1";
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
