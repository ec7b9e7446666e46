/**
 * The options of a subscription, checked.
 *
 * @module
 */
import {
  checkBoolean,
  checkFunction,
  checkObject,
  checkOneOf,
  checkOptionNames,
  checkSignal,
  type NumberRange,
  type OptionNames,
  resolveNumbers,
} from "../../checks/internal.ts";
import { checkSubject } from "../subject_rules.ts";
import type {
  SubscribeOptions,
  SubscriptionOverflow,
} from "../subscription.ts";
import type { QueueOptions } from "./queue.ts";

/** {@linkcode SubscribeOptions} with the defaults filled in. */
export interface ResolvedSubscribeOptions<T, R> extends QueueOptions {
  readonly queue: string | undefined;
  readonly retained: boolean;
  readonly handler: SubscribeOptions<T, R>["handler"];
  readonly onError: ((error: unknown) => void) | undefined;
  readonly signals: readonly AbortSignal[];
  /**
   * Returns how many messages have left the queue for another process, whose
   * reader has not had them.
   */
  readonly elsewhere?: () => number;
  /**
   * Takes a message of bytes as the handler does, and keeps no view of them.
   * Where it is given, neither it nor the handler is code of a user, and both are
   * called at once while nothing waits: a message has no turn of its own.
   */
  readonly pass?: (
    subject: string,
    bytes: Uint8Array,
  ) => Promise<void> | undefined;
}

const NAMES: OptionNames<SubscribeOptions<unknown, unknown>> = {
  queue: true,
  maxMessages: true,
  maxBytes: true,
  overflow: true,
  retained: true,
  handler: true,
  onError: true,
  signal: true,
  holder: true,
};

const DEFAULTS = { maxMessages: 10_000, maxBytes: 16_777_216 };

const RANGES: Record<keyof typeof DEFAULTS, NumberRange> = {
  maxMessages: { min: 1, integer: true },
  maxBytes: { min: 1, integer: true },
};

const OVERFLOWS: readonly SubscriptionOverflow[] = [
  "drop_oldest",
  "drop_newest",
  "latest",
  "wait",
  "disconnect",
];

/**
 * Fills in the defaults and checks the options of a subscription.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a bound is out of its range.
 */
export function resolveSubscribeOptions<T, R>(
  options: SubscribeOptions<T, R> = {},
): ResolvedSubscribeOptions<T, R> {
  checkOptionNames<SubscribeOptions<T, R>>("subscribe()", options, NAMES);
  const { queue, overflow = "drop_oldest", handler, onError } = options;
  const retained = options.retained ?? queue === undefined;
  if (queue !== undefined) checkSubject("queue", queue);
  checkOneOf("overflow", overflow, OVERFLOWS);
  checkBoolean("retained", retained);
  if (handler !== undefined) checkFunction("handler", handler);
  if (onError !== undefined) checkFunction("onError", onError);
  return {
    ...resolveNumbers(options, DEFAULTS, RANGES),
    queue,
    overflow,
    retained: retained && queue === undefined,
    handler,
    onError,
    signals: signalsOf(options),
  };
}

/**
 * Returns the signals that end what the options are of.
 *
 * @throws {TypeError} if `signal` or `holder` has the wrong type.
 */
export function signalsOf(
  { signal, holder }: Pick<
    SubscribeOptions<unknown, unknown>,
    "signal" | "holder"
  >,
): readonly AbortSignal[] {
  const signals: AbortSignal[] = [];
  if (signal !== undefined) {
    checkSignal("signal", signal);
    signals.push(signal);
  }
  if (holder !== undefined) {
    checkObject("holder", holder, "an object with a signal");
    checkSignal("holder.signal", holder.signal);
    signals.push(holder.signal);
  }
  return signals;
}
