/**
 * The options of a bus that is served, checked.
 *
 * @module
 */
import {
  checkFunction,
  checkMethods,
  checkOptionNames,
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../../../checks/internal.ts";
import type { MessageBus } from "../../message_bus.ts";

/**
 * What a client wants to do.
 *
 * - `publish`: to publish, request, retain or clear on a subject, to look at the
 *   interest in it, to publish it for a stream, or to have dead letters there.
 * - `subscribe`: to subscribe to a pattern, and so to reply to its requests.
 * - `track`, `presence`: to be, or to look who is, in a topic.
 * - `consume`: to read messages of a stream whose subject matches a pattern.
 * - `stream`: to create a stream or have the one of that name, and to see what
 *   it holds. To create one it must be allowed to `subscribe` to each of its
 *   patterns as well.
 * - `manage`: to purge or delete a stream, or to delete a consumer of it.
 */
export type BusOperation =
  | "publish"
  | "subscribe"
  | "track"
  | "presence"
  | "consume"
  | "stream"
  | "manage";

/** What an application is asked before a client may do it. */
export interface BusPermission {
  /** Who the client is, as `authenticate` of the listener has returned it. */
  readonly identity: string | undefined;
  /** What it wants to do. */
  readonly operation: BusOperation;
  /**
   * The subject, the pattern as it stands, the topic, or the name of the
   * stream. Whoever judges a pattern judges all subjects that it matches.
   */
  readonly subject: string;
}

/** Options of {@linkcode serveBus}. */
export interface ServeBusOptions {
  /**
   * Returns whether a client may do something; a text says why not. It is
   * called once for each operation and subject of a client, until
   * `reauthorize` of the server is called. What it throws is reported, and
   * refuses.
   * @default {everything is allowed}
   */
  readonly authorize?: (
    permission: BusPermission,
  ) => boolean | string | PromiseLike<boolean | string>;
  /**
   * Subscriptions that differ, of one client; those that are the same count
   * once. At least 1.
   * @default {10_000}
   */
  readonly maxSubscriptions?: number;
  /**
   * Subjects on which one client may retain a value, 0 or more.
   * @default {10_000}
   */
  readonly maxRetained?: number;
  /**
   * Entries of presence of one client, and topics and subjects that it looks
   * at; 0 or more.
   * @default {1000}
   */
  readonly maxTracked?: number;
  /**
   * Requests of one client that may be pending, at least 1.
   * @default {10_000}
   */
  readonly maxRequests?: number;
  /**
   * Streams that one client has opened, and consumers that it reads by, 0 or
   * more.
   * @default {1000}
   */
  readonly maxStreams?: number;
  /**
   * Bytes of the largest message that a client may publish, 1 to 8,388,608.
   * @default {1_048_576}
   */
  readonly maxMessageBytes?: number;
  /**
   * Bytes of messages that may wait here for one subscription of a client that
   * reads too slowly, at least 1; its own policy says what is done with more.
   * One message of any size has room.
   * @default {4_194_304}
   */
  readonly maxQueuedBytes?: number;
  /**
   * Called with what goes wrong here and is not the fault of a client.
   * @default {it is printed}
   */
  readonly onError?: (error: unknown) => void;
}

/** The numbers among them. */
export interface ServerLimits {
  readonly maxSubscriptions: number;
  readonly maxRetained: number;
  readonly maxTracked: number;
  readonly maxRequests: number;
  readonly maxStreams: number;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
}

/** {@linkcode ServeBusOptions} with defaults filled in. */
export interface ServerSettings {
  readonly limits: ServerLimits;
  readonly authorize: ServeBusOptions["authorize"];
  readonly onError: (error: unknown) => void;
}

const NAMES: OptionNames<ServeBusOptions> = {
  authorize: true,
  maxSubscriptions: true,
  maxRetained: true,
  maxTracked: true,
  maxRequests: true,
  maxStreams: true,
  maxMessageBytes: true,
  maxQueuedBytes: true,
  onError: true,
};

const DEFAULTS: ServerLimits = {
  maxSubscriptions: 10_000,
  maxRetained: 10_000,
  maxTracked: 1000,
  maxRequests: 10_000,
  maxStreams: 1000,
  maxMessageBytes: 1_048_576,
  maxQueuedBytes: 4_194_304,
};

const RANGES: Record<keyof ServerLimits, NumberRange> = {
  maxSubscriptions: countFrom(1),
  maxRetained: countFrom(0),
  maxTracked: countFrom(0),
  maxRequests: countFrom(1),
  maxStreams: countFrom(0),
  maxMessageBytes: { min: 1, max: 8_388_608, integer: true },
  maxQueuedBytes: { min: 1, integer: true },
};

/**
 * Checks the bus and the options, and fills in the defaults.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for a number that is out of its range.
 */
export function resolveServerOptions(
  bus: MessageBus,
  options: ServeBusOptions,
): ServerSettings {
  checkMethods("bus", bus, ["publish", "subscribe", "stats"], "a bus");
  checkOptionNames("serveBus()", options, NAMES);
  const { authorize, onError = print } = options;
  if (authorize !== undefined) checkFunction("authorize", authorize);
  checkFunction("onError", onError);
  const limits = resolveNumbers(
    options,
    { ...DEFAULTS },
    RANGES,
  );
  return { limits, authorize, onError };
}

function print(error: unknown): void {
  console.error("A bus that is served has failed:", error);
}
