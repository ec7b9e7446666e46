/**
 * Checks of the options of a single `send` and `receive`, for programs without
 * types. They cost some 30 ns, and only those who give options.
 *
 * @module
 */
import {
  checkBytes,
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

const SEND_OPTIONS: OptionNames<SendOptions> = { signal: true };
const SEND_ALL_OPTIONS: OptionNames<SendAllOptions> = { signal: true };
const RECEIVE_OPTIONS: OptionNames<ReceiveOptions> = {
  signal: true,
  into: true,
};

/** Returns a rejection if options of a `send` cannot be used. */
export function refuseSend(options: SendOptions): Promise<never> | undefined {
  try {
    checkOptionNames("send()", options, SEND_OPTIONS);
    const { signal } = options;
    if (signal !== undefined) checkSignal("signal", signal);
    return undefined;
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
function refusal(error: unknown): Promise<never> {
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
