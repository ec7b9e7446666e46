/**
 * The options and arguments of the calls of a bus, checked; for all engines.
 *
 * @module
 */
import {
  checkBoolean,
  checkOptionNames,
  checkSignal,
  checkString,
  countFrom,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { signalsOf } from "./delivery/subscribe_options.ts";
import type {
  BusRequestOptions,
  PublishOptions,
  RequestManyOptions,
} from "./message_bus.ts";
import type { TrackOptions } from "./presence.ts";

/** Bytes of the longest topic and key of presence, in UTF-8. */
const MAX_TOPIC_BYTES = 255;

const PUBLISH: OptionNames<PublishOptions> = { retain: true, signal: true };
const REQUEST: OptionNames<BusRequestOptions> = {
  timeoutMs: true,
  signal: true,
};
const REQUEST_MANY: OptionNames<RequestManyOptions> = {
  ...REQUEST,
  maxReplies: true,
};
const TRACK: OptionNames<TrackOptions> = { holder: true, signal: true };

const REQUEST_DEFAULTS = { timeoutMs: 5000 };
const TIMEOUT: NumberRange = { min: 1, max: 2 ** 31 - 1 };

/** {@linkcode RequestManyOptions} with the defaults filled in. */
export interface ResolvedRequest {
  readonly timeoutMs: number;
  readonly maxReplies: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Checks the options of a publish.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 */
export function checkPublishOptions(options: PublishOptions): void {
  checkOptionNames("publish()", options, PUBLISH);
  const { retain, signal } = options;
  if (retain !== undefined) checkBoolean("retain", retain);
  if (signal !== undefined) checkSignal("signal", signal);
}

/**
 * Fills in the defaults and checks the options of a request.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if `timeoutMs` is out of its range.
 */
export function resolveRequestOptions(
  options: BusRequestOptions = {},
): ResolvedRequest {
  checkOptionNames("request()", options, REQUEST);
  const { signal } = options;
  if (signal !== undefined) checkSignal("signal", signal);
  const { timeoutMs } = resolveNumbers(options, REQUEST_DEFAULTS, {
    timeoutMs: TIMEOUT,
  });
  return { timeoutMs, maxReplies: 1, signal };
}

/**
 * Fills in the defaults and checks the options of a request for many replies.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function resolveRequestMany(
  options: RequestManyOptions = {},
): ResolvedRequest {
  checkOptionNames<RequestManyOptions>(
    "requestMany()",
    options,
    REQUEST_MANY,
  );
  const { signal } = options;
  if (signal !== undefined) checkSignal("signal", signal);
  const numbers = resolveNumbers(
    options,
    { ...REQUEST_DEFAULTS, maxReplies: Infinity },
    { timeoutMs: TIMEOUT, maxReplies: countFrom(1) },
  );
  return { ...numbers, signal };
}

/**
 * Checks the options of `track`, `presence` or `interest`, and returns the
 * signals that end what they make.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 */
export function resolveTrackOptions(
  of: string,
  options: TrackOptions = {},
): readonly AbortSignal[] {
  checkOptionNames<TrackOptions>(of, options, TRACK);
  return signalsOf(options);
}

/**
 * Checks the topic or the key of presence.
 *
 * @throws {TypeError} if it is not text, or empty.
 * @throws {RangeError} if it is too long.
 */
export function checkTopic(name: string, value: unknown): void {
  checkString(name, value);
  if (value === "") {
    throw new TypeError(
      `Cannot use ${name}: it is empty, it must have 1 to ${MAX_TOPIC_BYTES} bytes`,
    );
  }
  if (value.length * 3 <= MAX_TOPIC_BYTES) return;
  const { length } = new TextEncoder().encode(value);
  if (length > MAX_TOPIC_BYTES) {
    throw new RangeError(
      `Cannot use ${name}: it has ${length} bytes, it must have 1 to ${MAX_TOPIC_BYTES}`,
    );
  }
}
