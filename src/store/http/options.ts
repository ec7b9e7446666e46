/**
 * Options of the HTTP interface of a store, with units in their names.
 *
 * @module
 */
import {
  checkFunction,
  checkOptionNames,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import {
  type OriginRules,
  resolveHosts,
  resolveOrigins,
  resolvePrefix,
} from "../../web/internal.ts";

/** Options of the HTTP interface of a store. */
export interface StoreHttpOptions {
  /**
   * Path below which the store is mounted; its routes begin with `api/` below
   * it.
   * @default {"/"}
   */
  readonly prefix?: string;
  /**
   * Names and addresses by which the store may be reached, as the header `Host`
   * has them: with a port, or without for any port, such as `example.com` or
   * `[::1]:8080`.
   * @default {localhost, 127.0.0.1 and [::1]}
   */
  readonly hosts?: readonly string[];
  /**
   * Origins whose pages may use the store besides that of the store itself,
   * such as `https://example.com`: CORS is closed to all others.
   * @default {[]}
   */
  readonly origins?: readonly string[];
  /**
   * Returns the client of a request, for the limits of each client. Behind a
   * proxy, return the header in which the proxy passes it.
   * @default {the remote address}
   */
  readonly clientOf?: (request: Request) => string;
  /**
   * Most bytes of a body without its files, a whole number from 1.
   * @default {1048576}
   */
  readonly maxBodyBytes?: number;
  /**
   * Most bytes that the bodies of all requests together may hold, a whole
   * number from 1; a request beyond it gets a 503.
   * @default {67108864}
   */
  readonly maxAllBodiesBytes?: number;
  /**
   * Milliseconds within which a body must be here, above 0. A form has a second
   * more for each 64 KiB that have come.
   * @default {30000}
   */
  readonly bodyMs?: number;
  /**
   * How deep arrays and objects of a body may be nested, from 1 to 1,000.
   * @default {32}
   */
  readonly maxJsonDepth?: number;
  /**
   * Most parts of a form, fields and files, a whole number from 1.
   * @default {1000}
   */
  readonly maxParts?: number;
  /**
   * Most requests that are handled at once, a whole number from 1; a further
   * one gets a 503. Subscribers are not counted.
   * @default {1000}
   */
  readonly maxRequests?: number;
  /**
   * Most writes of one batch, a whole number from 0; 0 for no batches.
   * @default {50}
   */
  readonly maxBatch?: number;
  /**
   * Most clients of the event stream at once, a whole number from 0.
   * @default {10000}
   */
  readonly maxSubscribers?: number;
  /**
   * Most topics of one client of the event stream, a whole number from 1 to
   * 1,000.
   * @default {100}
   */
  readonly maxTopics?: number;
  /**
   * Bytes of events that wait for a client which reads slowly, a whole number
   * from 1. What comes beyond it is read from the change log when there is room.
   * @default {262144}
   */
  readonly maxQueuedBytes?: number;
  /**
   * Milliseconds for which a client may read nothing while events wait for it,
   * above 0. Then it is cut, and can come back for what it has not got.
   * @default {30000}
   */
  readonly slowMs?: number;
  /**
   * Milliseconds between the events that keep an idle event stream open, above
   * 0.
   * @default {15000}
   */
  readonly heartbeatMs?: number;
}

/** Numbers of {@linkcode StoreHttpOptions}. */
export type StoreHttpNumbers = Record<keyof typeof DEFAULTS, number>;

/** Options of the HTTP interface, complete and checked. */
export interface ResolvedStoreHttpOptions extends StoreHttpNumbers {
  /** The path of the routes, such as `/api/`. */
  readonly path: string;
  /** Where requests may come from. */
  readonly rules: OriginRules & { readonly origins: ReadonlySet<string> };
  /** Returns the client of a request; by default its address is. */
  readonly clientOf: ((request: Request) => string) | undefined;
}

const DEFAULTS = {
  maxBodyBytes: 1_048_576,
  maxAllBodiesBytes: 67_108_864,
  bodyMs: 30_000,
  maxJsonDepth: 32,
  maxParts: 1000,
  maxRequests: 1000,
  maxBatch: 50,
  maxSubscribers: 10_000,
  maxTopics: 100,
  maxQueuedBytes: 262_144,
  slowMs: 30_000,
  heartbeatMs: 15_000,
};

const RANGES = {
  maxBodyBytes: { min: 1, max: 2_147_483_647, integer: true },
  maxAllBodiesBytes: { min: 1, integer: true },
  bodyMs: { above: 0 },
  maxJsonDepth: { min: 1, max: 1000, integer: true },
  maxParts: { min: 1, integer: true },
  maxRequests: { min: 1, integer: true },
  maxBatch: { min: 0, integer: true },
  maxSubscribers: { min: 0, integer: true },
  maxTopics: { min: 1, max: 1000, integer: true },
  maxQueuedBytes: { min: 1, integer: true },
  slowMs: { above: 0 },
  heartbeatMs: { above: 0 },
};

const NAMES: OptionNames<StoreHttpOptions> = {
  prefix: true,
  hosts: true,
  origins: true,
  clientOf: true,
  maxBodyBytes: true,
  maxAllBodiesBytes: true,
  bodyMs: true,
  maxJsonDepth: true,
  maxParts: true,
  maxRequests: true,
  maxBatch: true,
  maxSubscribers: true,
  maxTopics: true,
  maxQueuedBytes: true,
  slowMs: true,
  heartbeatMs: true,
};

/**
 * Returns the options with their defaults.
 *
 * @throws {TypeError} if an option is not known, or has the wrong type.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveStoreHttpOptions(
  options: StoreHttpOptions = {},
): ResolvedStoreHttpOptions {
  checkOptionNames("http", options, NAMES);
  const { prefix, hosts, origins, clientOf } = options;
  if (clientOf !== undefined) checkFunction("clientOf", clientOf);
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    path: `${resolvePrefix(prefix, "/data/")}api/`,
    rules: { hosts: resolveHosts(hosts), origins: resolveOrigins(origins) },
    clientOf,
  };
}
