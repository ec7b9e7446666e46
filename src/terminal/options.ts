/**
 * Options of the terminal server, with units in their names.
 *
 * @module
 */
import { type ResolvedPtyLimits, resolvePtyLimits } from "../pty/internal.ts";
import type { PtyLimits } from "../pty/mod.ts";
import type { Authorize } from "./access/authorizer.ts";
import {
  type AllowedCommand,
  type CommandRules,
  DEFAULT_PASS_ENV,
} from "./access/command_policy.ts";
import { checkServeOptions, checkWorkerOptions } from "./arguments.ts";
import { countFrom, resolveNumbers } from "../checks/internal.ts";
import {
  type OriginRules,
  resolveHosts,
  resolveOrigins,
  resolvePrefix,
} from "../web/internal.ts";
import type { OpenRecording } from "./recording/recordings.ts";

/** Options of {@linkcode serveTerminal}, and the limits of its sessions. */
export interface ServeTerminalOptions extends PtyLimits {
  /**
   * Milliseconds that a program keeps running without a viewer, at least 0;
   * `Infinity` for no limit. The page tells its viewers.
   * @default {600000}
   */
  readonly graceMs?: number;
  /**
   * Milliseconds that a session stays when its program has ended, at least 0:
   * with its exit and its last output, as far as `keptBytes` go. With 0, it goes
   * as soon as a controller has seen the end.
   * @default {600000}
   */
  readonly keepEndedMs?: number;
  /**
   * Ended sessions that are kept at the same time, at least 0; beyond it, the
   * one that ended first goes.
   * @default {100}
   */
  readonly maxEndedSessions?: number;
  /**
   * Bytes of output of all ended sessions that are kept, at least 0; beyond it,
   * those that ended first go.
   * @default {16777216}
   */
  readonly maxEndedBytes?: number;
  /**
   * Path below which the server is mounted.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * Commands that may be started; the first if a request names none.
   * @default {the shell of the user, as "shell"}
   */
  readonly commands?: readonly AllowedCommand[];
  /**
   * Directories in which, or below which, sessions may start. Without a request
   * for another one, they start in the first.
   * @default {the home directory}
   */
  readonly directories?: readonly string[];
  /**
   * Names of environment variables of this process that sessions get; no others
   * are passed on.
   * @default {HOME, LANG, LC_ALL, LC_CTYPE, LOGNAME, PATH, SHELL, TMPDIR, TZ and USER}
   */
  readonly passEnv?: readonly string[];
  /**
   * Further environment variables for every session.
   * @default {`COLORTERM=truecolor`, and `LANG=C.UTF-8` unless it is passed on}
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Names and addresses by which the server may be reached, as the header `Host`
   * has them: with a port, or without for any port, such as `example.com` or
   * `[::1]:8080`. Add the address that the server listens on, if it is not a
   * loopback address.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * Origins whose pages may use the server besides its own page, such as
   * `https://example.com`.
   * @default {[]}
   */
  readonly origins?: readonly string[];
  /**
   * Whether browsers are connected over TLS although requests are not, because
   * a proxy encrypts.
   * @default {false}
   */
  readonly behindTls?: boolean;
  /**
   * Returns the client of a request, for the limits of each client. Behind a
   * proxy, return the header in which the proxy passes it.
   * @default {the remote address, or the /64 network of an IPv6 address}
   */
  readonly clientOf?: (request: Request) => string;
  /**
   * Decides about each socket and each request to the API whether it may have
   * what its login allows, and again about open sockets when `reauthorize` is
   * called. Only `true` permits. An error, a rejection or another value refuses,
   * and is counted and logged. A socket for control that is refused is asked
   * about again for `view`.
   * @default {a function that permits what logins allow}
   */
  readonly authorize?: Authorize;
  /**
   * Milliseconds that `authorize` may take, at least 1; after that, access is
   * refused.
   * @default {10000}
   */
  readonly authorizeMs?: number;
  /**
   * Milliseconds for which a ticket is valid, at least 1.
   * @default {60000}
   */
  readonly ticketMs?: number;
  /**
   * Milliseconds from the first ticket of a browser until its login ends, at
   * least 1.
   * @default {43200000}
   */
  readonly loginMs?: number;
  /**
   * Milliseconds without a request or a viewer until a login ends, at least 1.
   * @default {3600000}
   */
  readonly loginIdleMs?: number;
  /**
   * Most logins, at least 1; a further one ends the one unused for longest.
   * @default {1000}
   */
  readonly maxLogins?: number;
  /**
   * Most sessions whose programs may run at the same time, at least 1.
   * @default {100}
   */
  readonly maxSessions?: number;
  /**
   * Most WebSockets that may be open at the same time, at least 1.
   * @default {1000}
   */
  readonly maxAttachments?: number;
  /**
   * Attempts with sockets and tickets that a client may make per minute, at
   * least 1.
   * @default {120}
   */
  readonly handshakesPerMinute?: number;
  /**
   * Most bytes in the body of a request, at least 1.
   * @default {16384}
   */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds without a frame after which a viewer is disconnected, at least
   * 1. The page sends a frame every 3 s; browsers delay that to once a minute in
   * background tabs.
   * @default {150000}
   */
  readonly silenceMs?: number;
  /**
   * Whether a viewer that comes late, or that misses output, gets a snapshot of
   * the terminal. Without it, it gets a gap.
   * @default {true}
   */
  readonly snapshots?: boolean;
  /**
   * Lines above the screen that a snapshot has: a whole number up to 100000.
   * @default {1000}
   */
  readonly snapshotLines?: number;
  /**
   * Opens the stream to which a session is recorded as asciicast v3, such as the
   * `writable` of a new file; it returns `undefined` for a session that must not
   * be recorded. It is called before the program starts: if it throws, the
   * session is not started. The stream is closed when the session has ended, and
   * aborted if it cannot be started.
   * @default {no session is recorded}
   */
  readonly record?: OpenRecording;
}

/**
 * Options of {@linkcode serveTerminalWorker}: those of {@linkcode serveTerminal}
 * that are about sessions and sockets, for each worker. The main thread has
 * those about access.
 */
export type TerminalWorkerOptions =
  & PtyLimits
  & Pick<
    ServeTerminalOptions,
    | "maxEndedSessions"
    | "maxEndedBytes"
    | "commands"
    | "directories"
    | "passEnv"
    | "env"
    | "maxSessions"
    | "maxAttachments"
    | "silenceMs"
    | "snapshots"
    | "snapshotLines"
    | "record"
  >;

/** Milliseconds that ended sessions stay, unless an option says otherwise. */
const KEEP_ENDED_MS = 600_000;

/** Defaults of the numbers in {@linkcode ServeTerminalOptions}. */
const DEFAULTS = {
  authorizeMs: 10_000,
  snapshotLines: 1000,
  ticketMs: 60_000,
  loginMs: 43_200_000,
  loginIdleMs: 3_600_000,
  maxLogins: 1000,
  maxSessions: 100,
  maxEndedSessions: 100,
  maxEndedBytes: 16_777_216,
  maxAttachments: 1000,
  handshakesPerMinute: 120,
  maxBodyBytes: 16_384,
  silenceMs: 150_000,
};
const RANGES = {
  authorizeMs: { min: 1 },
  ticketMs: { min: 1 },
  loginMs: { min: 1 },
  loginIdleMs: { min: 1 },
  maxLogins: countFrom(1),
  maxSessions: countFrom(1),
  maxEndedSessions: countFrom(0),
  maxEndedBytes: countFrom(0),
  maxAttachments: countFrom(1),
  handshakesPerMinute: countFrom(1),
  maxBodyBytes: countFrom(1),
  silenceMs: { min: 1 },
  snapshotLines: { min: 0, max: 100_000, integer: true },
};

/** {@linkcode ServeTerminalOptions} with defaults filled in. */
export type ResolvedServeTerminalOptions =
  & typeof DEFAULTS
  & { readonly limits: ResolvedPtyLimits }
  & { readonly prefix: string; readonly behindTls: boolean }
  & { readonly snapshots: boolean }
  & { readonly authorize: Authorize | undefined }
  & { readonly clientOf: ((request: Request) => string) | undefined }
  & { readonly record: OpenRecording | undefined }
  & { readonly origin: OriginRules; readonly rules: CommandRules };

/**
 * Checks the options, and fills in the defaults.
 *
 * @throws {RangeError} if a number is out of its range.
 * @throws {TypeError} if another option is invalid.
 */
export function resolveServeTerminalOptions(
  options: ServeTerminalOptions,
): ResolvedServeTerminalOptions {
  checkServeOptions(options);
  const { authorize, behindTls = false, clientOf, record } = options;
  const { snapshots = true } = options;
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    limits: resolvePtyLimits({
      ...options,
      keepEndedMs: options.keepEndedMs ?? KEEP_ENDED_MS,
    }),
    authorize,
    behindTls,
    clientOf,
    snapshots,
    record,
    prefix: resolvePrefix(options.prefix, "/terminal/"),
    origin: {
      hosts: resolveHosts(options.hosts),
      origins: resolveOrigins(options.origins),
    },
    rules: resolveRules(options),
  };
}

/**
 * Checks the options of a worker, and fills in the defaults.
 *
 * @throws {RangeError} if a number is out of its range.
 * @throws {TypeError} if another option is invalid, or not of a worker.
 */
export function resolveTerminalWorkerOptions(
  options: TerminalWorkerOptions,
): ResolvedServeTerminalOptions {
  checkWorkerOptions(options);
  return resolveServeTerminalOptions(options);
}

function resolveRules(options: ServeTerminalOptions): CommandRules {
  const commands = options.commands ?? [{
    name: "shell",
    command: Deno.env.get("SHELL") ?? "/bin/sh",
  }];
  const names = new Set(commands.map(({ name }) => name));
  if (commands.length === 0 || names.size < commands.length) {
    throw new TypeError(
      "Cannot use commands: it is empty or has two commands of the same name, it must have at least one and each name once",
    );
  }
  return {
    commands,
    directories: options.directories ?? [Deno.env.get("HOME") ?? "/"],
    passEnv: options.passEnv ?? DEFAULT_PASS_ENV,
    env: { COLORTERM: "truecolor", ...options.env },
  };
}
