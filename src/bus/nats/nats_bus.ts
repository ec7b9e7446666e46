/**
 * The bus on NATS.
 *
 * @module
 */
import type { MsgpackValue } from "../../codec/mod.ts";
import {
  checkPublishOptions,
  checkTopic,
  resolveRequestMany,
  resolveRequestOptions,
  resolveTrackOptions,
} from "../call_options.ts";
import type { Delivery } from "../delivery/delivery.ts";
import { resolveSubscribeOptions } from "../delivery/subscribe_options.ts";
import { UnsupportedFeatureError } from "../errors.ts";
import type { Interest } from "../interest.ts";
import type {
  BusFeature,
  BusRequestOptions,
  BusStats,
  MessageBus,
  PublishOptions,
  RequestManyOptions,
} from "../message_bus.ts";
import type { Presence, PresenceEntry, TrackOptions } from "../presence.ts";
import type { BusStream, StreamOptions } from "../stream.ts";
import { type Subject, subject as subjectOf } from "../subject.ts";
import { checkOwnSubject } from "../subject_rules.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import type { NatsCore } from "./nats_core.ts";
import { subscribeTo } from "./nats_subscription.ts";
import { abortable } from "./abortable.ts";

const cores = new WeakMap<MessageBus, NatsCore>();

/**
 * Returns what a bus on NATS stands on.
 *
 * @throws {TypeError} if it is another bus.
 */
export function coreOf(bus: MessageBus): NatsCore {
  const core = cores.get(bus);
  if (core !== undefined) return core;
  throw new TypeError(
    "Cannot use nats: it is another bus, it must be one that natsBus() has made",
  );
}

/** A bus on the servers of NATS. */
export class NatsBus implements MessageBus {
  readonly features: ReadonlySet<BusFeature>;
  readonly #core: NatsCore;

  constructor(core: NatsCore) {
    this.#core = core;
    cores.set(this, core);
    this.features = new Set<BusFeature>(
      core.hall === undefined ? [] : ["presence", "retained", "streams"],
    );
  }

  get closed(): Promise<void> {
    return this.#core.closed;
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
      if (typeof subject !== "string") {
        const bytes = subject.codec.encode(value as T);
        return this.#publish(subject.pattern, bytes, options);
      }
      const { pattern, codec } = subjectOf(subject);
      return this.#publish(
        pattern,
        codec.encode(value as MsgpackValue),
        options,
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async clear(subject: string): Promise<void> {
    await Promise.resolve();
    this.#core.checkOpen();
    checkOwnSubject("the subject", subject);
    const { retained } = this.#core.port;
    if (retained === undefined) throw this.#lacks("clear a retained value");
    await retained.clear(subject);
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
    this.#core.checkOpen();
    return typeof pattern === "string"
      ? this.#subscribe(
        subjectOf(pattern),
        options as SubscribeOptions<MsgpackValue, MsgpackValue> | undefined,
      )
      : this.#subscribe(
        pattern,
        options as SubscribeOptions<T, R> | undefined,
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
    return typeof subject === "string"
      ? this.#request(() => subjectOf(subject), value as MsgpackValue, options)
      : this.#request(() => subject, value as T, options);
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

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    options?: TrackOptions,
  ): Promise<PresenceEntry> {
    await Promise.resolve();
    this.#core.checkOpen();
    checkTopic("topic", topic);
    checkTopic("key", key);
    const signals = resolveTrackOptions("track()", options);
    for (const signal of signals) signal.throwIfAborted();
    if (this.#core.hall === undefined) throw this.#lacks("track");
    return await this.#core.hall.track(topic, key, meta, signals);
  }

  presence(topic: string, options?: TrackOptions): Presence {
    this.#core.checkOpen();
    checkTopic("topic", topic);
    const signals = resolveTrackOptions("presence()", options);
    if (this.#core.hall === undefined) throw this.#lacks("look at presence");
    return this.#core.hall.presence(topic, signals);
  }

  interest(subject: string, _options?: TrackOptions): Interest {
    this.#core.checkOpen();
    throw new UnsupportedFeatureError(
      `Cannot see the interest in ${subject}: NATS reports it to no client`,
    );
  }

  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    await Promise.resolve();
    this.#core.checkOpen();
    if (this.#core.streams === undefined) {
      throw this.#lacks(`have stream ${name}`);
    }
    return await this.#core.streams.stream(name, options);
  }

  async streams(): Promise<readonly string[]> {
    await Promise.resolve();
    this.#core.checkOpen();
    if (this.#core.streams === undefined) throw this.#lacks("list streams");
    return await this.#core.streams.names();
  }

  async flush(): Promise<void> {
    await this.#core.port.uplink.flush();
  }

  stats(): BusStats {
    return this.#core.stats;
  }

  close(): Promise<void> {
    return this.#core.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #publish(
    subject: string,
    bytes: Uint8Array,
    options: PublishOptions | undefined,
  ): Promise<void> {
    this.#core.checkOpen();
    if (options !== undefined) checkPublishOptions(options);
    checkOwnSubject("the subject", subject);
    options?.signal?.throwIfAborted();
    const { uplink, retained } = this.#core.port;
    if (options?.retain === true) {
      if (retained === undefined) throw this.#lacks("retain a value");
      this.#core.published++;
      const kept = retained.publish(subject, bytes, options.signal);
      kept.catch(() => {});
      return abortable(kept, options.signal);
    }
    const sent = uplink.send(subject, bytes, undefined, options?.signal);
    this.#core.published++;
    return abortable(sent, options?.signal);
  }

  #subscribe<T, R>(
    subject: Subject<T, R>,
    options: SubscribeOptions<T, R> | undefined,
  ): Delivery<T, R> {
    const resolved = resolveSubscribeOptions(options);
    if (resolved.overflow === "wait") {
      throw new UnsupportedFeatureError(
        `Cannot subscribe to ${subject.pattern}: overflow is "wait", and on NATS no publisher waits for a subscriber; use a stream`,
      );
    }
    return subscribeTo(this.#core.port, subject, resolved);
  }

  async #request<T, R>(
    subjectFor: () => Subject<T, R>,
    value: T,
    options: BusRequestOptions | undefined,
  ): Promise<R> {
    await Promise.resolve();
    this.#core.checkOpen();
    const { pattern, codec, reply } = subjectFor();
    const resolved = resolveRequestOptions(options);
    checkOwnSubject("the subject", pattern);
    this.#core.published++;
    const bytes = codec.encode(value);
    return (await this.#core.requests.first(pattern, bytes, resolved))
      .valueFor(reply);
  }

  #requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: RequestManyOptions | undefined,
  ): AsyncGenerator<R, void, void> {
    checkOwnSubject("the subject", subject.pattern);
    return this.#core.requests.many(subject, () => {
      this.#core.checkOpen();
      this.#core.published++;
      return subject.codec.encode(value);
    }, resolveRequestMany(options));
  }

  #lacks(what: string): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `Cannot ${what}: these servers have no JetStream for this client, start them with it`,
    );
  }
}
