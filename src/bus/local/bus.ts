/**
 * The bus in one process.
 *
 * @module
 */
import type { ActorSystem } from "../../actor/mod.ts";
import { checkMethods, kindOf } from "../../checks/internal.ts";
import type { Codec, MsgpackValue } from "../../codec/mod.ts";
import { DONE } from "../delivery/delivered.ts";
import { resolveSubscribeOptions } from "../delivery/subscribe_options.ts";
import type { Interest } from "../interest.ts";
import type {
  BusFeature,
  BusRequestOptions,
  BusStats,
  MessageBus,
  PublishOptions,
  RequestManyOptions,
} from "../message_bus.ts";
import { Payload } from "../payload.ts";
import type { Presence, PresenceEntry, TrackOptions } from "../presence.ts";
import type { BusStream, StreamOptions } from "../stream.ts";
import {
  DEFAULT_CODEC,
  type Subject,
  subject as subjectOf,
} from "../subject.ts";
import { checkOwnSubject } from "../subject_rules.ts";
import type { SubscribeOptions, Subscription } from "../subscription.ts";
import { busActor } from "./bus_actor.ts";
import { type BusOptions, resolveBusOptions } from "./bus_options.ts";
import {
  checkPublishOptions,
  checkTopic,
  resolveRequestMany,
  resolveRequestOptions,
  resolveTrackOptions,
} from "../call_options.ts";
import { LocalEngine } from "./engine.ts";
import { PendingRequest } from "./pending_request.ts";
import { Replies } from "./replies.ts";

const FEATURES: readonly BusFeature[] = [
  "interest",
  "presence",
  "retained",
  "streams",
  "wait",
];

const engines = new WeakMap<Bus, LocalEngine>();

/** Returns what a bus stands on, for what carries it to other processes. */
export function engineOf(bus: Bus): LocalEngine {
  return engines.get(bus) as LocalEngine;
}

/**
 * Checks that something is a bus of this process.
 *
 * @throws {TypeError} if it is anything else.
 */
export function checkBus(value: unknown): void {
  if (value instanceof Bus) return;
  throw new TypeError(
    `Cannot use bus: it is ${
      kindOf(value)
    }, it must be a Bus, one of this process`,
  );
}

/**
 * A bus in this process. Publishers and subscribers share values, which nobody
 * may change; they are encoded for what leaves the process alone. A publish
 * calls no code of a subscriber: handlers and readers have their turn with the
 * actors of the system.
 *
 * The bus ends with its system, at once; `close` ends it in order.
 *
 * @example
 * ```ts
 * import { ActorSystem } from "@troupe/troupe/actor";
 * import { Bus } from "@troupe/troupe/bus";
 *
 * await using system = new ActorSystem();
 * await using bus = new Bus(system);
 * const subscription = bus.subscribe("orders.*.created");
 * bus.publish("orders.eu.created", { order: 7 });
 * const message = await subscription.receive();
 * console.assert(message?.subject === "orders.eu.created");
 * ```
 */
export class Bus implements MessageBus {
  readonly features: ReadonlySet<BusFeature> = new Set(FEATURES);
  readonly closed: Promise<void>;
  readonly #engine: LocalEngine;
  readonly #stop: () => void;
  #closing: Promise<void> | undefined;

  /**
   * Creates a bus that is ready.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if an option is out of its range.
   * @throws {TroupeError} if the system is shutting down.
   */
  constructor(system: ActorSystem, options: BusOptions = {}) {
    checkMethods("system", system, ["spawn", "tree"], "an ActorSystem");
    this.#engine = new LocalEngine(system, resolveBusOptions(options));
    engines.set(this, this.#engine);
    const ref = system.spawn(busActor);
    // Whether it was closed, or the system shuts down and may kill it.
    this.closed = ref.stopped.then(() => this.#engine.end());
    this.#stop = () => ref.tell("stop");
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
      if (options !== undefined) checkPublishOptions(options);
      return typeof subject === "string"
        ? this.#engine.publish(
          subject,
          Payload.of(value as MsgpackValue, DEFAULT_CODEC),
          options,
        )
        : this.#engine.publish(
          subject.pattern,
          Payload.of(value as T, subject.codec),
          options,
        );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async clear(subject: string): Promise<void> {
    await DONE;
    this.#engine.checkOpen();
    checkOwnSubject("the subject", subject);
    this.#engine.retained.delete(subject);
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
  ):
    | Subscription<T, R>
    | Subscription<MsgpackValue, MsgpackValue> {
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
    return typeof subject === "string"
      ? this.#request(
        subject,
        Payload.of(value as MsgpackValue, DEFAULT_CODEC),
        DEFAULT_CODEC,
        options,
      )
      : this.#request(
        subject.pattern,
        Payload.of(value as T, subject.codec),
        subject.reply,
        options,
      );
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
    const resolved = resolveRequestMany(options);
    return typeof subject === "string"
      ? new Replies(this.#engine, subjectOf(subject), resolved).ask(
        Payload.of(value as MsgpackValue, DEFAULT_CODEC),
      )
      : new Replies(this.#engine, subject, resolved).ask(
        Payload.of(value as T, subject.codec),
      );
  }

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    options?: TrackOptions,
  ): Promise<PresenceEntry> {
    await DONE;
    this.#engine.checkOpen();
    checkTopic("topic", topic);
    checkTopic("key", key);
    const signals = resolveTrackOptions("track()", options);
    for (const signal of signals) signal.throwIfAborted();
    return this.#engine.presence.track(topic, key, meta, signals);
  }

  presence(topic: string, options?: TrackOptions): Presence {
    this.#engine.checkOpen();
    checkTopic("topic", topic);
    const signals = resolveTrackOptions("presence()", options);
    return this.#engine.presence.view(topic, signals);
  }

  interest(subject: string, options?: TrackOptions): Interest {
    this.#engine.checkOpen();
    checkOwnSubject("the subject", subject);
    const signals = resolveTrackOptions("interest()", options);
    return this.#engine.interests.view(subject, signals);
  }

  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    await DONE;
    this.#engine.checkOpen();
    return await this.#engine.streams.stream(name, options);
  }

  async streams(): Promise<readonly string[]> {
    await DONE;
    this.#engine.checkOpen();
    return await this.#engine.streams.streams();
  }

  flush(): Promise<void> {
    return this.#engine.flush();
  }

  stats(): BusStats {
    return this.#engine.stats;
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  /** Closes the bus in order; for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #request<R>(
    subject: string,
    payload: Payload,
    codec: Codec<R>,
    options: BusRequestOptions | undefined,
  ): Promise<R> {
    const { timeoutMs, signal } = resolveRequestOptions(options);
    this.#engine.checkOpen();
    signal?.throwIfAborted();
    const replies = new PendingRequest(
      subject,
      this.#engine.requests,
      timeoutMs,
      signal,
    );
    try {
      const taken = this.#engine.publish(subject, payload, { replies });
      if (taken !== DONE) taken.catch((error) => replies.fail(error));
    } catch (error) {
      replies.fail(error);
    }
    return (await replies.first).valueFor(codec);
  }

  async #close(): Promise<void> {
    if (await this.#engine.close()) this.#stop();
    await this.closed;
  }
}
