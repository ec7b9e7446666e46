/**
 * A bus: many publish and many subscribe, by subject and not by address. Every
 * engine has this interface.
 *
 * @module
 */
import type { MsgpackValue } from "../codec/mod.ts";
import type { Interest } from "./interest.ts";
import type { Presence, PresenceEntry, TrackOptions } from "./presence.ts";
import type { BusStream, StreamOptions } from "./stream.ts";
import type { Subject } from "./subject.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/** Options of {@linkcode MessageBus.publish}. */
export interface PublishOptions {
  /**
   * Keeps the message as the last value of its subject, for those who subscribe
   * later.
   * @default {false}
   */
  readonly retain?: boolean;
  /** Stops waiting for slow subscribers; it may be delivered or not. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode MessageBus.request}. */
export interface BusRequestOptions {
  /**
   * Milliseconds to wait for a reply; at least 1.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /** Stops waiting; rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode MessageBus.requestMany}. */
export interface RequestManyOptions extends BusRequestOptions {
  /**
   * Replies after which it ends, at least 1.
   * @default {Infinity}
   */
  readonly maxReplies?: number;
}

/** The counters of a bus, as far as this side knows. */
export interface BusStats {
  /** Messages that were published on this side. */
  readonly published: number;
  /** Messages that were delivered to subscriptions of this side. */
  readonly delivered: number;
  /** Messages that overflow policies of this side have dropped. */
  readonly dropped: number;
  /** Subscriptions of this side. */
  readonly subscriptions: number;
}

/** What an engine may or may not have; asking for it otherwise is an error. */
export type BusFeature =
  | "interest"
  | "presence"
  | "retained"
  | "streams"
  | "wait";

/**
 * A bus of one of the engines. Messages of one publisher on one subject come to each subscription in
 * order, and at most once; while the session to the bus lives, exactly once, as
 * far as the subscription's overflow policy lets them.
 *
 * Where a subject is given as text, its messages are whatever MessagePack can
 * represent.
 */
export interface MessageBus extends AsyncDisposable {
  /** What this engine has. */
  readonly features: ReadonlySet<BusFeature>;
  /** Resolves when the bus is closed; rejects with why it ended otherwise. */
  readonly closed: Promise<void>;

  /**
   * Publishes a message to all who subscribe to its subject. Resolves when the
   * bus has taken it, which waits for subscriptions with the policy `wait` that
   * are full. There is no need to wait: messages keep their order.
   *
   * @throws {TypeError} as a rejection, for a subject with wildcards.
   * @throws {CodecError} as a rejection, if the value cannot be encoded.
   * @throws {BusForbiddenError} as a rejection, if the application refuses it.
   * @throws {BusClosedError} as a rejection, if the bus is closed.
   */
  publish(
    subject: string,
    value: MsgpackValue,
    options?: PublishOptions,
  ): Promise<void>;
  /** Publishes a message on a typed subject. */
  publish<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: PublishOptions,
  ): Promise<void>;
  /** Forgets the value that a subject has retained. */
  clear(subject: string): Promise<void>;

  /**
   * Subscribes to all subjects that match a pattern.
   *
   * @throws {TypeError} for what is no pattern, or an option of the wrong type.
   * @throws {RangeError} for an option that is out of its range.
   * @throws {UnsupportedFeatureError} for a policy that the engine lacks.
   * @throws {BusClosedError} if the bus is closed.
   */
  subscribe(
    pattern: string,
    options?: SubscribeOptions<MsgpackValue, MsgpackValue>,
  ): Subscription<MsgpackValue, MsgpackValue>;
  /** Subscribes to a typed subject or pattern. */
  subscribe<T, R>(
    pattern: Subject<T, R>,
    options?: SubscribeOptions<T, R>,
  ): Subscription<T, R>;

  /**
   * Publishes a request, and resolves to the first reply.
   *
   * @throws {NoRespondersError} as a rejection, at once if nobody subscribes.
   * @throws {BusTimeoutError} as a rejection, if no reply comes in time.
   */
  request(
    subject: string,
    value: MsgpackValue,
    options?: BusRequestOptions,
  ): Promise<MsgpackValue>;
  /** Publishes a request on a typed subject. */
  request<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: BusRequestOptions,
  ): Promise<R>;
  /**
   * Publishes a request, and yields all replies until `timeoutMs` have passed
   * or `maxReplies` have come. Replies that nobody reads yet are bounded as
   * those of a subscription are.
   *
   * @throws {NoRespondersError} at the first step, if nobody subscribes.
   */
  requestMany(
    subject: string,
    value: MsgpackValue,
    options?: RequestManyOptions,
  ): AsyncIterableIterator<MsgpackValue, void, void>;
  /** Publishes a request for many replies on a typed subject. */
  requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: RequestManyOptions,
  ): AsyncIterableIterator<R, void, void>;

  /**
   * Says that somebody is there, until the entry is disposed, its holder ends,
   * or the connection to the bus is lost for good.
   *
   * @param topic Where, such as a room; text of 1 to 255 bytes.
   * @param key Who, such as a user; text of 1 to 255 bytes. One key may have
   * several entries.
   * @param meta What is said about it, at most 65,536 bytes as MessagePack.
   * @throws {CodecError} as a rejection, if that cannot be encoded or is more.
   */
  track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    options?: TrackOptions,
  ): Promise<PresenceEntry>;
  /** Returns who is there, kept up to date until it is disposed. */
  presence(topic: string, options?: TrackOptions): Presence;
  /** Returns whether anybody subscribes to a subject, kept up to date. */
  interest(subject: string, options?: TrackOptions): Interest;

  /**
   * Creates a stream, or returns the one of that name.
   *
   * @param name Text of 1 to 64 letters, digits, `_` and `-`.
   * @throws {StreamConfigError} as a rejection, if it exists with other options.
   * @throws {UnsupportedFeatureError} as a rejection, if the engine cannot.
   */
  stream(name: string, options: StreamOptions): Promise<BusStream>;
  /** Returns the names of all streams. */
  streams(): Promise<readonly string[]>;

  /** Resolves when the bus has taken all that was published before. */
  flush(): Promise<void>;
  /** Returns the counters of the bus. */
  stats(): BusStats;
  /**
   * Ends it in order: nothing new is taken, what has arrived is read or handled
   * (for `drainMs` at most), and what was published is sent.
   */
  close(): Promise<void>;
}
