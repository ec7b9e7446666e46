/**
 * Options of a listener, checked before it opens a port.
 *
 * @module
 */
import {
  checkAddress,
  checkFunction,
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import {
  type ResolvedSessionOptions,
  resolveSessionOptions,
  SESSION_OPTION_NAMES,
} from "../session/internal.ts";
import type {
  Address,
  Authenticate,
  LogicalConnection,
  Network,
  Serve,
  SessionOptions,
  SessionState,
} from "../session/mod.ts";
import { checkNetwork } from "./network_option.ts";
import type { TlsServerOptions } from "./tls_options.ts";
import type { TlsSource } from "./tls_source.ts";

/** Options of {@linkcode listen}. */
export interface ListenOptions extends Address, SessionOptions {
  /** Function that serves each logical connection. */
  readonly serve: Serve;
  /**
   * Decides whether a logical connection is served: `true`, or a text that
   * tells its opener why not. Without this option, all are served; with anything
   * else that it returns, the connection is reset and the fault is reported.
   */
  readonly accept?: (opening: LogicalConnection) => true | string;
  /**
   * Returns who a peer is, judged by what it shows, or `undefined` to refuse
   * it. Called for each socket. Compare secrets with `equalSecrets`.
   */
  readonly authenticate?: Authenticate;
  /**
   * TLS options, or a function that returns those of the moment, which is called
   * for each socket; without them, nothing is encrypted.
   */
  readonly tls?: TlsSource<TlsServerOptions>;
  /**
   * Network to listen on in place of TCP, such as the one in memory of
   * `./testing`. It excludes `tls`.
   */
  readonly network?: Network;
  /**
   * Sockets that may be open at once; more wait in the system's backlog.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Sessions that may exist at once, including those that wait for another
   * socket; more are refused.
   * @default {10000}
   */
  readonly maxSessions?: number;
  /**
   * Called when a peer breaks the protocol, is too slow, is refused, or is
   * gone for good without a goodbye; other peers are not affected.
   */
  readonly onPeerError?: (error: unknown, remote: Address) => void;
  /** Called at each change of a session. */
  readonly onState?: (state: SessionState) => void;
}

/** {@linkcode ListenOptions} with defaults filled in. */
export interface ListenSettings {
  readonly address: Required<Address>;
  readonly session: ResolvedSessionOptions;
  readonly maxSockets: number;
  readonly maxSessions: number;
  readonly serve: Serve;
  readonly accept: ListenOptions["accept"];
  readonly authenticate: Authenticate | undefined;
  readonly tls: TlsSource<TlsServerOptions> | undefined;
  readonly network: Network | undefined;
  readonly onPeerError: ListenOptions["onPeerError"];
  readonly onState: ListenOptions["onState"];
}

const NAMES: OptionNames<ListenOptions> = {
  ...SESSION_OPTION_NAMES,
  hostname: true,
  port: true,
  serve: true,
  accept: true,
  authenticate: true,
  tls: true,
  network: true,
  maxSockets: true,
  maxSessions: true,
  onPeerError: true,
  onState: true,
};

/**
 * Checks the options once and fills in the defaults. TLS options are checked
 * where the port is opened.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolveListenOptions(options: ListenOptions): ListenSettings {
  checkOptionNames("listen()", options, NAMES);
  checkAddress(options, 0);
  const { hostname = "127.0.0.1", port, serve, tls, network } = options;
  const session = resolveSessionOptions(options);
  checkFunction("serve", serve);
  checkNetwork(options);
  const { maxSockets = 10_000, maxSessions = 10_000 } = options;
  checkNumber("maxSockets", maxSockets, countFrom(1));
  checkNumber("maxSessions", maxSessions, countFrom(1));
  const { accept, authenticate, onPeerError, onState } = options;
  const functions = { accept, authenticate, onPeerError, onState };
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined) checkFunction(name, value);
  }
  return {
    address: { hostname, port },
    session,
    maxSockets,
    maxSessions,
    serve,
    tls,
    network,
    ...functions,
  };
}
