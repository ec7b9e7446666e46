/**
 * Whoever waits for the next message of a subscription.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import {
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../../checks/internal.ts";
import { SlowSubscriberError } from "../errors.ts";

/** A read that is pending. */
export interface Reader<M> {
  /** Takes the next message, or `undefined` at the end. */
  readonly resolve: (message: M | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Options of a read. */
export interface ReadOptions {
  /** Stops waiting. */
  readonly signal?: AbortSignal;
}

const NAMES: OptionNames<ReadOptions> = { signal: true };

/**
 * Returns the signal of a read.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 */
export function readSignal(
  options: ReadOptions | undefined,
): AbortSignal | undefined {
  if (options === undefined) return undefined;
  checkOptionNames("receive()", options, NAMES);
  if (options.signal !== undefined) checkSignal("signal", options.signal);
  return options.signal;
}

/** The error of a second read while one is pending. */
export function readIsPending(): TroupeError {
  return new TroupeError(
    "Cannot receive: another read of this subscription is pending",
  );
}

/** The error of a read where a handler has the messages. */
export function hasHandler(): TroupeError {
  return new TroupeError(
    "Cannot receive: the subscription has a handler, which gets the messages",
  );
}

/** The error of a subscription with the policy `disconnect` that was full. */
export function tooSlow(pattern: string): SlowSubscriberError {
  return new SlowSubscriberError(
    `Cannot deliver on ${pattern}: the subscription is full, read it faster or give it another overflow policy`,
  );
}

/** Returns a reader that gives up when the signal aborts. */
export function abortableReader<M>(
  reader: Reader<M>,
  signal: AbortSignal,
  onAborted: () => void,
): Reader<M> {
  const aborted = (): void => {
    onAborted();
    reader.reject(signal.reason);
  };
  signal.addEventListener("abort", aborted, { once: true });
  const ended = (): void => signal.removeEventListener("abort", aborted);
  return {
    resolve: (message) => (ended(), reader.resolve(message)),
    reject: (error) => (ended(), reader.reject(error)),
  };
}

/** Returns a loop that reads one message after the other until the end. */
export function readerLoop<M extends object>(
  read: (reader: Reader<M>) => void,
  leave: () => Promise<void>,
): AsyncIterator<M, void, void> {
  return {
    next: () =>
      new Promise((resolve, reject) =>
        read({
          resolve: (value) =>
            resolve(
              value === undefined
                ? { done: true, value: undefined }
                : { done: false, value },
            ),
          reject,
        })
      ),
    return: async () => {
      await leave();
      return { done: true, value: undefined };
    },
  };
}
