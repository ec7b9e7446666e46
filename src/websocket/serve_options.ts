/**
 * Options of a server of sessions, checked before it serves anything.
 *
 * @module
 */
import {
  checkFunction,
  checkNumber,
  checkOneOf,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import {
  resolveSessionOptions,
  SESSION_OPTION_NAMES,
  type SocketsSettings,
} from "../session/internal.ts";
import type {
  Address,
  LogicalConnection,
  Serve,
  SessionOptions,
  SessionState,
} from "../session/mod.ts";
import {
  type OriginRules,
  resolveHosts,
  resolveOrigins,
  resolvePrefix,
} from "../web/internal.ts";

/** Who asks for a session, beside the request that has opened its WebSocket. */
export interface WebPeer {
  /** The `credentials` of its options, at most 4,096 bytes; empty if it has none. */
  readonly credentials: Uint8Array;
  /** Where it connects from; the name is empty if the server does not say. */
  readonly remote: Required<Address>;
}

/** The request that has opened a WebSocket, as far as it says who asks. */
export type SessionRequest = Pick<Request, "url" | "headers">;

/** Options of {@linkcode serveSessions}. */
export interface ServeSessionsOptions extends SessionOptions {
  /** Function that serves each logical connection. */
  readonly serve: Serve;
  /**
   * Decides whether a logical connection is served: `true`, or a text that
   * tells its opener why not. Without this option, all are served; with anything
   * else that it returns, the connection is reset and the fault is reported.
   */
  readonly accept?: (opening: LogicalConnection) => true | string;
  /**
   * Returns who a peer is, which is not empty, or `undefined` to refuse it.
   * Called for each WebSocket, so a login that has ended meanwhile ends its
   * session at the next one. A page shows the cookies of its login, which the
   * request has; others show `credentials`: compare them with `equalSecrets`.
   * The identity is that of each connection. Without this option everybody
   * whom `hosts` and `origins` allow is served.
   */
  readonly authenticate?: (
    request: SessionRequest,
    peer: WebPeer,
  ) => string | undefined | Promise<string | undefined>;
  /**
   * The path below which it is mounted: the path itself is where WebSockets
   * are opened, and `client.js` below it is the client as a module.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * Names and addresses by which the server is reached, with a port or for any.
   * A request whose `Host` is another is refused: a page whose name was made to
   * point here sends its own.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * Origins of pages that may connect, besides those of this server itself,
   * such as `https://example.com`.
   * @default {none}
   */
  readonly origins?: readonly string[];
  /**
   * Whether peers are accepted that send no `Origin`: programs, as every browser
   * sends one. They have no cookies of somebody else, so `"accept"` is safe where
   * `authenticate` decides who they are, or `serve` is for everybody.
   * @default {"refuse"}
   */
  readonly withoutOrigin?: "refuse" | "accept";
  /**
   * WebSockets that may be open at once; further requests are refused with the
   * status 503. One that was closed counts until its peer has closed it, too.
   * @default {10000}
   */
  readonly maxSockets?: number;
  /**
   * Sessions that may exist at once, including those that wait for another
   * WebSocket; more are refused.
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

/** {@linkcode ServeSessionsOptions} with defaults filled in. */
export interface ServeSettings extends SocketsSettings {
  readonly prefix: string;
  readonly rules: OriginRules;
  readonly acceptsWithoutOrigin: boolean;
  readonly maxSockets: number;
  readonly identify: ServeSessionsOptions["authenticate"];
}

const NAMES: OptionNames<ServeSessionsOptions> = {
  ...SESSION_OPTION_NAMES,
  serve: true,
  accept: true,
  authenticate: true,
  prefix: true,
  hosts: true,
  origins: true,
  withoutOrigin: true,
  maxSockets: true,
  maxSessions: true,
  onPeerError: true,
  onState: true,
};

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function resolveServeOptions(
  options: ServeSessionsOptions,
): ServeSettings {
  checkOptionNames("serveSessions()", options, NAMES);
  const { serve, accept, authenticate, onPeerError, onState } = options;
  checkFunction("serve", serve);
  const functions = { accept, authenticate, onPeerError, onState };
  for (const [name, value] of Object.entries(functions)) {
    if (value !== undefined) checkFunction(name, value);
  }
  const {
    withoutOrigin = "refuse",
    maxSockets = 10_000,
    maxSessions = 10_000,
  } = options;
  checkOneOf("withoutOrigin", withoutOrigin, ["refuse", "accept"]);
  checkNumber("maxSockets", maxSockets, countFrom(1));
  checkNumber("maxSessions", maxSessions, countFrom(1));
  return {
    session: resolveSessionOptions(options),
    serve,
    accept,
    // Each socket brings its own, which knows the request.
    authenticate: undefined,
    identify: authenticate,
    onPeerError,
    onState,
    maxSessions,
    maxSockets,
    prefix: resolvePrefix(options.prefix, "/sessions/"),
    rules: {
      hosts: resolveHosts(options.hosts),
      origins: resolveOrigins(options.origins),
    },
    acceptsWithoutOrigin: withoutOrigin === "accept",
  };
}
