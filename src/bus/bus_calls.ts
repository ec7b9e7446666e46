/**
 * The calls of a bus as its users make them, checked; what an engine does with
 * them is its own.
 *
 * @module
 */
import type { Codec, MsgpackValue } from "../codec/mod.ts";
import { refusal } from "../session/internal.ts";
import {
  checkPublishOptions,
  checkTopic,
  type ResolvedRequest,
  resolveRequestMany,
  resolveRequestOptions,
  resolveTrackOptions,
} from "./call_options.ts";
import {
  type ResolvedSubscribeOptions,
  resolveSubscribeOptions,
} from "./delivery/subscribe_options.ts";
import type { Interest } from "./interest.ts";
import type {
  BusFeature,
  BusRequestOptions,
  BusStats,
  MessageBus,
  PublishOptions,
  RequestManyOptions,
} from "./message_bus.ts";
import type { Presence, PresenceEntry, TrackOptions } from "./presence.ts";
import type { BusStream, StreamOptions } from "./stream.ts";
import {
  checkTyped,
  DEFAULT_CODEC,
  type Subject,
  subject as subjectOf,
} from "./subject.ts";
import { checkOwnSubject } from "./subject_rules.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";

/** Signals that end what a call has made. */
export type EndSignals = readonly AbortSignal[];

/**
 * What an engine does: the calls of {@linkcode MessageBus} with typed subjects
 * and checked options, on a bus that is open.
 */
export interface BusEngine
  extends Pick<MessageBus, "features" | "closed" | "flush" | "stats"> {
  /** @throws {BusClosedError} if the bus is closed. */
  checkOpen(): void;
  /**
   * Publishes. It is the one call that checks for itself whether the bus is open
   * and `subject` is one: an engine may know already.
   */
  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: PublishOptions | undefined,
  ): Promise<void>;
  clear(subject: string): Promise<void>;
  subscribe<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Subscription<T, R>;
  request<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: ResolvedRequest,
  ): Promise<R>;
  requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: ResolvedRequest,
  ): AsyncIterableIterator<R, void, void>;
  track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: EndSignals,
  ): Promise<PresenceEntry>;
  presence(topic: string, signals: EndSignals): Presence;
  interest(subject: string, signals: EndSignals): Interest;
  stream(name: string, options: StreamOptions): Promise<BusStream>;
  streams(): Promise<readonly string[]>;
  /** Ends the bus in order; called once. */
  close(): Promise<void>;
}

/**
 * A bus on some engine.
 *
 * @internal
 */
export class BusCalls implements MessageBus {
  readonly #engine: BusEngine;
  #closing: Promise<void> | undefined;

  /** Creates the bus of an engine. */
  constructor(engine: BusEngine) {
    this.#engine = engine;
  }

  get features(): ReadonlySet<BusFeature> {
    return this.#engine.features;
  }

  get closed(): Promise<void> {
    return this.#engine.closed;
  }

  publish(
    subject: string,
    value: MsgpackValue,
    options?: PublishOptions,
  ): Promise<void>;
  publish<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: PublishOptions,
  ): Promise<void>;
  publish<T, R>(
    subject: string | Subject<T, R>,
    value: T | MsgpackValue,
    options?: PublishOptions,
  ): Promise<void> {
    try {
      if (options !== undefined) {
        checkPublishOptions(options);
        options.signal?.throwIfAborted();
      }
      if (typeof subject === "string") {
        const plain = value as MsgpackValue;
        return this.#engine.publish(subject, plain, DEFAULT_CODEC, options);
      }
      checkTyped(subject);
      const { pattern, codec } = subject;
      return this.#engine.publish(pattern, value as T, codec, options);
    } catch (error) {
      return refusal(error);
    }
  }

  async clear(subject: string): Promise<void> {
    await Promise.resolve();
    this.#engine.checkOpen();
    checkOwnSubject("the subject", subject);
    await this.#engine.clear(subject);
  }

  subscribe(
    pattern: string,
    options?: SubscribeOptions<MsgpackValue, MsgpackValue>,
  ): Subscription<MsgpackValue, MsgpackValue>;
  subscribe<T, R>(
    pattern: Subject<T, R>,
    options?: SubscribeOptions<T, R>,
  ): Subscription<T, R>;
  subscribe<T, R>(
    pattern: string | Subject<T, R>,
    options?:
      | SubscribeOptions<T, R>
      | SubscribeOptions<MsgpackValue, MsgpackValue>,
  ): Subscription<T, R> | Subscription<MsgpackValue, MsgpackValue> {
    this.#engine.checkOpen();
    if (typeof pattern !== "string") checkTyped(pattern);
    return typeof pattern === "string"
      ? this.#engine.subscribe(
        subjectOf(pattern),
        resolveSubscribeOptions(
          options as SubscribeOptions<MsgpackValue, MsgpackValue>,
        ),
      )
      : this.#engine.subscribe(
        pattern,
        resolveSubscribeOptions(options as SubscribeOptions<T, R>),
      );
  }

  request(
    subject: string,
    value: MsgpackValue,
    options?: BusRequestOptions,
  ): Promise<MsgpackValue>;
  request<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: BusRequestOptions,
  ): Promise<R>;
  request<T, R>(
    subject: string | Subject<T, R>,
    value: T | MsgpackValue,
    options?: BusRequestOptions,
  ): Promise<R | MsgpackValue> {
    try {
      return typeof subject === "string"
        ? this.#request(subjectOf(subject), value as MsgpackValue, options)
        : this.#request(subject, value as T, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #request<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: BusRequestOptions | undefined,
  ): Promise<R> {
    checkTyped(subject);
    const resolved = resolveRequestOptions(options);
    this.#engine.checkOpen();
    checkOwnSubject("the subject", subject.pattern);
    resolved.signal?.throwIfAborted();
    return this.#engine.request(subject, value, resolved);
  }

  requestMany(
    subject: string,
    value: MsgpackValue,
    options?: RequestManyOptions,
  ): AsyncIterableIterator<MsgpackValue, void, void>;
  requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: RequestManyOptions,
  ): AsyncIterableIterator<R, void, void>;
  requestMany<T, R>(
    subject: string | Subject<T, R>,
    value: T | MsgpackValue,
    options?: RequestManyOptions,
  ):
    | AsyncIterableIterator<R, void, void>
    | AsyncIterableIterator<MsgpackValue, void, void> {
    return typeof subject === "string"
      ? this.#requestMany(subjectOf(subject), value as MsgpackValue, options)
      : this.#requestMany(subject, value as T, options);
  }

  #requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: RequestManyOptions | undefined,
  ): AsyncIterableIterator<R, void, void> {
    checkTyped(subject);
    checkOwnSubject("the subject", subject.pattern);
    return this.#engine.requestMany(
      subject,
      value,
      resolveRequestMany(options),
    );
  }

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    options?: TrackOptions,
  ): Promise<PresenceEntry> {
    await Promise.resolve();
    this.#engine.checkOpen();
    checkTopic("topic", topic);
    checkTopic("key", key);
    const signals = resolveTrackOptions("track()", options);
    for (const signal of signals) signal.throwIfAborted();
    return await this.#engine.track(topic, key, meta, signals);
  }

  presence(topic: string, options?: TrackOptions): Presence {
    this.#engine.checkOpen();
    checkTopic("topic", topic);
    return this.#engine.presence(
      topic,
      resolveTrackOptions("presence()", options),
    );
  }

  interest(subject: string, options?: TrackOptions): Interest {
    this.#engine.checkOpen();
    checkOwnSubject("the subject", subject);
    return this.#engine.interest(
      subject,
      resolveTrackOptions("interest()", options),
    );
  }

  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    await Promise.resolve();
    this.#engine.checkOpen();
    return await this.#engine.stream(name, options);
  }

  async streams(): Promise<readonly string[]> {
    await Promise.resolve();
    this.#engine.checkOpen();
    return await this.#engine.streams();
  }

  flush(): Promise<void> {
    return this.#engine.flush();
  }

  stats(): BusStats {
    return this.#engine.stats();
  }

  close(): Promise<void> {
    return this.#closing ??= this.#engine.close();
  }

  /** Closes the bus in order; for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
