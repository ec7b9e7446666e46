/**
 * Options of a listener, checked before it opens a port.
 *
 * @module
 */
import {
  checkAddress,
  checkArray,
  checkFunction,
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import type { Address } from "../session/mod.ts";
import type { TcpConnServe } from "./connection.ts";
import {
  type ResolvedTcpConnOptions,
  resolveTcpConnOptions,
  TCP_CONN_OPTION_NAMES,
  type TcpConnOptions,
} from "./options.ts";
import { normalizeId } from "./protocol.ts";

/** Options of {@linkcode listenTcpConn}. */
export interface TcpConnListenOptions extends Address, TcpConnOptions {
  /**
   * Serves each id: called when its first message starts, and again with the
   * next message once the connection has ended here. The peer has no way to
   * end a connection but to close the socket, so a loop over the messages ends
   * with `SessionLostError`, or after `idleMs` with `IdleTimeoutError`; neither
   * counts as a failure of this function.
   */
  readonly serve: TcpConnServe;
  /**
   * UUIDs that both sides know: they are served on every socket from the
   * start, so that this side can send first.
   * @default {[]}
   */
  readonly ids?: readonly string[];
  /**
   * Sockets that may be open at once; more wait in the system's backlog.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Called when the peer of a socket breaks the protocol; other sockets are
   * not affected.
   */
  readonly onPeerError?: (error: unknown, remote: Address) => void;
}

/** {@linkcode TcpConnListenOptions} with defaults filled in. */
export interface ListenSettings {
  readonly address: Required<Address>;
  readonly limits: ResolvedTcpConnOptions;
  readonly serve: TcpConnServe;
  /** UUIDs in lower case, each once. */
  readonly ids: readonly string[];
  readonly maxSockets: number;
  readonly onPeerError: TcpConnListenOptions["onPeerError"];
}

const NAMES: OptionNames<TcpConnListenOptions> = {
  ...TCP_CONN_OPTION_NAMES,
  hostname: true,
  port: true,
  serve: true,
  ids: true,
  maxSockets: true,
  onPeerError: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolveListenOptions(
  options: TcpConnListenOptions,
): ListenSettings {
  checkOptionNames("listenTcpConn()", options, NAMES);
  checkAddress(options, 0);
  const { hostname = "127.0.0.1", port, serve, onPeerError } = options;
  const { ids = [], maxSockets = 10_000 } = options;
  const limits = resolveTcpConnOptions(options);
  checkFunction("serve", serve);
  checkNumber("maxSockets", maxSockets, countFrom(1));
  if (onPeerError !== undefined) checkFunction("onPeerError", onPeerError);
  return {
    address: { hostname, port },
    limits,
    serve,
    ids: checkIds(ids, limits.maxConnections),
    maxSockets,
    onPeerError,
  };
}

function checkIds(ids: readonly string[], maxConnections: number): string[] {
  checkArray("ids", ids, "an array of UUIDs");
  if (ids.length > maxConnections) {
    throw new RangeError(
      `Cannot use ids: it has ${ids.length} ids, it must have at most maxConnections, which is ${maxConnections}`,
    );
  }
  const normalized = ids.map((id, index) => {
    const normal = normalizeId(id);
    if (normal !== undefined) return normal;
    throw new RangeError(
      `Cannot use ids[${index}]: it is ${id}, it must be a UUID`,
    );
  });
  return [...new Set(normalized)];
}
