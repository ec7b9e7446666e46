/**
 * Limits of sessions, with units in their names.
 *
 * @module
 */
import { MAX_FRAME_BYTES } from "../wire/protocol.ts";

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
   * Milliseconds from the start of the socket to the end of the handshake.
   * @default {10000}
   */
  readonly handshakeMs?: number;
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
  handshakeMs: 10_000,
  closeMs: 5000,
};

const LEAST: ResolvedSessionOptions = {
  maxStreams: 1,
  maxMessageBytes: 1,
  windowBytes: MAX_FRAME_BYTES,
  handshakeMs: 1,
  closeMs: 0,
};

/** Checks the options once and fills in the defaults. */
export function resolveSessionOptions(
  options: SessionOptions,
): ResolvedSessionOptions {
  const resolved = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof SessionOptions)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!(value >= LEAST[name])) {
      throw new RangeError(
        `Cannot use ${name}: it is ${value}, ${LEAST[name]} is the least`,
      );
    }
    resolved[name] = value;
  }
  return resolved;
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
