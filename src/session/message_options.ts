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
  type OptionNames,
} from "../checks/internal.ts";
import type { ReceiveOptions, SendOptions } from "./logical_connection.ts";

const SEND_OPTIONS: OptionNames<SendOptions> = { signal: true };
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
    const refusal = Promise.reject(error);
    // As with every send: whoever does not await it is not ended by it.
    refusal.catch(() => {});
    return refusal;
  }
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
