/**
 * Options of the terminal server, with units in their names.
 *
 * @module
 */
import type { PtyLimits } from "../pty/mod.ts";
import {
  type AllowedCommand,
  type CommandRules,
  DEFAULT_PASS_ENV,
} from "./access/command_policy.ts";
import {
  type OriginRules,
  resolveHosts,
  resolveOrigins,
  resolvePrefix,
} from "../web/internal.ts";
import type { OpenRecording } from "./recording/recordings.ts";

/** Options of `terminal`, and limits of its sessions. */
export interface ServeTerminalOptions extends PtyLimits {
  /**
   * The path under which it is mounted.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * What may be started; the first one if a request names none.
   * @default {the shell of the user, as "shell"}
   */
  readonly commands?: readonly AllowedCommand[];
  /**
   * Where sessions may start: in one of these directories, or below. They
   * start in the first one.
   * @default {the home directory}
   */
  readonly directories?: readonly string[];
  /**
   * Names of variables of this process that sessions get; no other is handed
   * on.
   * @default {HOME, LANG, LC_ALL, LC_CTYPE, LOGNAME, PATH, SHELL, TMPDIR, TZ and USER}
   */
  readonly passEnv?: readonly string[];
  /** Further variables for every session; `LANG` is `C.UTF-8` at first. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Names and addresses of this server in `Host`, with a port or for any:
   * `example.com`, `[::1]:8080`. Add that which it listens on, if it is no
   * loopback address.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * Origins of pages of others that may use it, such as
   * `https://example.com`. Its own page may always.
   * @default {[]}
   */
  readonly origins?: readonly string[];
  /**
   * Whether browsers come over TLS although requests do not, for a proxy
   * encrypts.
   * @default {false}
   */
  readonly behindTls?: boolean;
  /**
   * Who sends a request, for limits on each: behind a proxy, give the header
   * in which that says so.
   * @default {the remote address}
   */
  readonly clientOf?: (request: Request) => string;
  /**
   * Milliseconds for which a ticket is good.
   * @default {60000}
   */
  readonly ticketMs?: number;
  /**
   * Milliseconds from the first ticket of a browser until it needs another.
   * @default {43200000}
   */
  readonly loginMs?: number;
  /**
   * Milliseconds without a request or a viewer until it needs another.
   * @default {3600000}
   */
  readonly loginIdleMs?: number;
  /**
   * Browsers that may be let in at once; the one unused for longest makes
   * room.
   * @default {1000}
   */
  readonly maxLogins?: number;
  /**
   * Sessions that there may be at once.
   * @default {100}
   */
  readonly maxSessions?: number;
  /**
   * WebSockets that may be open at once.
   * @default {1000}
   */
  readonly maxAttachments?: number;
  /**
   * Sockets and tickets that one client may try in a minute.
   * @default {120}
   */
  readonly handshakesPerMinute?: number;
  /**
   * Bytes in the body of a request.
   * @default {16384}
   */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds without a frame after which a viewer is let go. Pages send
   * one every 3 s; browsers let those in the background do so once a minute.
   * @default {150000}
   */
  readonly silenceMs?: number;
  /**
   * Opens that to which a session is recorded as asciicast v3, such as the
   * `writable` of a new file; `undefined` for one that is not. It is called
   * before the program is started: if it throws, no session is. The stream is
   * closed when the session has ended, and aborted when it cannot be started.
   * @default {nothing is recorded}
   */
  readonly record?: OpenRecording;
}

/** Numbers of {@linkcode ServeTerminalOptions}. */
const DEFAULTS = {
  ticketMs: 60_000,
  loginMs: 43_200_000,
  loginIdleMs: 3_600_000,
  maxLogins: 1000,
  maxSessions: 100,
  maxAttachments: 1000,
  handshakesPerMinute: 120,
  maxBodyBytes: 16_384,
  silenceMs: 150_000,
};

/** {@linkcode ServeTerminalOptions} with defaults filled in. */
export type ResolvedServeTerminalOptions =
  & typeof DEFAULTS
  & { readonly prefix: string; readonly behindTls: boolean }
  & { readonly clientOf: ((request: Request) => string) | undefined }
  & { readonly record: OpenRecording | undefined }
  & { readonly origin: OriginRules; readonly rules: CommandRules };

/**
 * Checks the options once and fills in the defaults.
 *
 * @throws {RangeError} when a number makes no sense.
 * @throws {TypeError} when something else does not.
 */
export function resolveServeTerminalOptions(
  options: ServeTerminalOptions,
): ResolvedServeTerminalOptions {
  const numbers = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!(value >= 1)) {
      throw new RangeError(
        `Cannot serve terminals: ${name} is ${value}, it must be at least 1`,
      );
    }
    numbers[name] = value;
  }
  const { behindTls = false, clientOf, record } = options;
  return {
    ...numbers,
    behindTls,
    clientOf,
    record,
    prefix: resolvePrefix(options.prefix),
    origin: {
      hosts: resolveHosts(options.hosts),
      origins: resolveOrigins(options.origins),
    },
    rules: resolveRules(options),
  };
}

function resolveRules(options: ServeTerminalOptions): CommandRules {
  const commands = options.commands ?? [{
    name: "shell",
    command: Deno.env.get("SHELL") ?? "/bin/sh",
  }];
  const names = new Set(commands.map(({ name }) => name));
  if (commands.length === 0 || names.size < commands.length) {
    throw new TypeError(
      "Cannot serve terminals: commands has none, or two of one name",
    );
  }
  return {
    commands,
    directories: options.directories ?? [Deno.env.get("HOME") ?? "/"],
    passEnv: options.passEnv ?? DEFAULT_PASS_ENV,
    env: { COLORTERM: "truecolor", ...options.env },
  };
}
