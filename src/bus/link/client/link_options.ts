/**
 * The options of a bus over logical connections, checked.
 *
 * @module
 */
import {
  type BackoffOptions,
  type Clock,
  type LeaseHolder,
  realClock,
} from "../../../actor/mod.ts";
import {
  checkClock,
  resolveBackoff,
  type ResolvedBackoff,
} from "../../../actor/internal.ts";
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkMethods,
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../../../checks/internal.ts";
import { checkConnectSignals } from "../../../session/internal.ts";
import type { Connector } from "../../../session/mod.ts";

/** What was lost with a session, as `onLoss` of a bus gets it. */
export interface BusLoss {
  /** Why: usually a `SessionLostError`. */
  readonly cause: unknown;
  /** Whether the bus connects again. */
  readonly reconnects: boolean;
  /** Subscriptions that miss what is published until they are made again. */
  readonly subscriptions: number;
}

/** Options of {@linkcode connectBus}. */
export interface ConnectBusOptions {
  /**
   * Whether the bus connects again when its session is lost for good. What is
   * pending then rejects, and nothing is sent twice; subscriptions, presence
   * and consumers are made again. Without it the bus ends.
   * @default {true}
   */
  readonly reconnect?: boolean;
  /** The delays before each attempt to connect again. */
  readonly backoff?: BackoffOptions;
  /**
   * Called when a session was lost for good, so that subscriptions have missed
   * messages, and nobody knows how many: the next message of each has
   * `Infinity` as its `gap`.
   */
  readonly onLoss?: (loss: BusLoss) => void;
  /** Called when the bus has connected again. */
  readonly onReconnect?: () => void;
  /**
   * Bytes that may wait to be sent, at least 1; beyond them what is published
   * is refused with `BusLimitError`.
   * @default {16_777_216}
   */
  readonly maxOutboxBytes?: number;
  /**
   * Milliseconds that `close` waits until what has arrived was handled and what
   * was published was sent, 0 or more.
   * @default {5000}
   */
  readonly drainMs?: number;
  /** Gives the first attempt to connect up; afterwards it has no effect. */
  readonly signal?: AbortSignal;
  /** Closes the bus when it ends, such as an actor's context. */
  readonly holder?: LeaseHolder;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** {@linkcode ConnectBusOptions} with defaults filled in. */
export interface LinkSettings {
  readonly reconnect: boolean;
  readonly backoff: ResolvedBackoff;
  readonly onLoss: (loss: BusLoss) => void;
  readonly onReconnect: () => void;
  readonly maxOutboxBytes: number;
  readonly drainMs: number;
  readonly signal: AbortSignal | undefined;
  readonly holder: LeaseHolder | undefined;
  readonly clock: Clock;
}

const NAMES: OptionNames<ConnectBusOptions> = {
  reconnect: true,
  backoff: true,
  onLoss: true,
  onReconnect: true,
  maxOutboxBytes: true,
  drainMs: true,
  signal: true,
  holder: true,
  clock: true,
};

/**
 * Checks what is connected to, and the options, and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for a number that is out of its range.
 */
export function resolveLinkOptions(
  connector: Connector,
  options: ConnectBusOptions,
): LinkSettings {
  checkConnector(connector);
  checkOptionNames("connectBus()", options, NAMES);
  const {
    reconnect = true,
    onLoss = () => {},
    onReconnect = () => {},
    maxOutboxBytes = 16_777_216,
    drainMs = 5000,
    clock = realClock,
    signal,
    holder,
  } = options;
  checkBoolean("reconnect", reconnect);
  checkFunction("onLoss", onLoss);
  checkFunction("onReconnect", onReconnect);
  checkNumber("maxOutboxBytes", maxOutboxBytes, countFrom(1));
  checkDuration("drainMs", drainMs);
  checkClock("clock", clock);
  checkConnectSignals(options);
  return {
    reconnect,
    backoff: resolveBackoff(options.backoff),
    onLoss,
    onReconnect,
    maxOutboxBytes,
    drainMs,
    clock,
    signal,
    holder,
  };
}

function checkConnector(connector: unknown): void {
  checkMethods("connector", connector, ["connect"], "what pool.peer() returns");
}
