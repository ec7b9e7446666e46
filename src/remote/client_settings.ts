/**
 * Options of a connection to an actor, and of the calls on its stub.
 *
 * @module
 */
import {
  type BackoffOptions,
  type Clock,
  type LeaseHolder,
  realClock,
} from "../actor/mod.ts";
import {
  checkClock,
  resolveBackoff,
  type ResolvedBackoff,
} from "../actor/internal.ts";
import {
  checkOptionNames,
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import type { ConnectOptions, PriorityClass } from "../session/mod.ts";
import { checkConnectOptions } from "../session/internal.ts";
import type { OutboxLimits } from "./outbox.ts";

/** Options of {@linkcode connectActor}. */
export interface ConnectActorOptions {
  /**
   * Milliseconds that a request waits for its reply, and the connection for
   * what the other side serves, 0 or more; `Infinity` waits forever.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /**
   * Requests and streams that may be under way at once, from 1. Further
   * requests reject with `MailboxFullError`.
   * @default {1000}
   */
  readonly maxPending?: number;
  /**
   * Messages that may wait to be sent, from 1. When there are so many, commands
   * return false, and requests reject with `MailboxFullError`.
   * @default {10000}
   */
  readonly maxQueued?: number;
  /**
   * Bytes of them, from 1, at which it is the same.
   * @default {4194304}
   */
  readonly maxQueuedBytes?: number;
  /**
   * Bytes of a message, in either direction, from 1 to 2,147,483,647.
   * @default {1048576}
   */
  readonly maxMessageBytes?: number;
  /**
   * Connects again when the connection is lost, after the delays of a back-off.
   * Left out, the stub has ended when its connection has.
   */
  readonly reconnect?: BackoffOptions;
  /**
   * Whether the connection sends before others of the same socket or after
   * them.
   * @default {"normal"}
   */
  readonly priority?: PriorityClass;
  /** Gives up the attempt, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Holder of the connection: when its signal aborts, the connection closes. */
  readonly holder?: LeaseHolder;
  /**
   * The source of time for deadlines and back-off.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** {@linkcode ConnectActorOptions} with the defaults filled in. */
export interface ClientSettings extends OutboxLimits {
  readonly timeoutMs: number;
  readonly maxPending: number;
  readonly maxMessageBytes: number;
  readonly reconnect: ResolvedBackoff | undefined;
  readonly clock: Clock;
  readonly connect: ConnectOptions;
}

const NAMES: OptionNames<ConnectActorOptions> = {
  timeoutMs: true,
  maxPending: true,
  maxQueued: true,
  maxQueuedBytes: true,
  maxMessageBytes: true,
  reconnect: true,
  priority: true,
  signal: true,
  holder: true,
  clock: true,
};

const DEFAULTS = {
  timeoutMs: 5000,
  maxPending: 1000,
  maxQueued: 10_000,
  maxQueuedBytes: 4_194_304,
  maxMessageBytes: 1_048_576,
};

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  timeoutMs: { min: 0 },
  maxPending: countFrom(1),
  maxQueued: countFrom(1),
  maxQueuedBytes: countFrom(1),
  maxMessageBytes: { min: 1, max: 2 ** 31 - 1, integer: true },
};

/**
 * Checks the options of a connection to an actor, and fills in the defaults.
 *
 * @throws {TypeError} if an option has the wrong type or is not known.
 * @throws {RangeError} if an option is out of its range.
 */
export function resolveClientOptions(
  options: ConnectActorOptions,
): ClientSettings {
  checkOptionNames("connectActor()", options, NAMES);
  const { reconnect, priority, signal, holder, clock = realClock } = options;
  const connect = {
    ...(priority === undefined ? {} : { priority }),
    ...(signal === undefined ? {} : { signal }),
    ...(holder === undefined ? {} : { holder }),
  };
  checkConnectOptions(connect);
  checkClock("clock", clock);
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    reconnect: reconnect === undefined ? undefined : resolveBackoff(reconnect),
    clock,
    connect,
  };
}
