/**
 * The options of what a store costs those who use it.
 *
 * @module
 */
import {
  checkOptionNames,
  checkString,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { checkMeasureOptions } from "./argument_checks.ts";

/** Options of {@linkcode DatabaseProfiler.deliveries}. */
export interface DeliveryOptions {
  /** Cancels the measurement, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Subscribers to each change, 1 to 10000.
   * @default {10}
   */
  readonly subscribers?: number;
  /**
   * Changes, one after another, 1 to 10000.
   * @default {50}
   */
  readonly changes?: number;
  /**
   * Milliseconds until a change must have reached everyone, 1 or more.
   * @default {30000}
   */
  readonly timeoutMs?: number;
  /**
   * URL of the store over HTTP, such as `http://127.0.0.1:8080`: each subscriber
   * has an event stream of its own.
   * @default {subscriptions in this process}
   */
  readonly url?: string;
  /**
   * Token of whoever follows over HTTP.
   * @default {nobody in particular}
   */
  readonly token?: string;
}

/** Options of {@linkcode DatabaseProfiler.computed}. */
export interface ComputedOptions {
  /** Cancels the measurement, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Records that are read, 1 to 1000: fewer if there are fewer.
   * @default {1000}
   */
  readonly records?: number;
}

/** Options of {@linkcode DatabaseProfiler.calls}. */
export interface CallOptions {
  /** Cancels the measurement, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Calls, one after another, 1 to 10000.
   * @default {50}
   */
  readonly calls?: number;
}

const DELIVERY: OptionNames<DeliveryOptions> = {
  signal: true,
  subscribers: true,
  changes: true,
  timeoutMs: true,
  url: true,
  token: true,
};
const COMPUTED: OptionNames<ComputedOptions> = { signal: true, records: true };
const CALLS: OptionNames<CallOptions> = { signal: true, calls: true };
const MANY: NumberRange = { min: 1, max: 10_000, integer: true };

/** Options of deliveries, complete but for the URL. */
export interface DeliverySettings {
  readonly subscribers: number;
  readonly changes: number;
  readonly timeoutMs: number;
  readonly url: string | undefined;
  readonly token: string | undefined;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveDelivery(options: DeliveryOptions): DeliverySettings {
  checkOptionNames("deliveries()", options, DELIVERY);
  checkMeasureOptions("deliveries()", options, DELIVERY);
  const { signal: _, url, token, ...numbers } = options;
  if (url !== undefined) checkString("url", url);
  if (token !== undefined) checkString("token", token);
  return {
    ...resolveNumbers(numbers, {
      subscribers: 10,
      changes: 50,
      timeoutMs: 30_000,
    }, {
      subscribers: MANY,
      changes: MANY,
      timeoutMs: { min: 1, max: 2 ** 31 - 1 },
    }),
    url,
    token,
  };
}

/** Checks the options, and returns how many records are read. */
export function resolveComputed(options: ComputedOptions): number {
  checkMeasureOptions("computed()", options, COMPUTED);
  const { signal: _, ...numbers } = options;
  return resolveNumbers(numbers, { records: 1000 }, {
    records: { min: 1, max: 1000, integer: true },
  }).records;
}

/** Checks the options, and returns how many calls there are. */
export function resolveCalls(options: CallOptions): number {
  checkMeasureOptions("calls()", options, CALLS);
  const { signal: _, ...numbers } = options;
  return resolveNumbers(numbers, { calls: 50 }, { calls: MANY }).calls;
}
