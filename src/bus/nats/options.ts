/**
 * The options of a bus on NATS, checked.
 *
 * @module
 */
import {
  checkArray,
  checkBoolean,
  checkFunction,
  checkObject,
  checkOptionNames,
  checkString,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import { checkSubject } from "../subject_rules.ts";
import type { NatsAuthenticator, NatsTls } from "./credentials.ts";

/** Options of {@linkcode natsBus}. */
export interface NatsBusOptions {
  /** The addresses of the servers, such as `nats://127.0.0.1:4222`. */
  readonly servers: string | readonly string[];
  /**
   * What the servers call this client.
   * @default {none}
   */
  readonly name?: string;
  /** The name of a user, with `pass`. */
  readonly user?: string;
  /** The password of `user`. */
  readonly pass?: string;
  /** The token of servers that want one. */
  readonly token?: string;
  /** Signs what the servers want signed, or finds what they want else. */
  readonly authenticator?: NatsAuthenticator;
  /** What TLS needs; without it, TLS is used if the servers ask for it. */
  readonly tls?: NatsTls;
  /**
   * What the subjects begin with on which replies come, for accounts with
   * permissions of their own.
   * @default {"_INBOX"}
   */
  readonly inboxPrefix?: string;
  /**
   * Says that the servers run with `sync_interval: always`, which no client can
   * find out: streams may be `synced` then.
   * @default {false}
   */
  readonly syncAlways?: boolean;
  /**
   * Milliseconds for the first connection, at least 1. Later ones are tried
   * again for ever, with growing, jittered delays.
   * @default {10_000}
   */
  readonly connectMs?: number;
  /**
   * The longest delay between two attempts to connect again, in milliseconds,
   * at least 1.
   * @default {5000}
   */
  readonly maxReconnectDelayMs?: number;
  /**
   * Milliseconds between two pings; a server that misses two is left for
   * another; at least 1.
   * @default {20_000}
   */
  readonly pingMs?: number;
  /**
   * Milliseconds for which a server may take to do what a stream asks of it,
   * such as to keep a message; at least 1.
   * @default {5000}
   */
  readonly askMs?: number;
  /**
   * Bytes of messages that no server has confirmed yet, at least 1: those on
   * their way, and those that wait for a connection.
   * @default {67_108_864}
   */
  readonly maxOutboxBytes?: number;
  /**
   * Milliseconds for which who is there is still there after a last sign of
   * life, at least 100; the same for all who share a server.
   * @default {30_000}
   */
  readonly presenceMs?: number;
  /**
   * Milliseconds for which a bus that closes waits for what has arrived to be
   * read or handled, 0 or more.
   * @default {5000}
   */
  readonly drainMs?: number;
}

const NAMES: OptionNames<NatsBusOptions> = {
  servers: true,
  name: true,
  user: true,
  pass: true,
  token: true,
  authenticator: true,
  tls: true,
  inboxPrefix: true,
  syncAlways: true,
  connectMs: true,
  maxReconnectDelayMs: true,
  pingMs: true,
  askMs: true,
  maxOutboxBytes: true,
  presenceMs: true,
  drainMs: true,
};

const DEFAULTS = {
  connectMs: 10_000,
  maxReconnectDelayMs: 5000,
  pingMs: 20_000,
  askMs: 5000,
  maxOutboxBytes: 67_108_864,
  presenceMs: 30_000,
  drainMs: 5000,
};

const TIME: NumberRange = { min: 1, max: 2_147_483_647 };

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  connectMs: TIME,
  maxReconnectDelayMs: TIME,
  pingMs: TIME,
  askMs: TIME,
  maxOutboxBytes: { min: 1, integer: true },
  presenceMs: { min: 100, max: 2_147_483_647 },
  drainMs: { min: 0, max: 2_147_483_647 },
};

/** {@linkcode NatsBusOptions} with the defaults filled in. */
export interface ResolvedNatsOptions
  extends
    Omit<NatsBusOptions, "servers" | keyof typeof DEFAULTS>,
    Readonly<typeof DEFAULTS> {
  readonly servers: string[];
  readonly inboxPrefix: string;
  readonly syncAlways: boolean;
}

/**
 * Fills in the defaults and checks the options.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveNatsOptions(
  options: NatsBusOptions,
): ResolvedNatsOptions {
  checkOptionNames("natsBus()", options, NAMES);
  const { inboxPrefix = "_INBOX", syncAlways = false, tls } = options;
  checkSubject("inboxPrefix", inboxPrefix);
  checkBoolean("syncAlways", syncAlways);
  if (tls !== undefined) checkObject("tls", tls, "an object, such as { ca }");
  if (options.authenticator !== undefined) {
    checkFunction("authenticator", options.authenticator);
  }
  if (options.name !== undefined) checkString("name", options.name);
  if (options.user !== undefined) checkString("user", options.user);
  for (const secret of ["pass", "token"] as const) {
    // The error of a string would show the value.
    if (options[secret] === undefined) continue;
    if (typeof options[secret] === "string") continue;
    throw new TypeError(`Cannot use ${secret}: it must be a string`);
  }
  return {
    ...options,
    ...resolveNumbers(options, DEFAULTS, RANGES),
    servers: serversOf(options.servers),
    inboxPrefix,
    syncAlways,
  };
}

function serversOf(servers: unknown): string[] {
  const all: unknown = typeof servers === "string" ? [servers] : servers;
  checkArray("servers", all, "an address, or an array of addresses");
  if (all.length === 0) {
    throw new TypeError(
      "Cannot use servers: it is an empty array, it must have an address, such as nats://127.0.0.1:4222",
    );
  }
  return all.map((server) => {
    checkString("servers", server);
    if (server.trim() !== "") return server;
    throw new TypeError(
      'Cannot use servers: it is "", it must be an address, such as nats://127.0.0.1:4222',
    );
  });
}
