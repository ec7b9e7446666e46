/**
 * Subscriptions: what messages a part of a program wants, and what becomes of
 * those that it has no time for.
 *
 * @module
 */
import type { LeaseHolder } from "../actor/mod.ts";
import type { BusMessage } from "./message.ts";

/**
 * What a subscription that is full does with one more message.
 *
 * - `drop_oldest`: the message that has waited longest is dropped.
 * - `drop_newest`: the new message is dropped.
 * - `latest`: a message that waits is replaced by a newer one of its subject,
 *   full or not; of too many subjects, the oldest is dropped.
 * - `wait`: whoever publishes waits, and so do all who publish what this
 *   subscription wants.
 * - `disconnect`: the subscription ends with {@linkcode SlowSubscriberError}.
 *
 * Every message that is dropped is counted, and is part of the `gap` of the
 * next one.
 */
export type SubscriptionOverflow =
  | "drop_oldest"
  | "drop_newest"
  | "latest"
  | "wait"
  | "disconnect";

/** Options of {@linkcode MessageBus.subscribe}. */
export interface SubscribeOptions<T, R> {
  /**
   * The queue group: of all subscriptions of a group with matching patterns,
   * one gets each message, the one that has most room.
   * @default {none: it gets every message}
   */
  readonly queue?: string;
  /**
   * Messages that may wait to be read, at least 1.
   * @default {10_000}
   */
  readonly maxMessages?: number;
  /**
   * Bytes of messages that may wait to be read, at least 1; what was published
   * in the same process has none. One message of any size always has room.
   * @default {16_777_216}
   */
  readonly maxBytes?: number;
  /**
   * What is done with one more message.
   * @default {"drop_oldest"}
   */
  readonly overflow?: SubscriptionOverflow;
  /**
   * Whether the values that matching subjects have retained come first. A
   * member of a queue group gets none.
   * @default {true}
   */
  readonly retained?: boolean;
  /**
   * Called with each message, one after the other, instead of a loop over the
   * subscription; the next call waits for the promise of the last. What it
   * throws is reported to `onError`, and the next message is handled.
   */
  readonly handler?: (message: BusMessage<T, R>) => void | PromiseLike<void>;
  /**
   * Called with what `handler` throws, and with the error of a message that
   * cannot be decoded, which is dropped and counted.
   * @default {it is printed}
   */
  readonly onError?: (error: unknown) => void;
  /** Ends the subscription when it aborts. */
  readonly signal?: AbortSignal;
  /** Ends the subscription when it does, such as an actor's context. */
  readonly holder?: LeaseHolder;
}

/** What a subscription has done so far. */
export interface SubscriptionStats {
  /** Messages that were read, or handled. */
  readonly delivered: number;
  /** Messages that wait to be read. */
  readonly pending: number;
  /** Messages that were dropped by the overflow policy. */
  readonly dropped: number;
  /** Messages that could not be decoded. */
  readonly undecodable: number;
}

/**
 * A subscription of a bus. A loop over it yields messages until it ends; to leave the
 * loop, or `await using`, ends it.
 */
export interface Subscription<T, R>
  extends AsyncDisposable, AsyncIterable<BusMessage<T, R>> {
  /** The pattern that it was made with. */
  readonly pattern: string;
  /** Its queue group, if it is in one. */
  readonly queue: string | undefined;
  /**
   * Resolves when the bus knows it, so that it gets all that is published from
   * then on. Rejects with why it was refused.
   */
  readonly ready: Promise<void>;
  /**
   * Resolves when it has ended in order; rejects with
   * {@linkcode SlowSubscriberError} or with why the bus has ended it.
   */
  readonly closed: Promise<void>;
  /**
   * Returns the next message, or `undefined` when it has ended in order. One
   * call may be pending at a time, and none where there is a `handler`.
   *
   * @throws {SlowSubscriberError} as a rejection, if it was too slow.
   */
  receive(
    options?: { readonly signal?: AbortSignal },
  ): Promise<BusMessage<T, R> | undefined>;
  /** Ends it now: what waits to be read is let go. */
  unsubscribe(): Promise<void>;
  /**
   * Ends it in order: nothing new comes, and what waits may be read still.
   * Resolves when all of it was read or handled.
   */
  drain(): Promise<void>;
  /** Returns the counters of the subscription. */
  stats(): SubscriptionStats;
}
