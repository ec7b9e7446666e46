/**
 * Checks of the options of a single `send`, `receive` and `batches`, for programs without
 * types. They cost some 30 ns, and only those who give options.
 *
 * @module
 */
import {
  checkBoolean,
  checkBytes,
  checkFunction,
  checkInteger,
  checkOptionNames,
  checkSignal,
  kindOf,
  type OptionNames,
} from "../checks/internal.ts";
import type {
  ReceiveOptions,
  SendAllOptions,
  SendOptions,
} from "./logical_connection.ts";
import type { BatchOptions } from "./wire/message_batch.ts";

const SEND_OPTIONS: OptionNames<SendOptions> = {
  signal: true,
  transfer: true,
  onReturn: true,
};
const SEND_ALL_OPTIONS: OptionNames<SendAllOptions> = { signal: true };
const RECEIVE_OPTIONS: OptionNames<ReceiveOptions> = {
  signal: true,
  into: true,
};
const BATCH_OPTIONS: OptionNames<BatchOptions> = {
  maxBytes: true,
  signal: true,
};

/** Bytes of a batch, as many as one read of a busy socket brings. */
const BATCH_BYTES = 262_144;

/** Returns a rejection if what a `send` was given cannot be used. */
export function refuseSend(
  message: Uint8Array,
  options: SendOptions,
): Promise<never> | undefined {
  try {
    checkOptionNames("send()", options, SEND_OPTIONS);
    const { signal, transfer, onReturn } = options;
    if (signal !== undefined) checkSignal("signal", signal);
    if (transfer !== undefined) checkBoolean("transfer", transfer);
    if (transfer) checkBytes("message", message);
    if (onReturn === undefined) return undefined;
    checkFunction("onReturn", onReturn);
    if (transfer) return undefined;
    throw new TypeError(
      "Cannot use onReturn: the message is not transferred, give transfer: true",
    );
  } catch (error) {
    return refusal(error);
  }
}

/** Returns a rejection if what a `sendAll` was given cannot be used. */
export function refuseSendAll(
  messages: Iterable<Uint8Array>,
  options: SendAllOptions | undefined,
): Promise<never> | undefined {
  try {
    checkMessages(messages);
    if (options === undefined) return undefined;
    checkOptionNames("sendAll()", options, SEND_ALL_OPTIONS);
    const { signal } = options;
    if (signal !== undefined) checkSignal("signal", signal);
    return undefined;
  } catch (error) {
    return refusal(error);
  }
}

/** A message is an iterable as well, of numbers. */
function checkMessages(messages: unknown): void {
  const isObject = typeof messages === "object" && messages !== null &&
    !ArrayBuffer.isView(messages);
  if (
    isObject && typeof Reflect.get(messages, Symbol.iterator) === "function"
  ) {
    return;
  }
  const what = ArrayBuffer.isView(messages)
    ? "a single message"
    : kindOf(messages);
  throw new TypeError(
    `Cannot use messages: it is ${what}, it must be an array or another iterable of Uint8Arrays`,
  );
}

/** Returns a rejection: whoever does not await a send is not ended by it. */
export function refusal(error: unknown): Promise<never> {
  const refusal = Promise.reject(error);
  refusal.catch(() => {});
  return refusal;
}

/** Returns a rejection if options of a `receive` cannot be used. */
export function refuseReceive(
  options: ReceiveOptions,
): Promise<never> | undefined {
  try {
    checkOptionNames("receive()", options, RECEIVE_OPTIONS);
    const { signal, into } = options;
    if (signal !== undefined) checkSignal("signal", signal);
    if (into !== undefined) checkBytes("into", into);
    return undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * Checks the options of `batches`, and fills in the defaults.
 *
 * @throws {TypeError} for an option that is not known, or of the wrong type.
 * @throws {RangeError} for a size that is not a whole number from 1 on.
 */
export function resolveBatchOptions(options: BatchOptions = {}): {
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
} {
  checkOptionNames("batches()", options, BATCH_OPTIONS);
  const { maxBytes = BATCH_BYTES, signal } = options;
  checkInteger("maxBytes", maxBytes, { min: 1 });
  if (signal !== undefined) checkSignal("signal", signal);
  return { maxBytes, signal };
}
