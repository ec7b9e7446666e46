/**
 * The bus of another process, over logical connections.
 *
 * @module
 */
import { Deadlines, Dispatcher } from "../../../actor/internal.ts";
import type { Codec, MsgpackValue } from "../../../codec/mod.ts";
import {
  checkPublishOptions,
  checkTopic,
  type ResolvedRequest,
  resolveRequestMany,
  resolveRequestOptions,
  resolveTrackOptions,
} from "../../call_options.ts";
import { BusClosedError } from "../../errors.ts";
import type { Interest } from "../../interest.ts";
import type {
  BusFeature,
  BusRequestOptions,
  BusStats,
  MessageBus,
  PublishOptions,
  RequestManyOptions,
} from "../../message_bus.ts";
import type { Presence, PresenceEntry, TrackOptions } from "../../presence.ts";
import type { BusStream, StreamOptions } from "../../stream.ts";
import {
  DEFAULT_CODEC,
  type Subject,
  subject as subjectOf,
} from "../../subject.ts";
import { checkOwnSubject } from "../../subject_rules.ts";
import type { SubscribeOptions, Subscription } from "../../subscription.ts";
import { textsField } from "../control_protocol.ts";
import { InterestPart } from "./interest_part.ts";
import type { Link } from "./link.ts";
import type { LinkSettings } from "./link_options.ts";
import { ManyRequest, SingleRequest } from "./link_requests.ts";
import type { LinkSession } from "./link_session.ts";
import { openStream, type StreamPort } from "./link_stream.ts";
import { Outbox } from "./outbox.ts";
import { PresencePart } from "./presence_part.ts";
import { rejected } from "./publisher.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TrackedEntry } from "./tracked_entry.ts";

/** A bus over logical connections. */
export class LinkBus implements MessageBus {
  readonly features: ReadonlySet<BusFeature>;
  readonly closed: Promise<void>;
  readonly #link: Link;
  readonly #settings: LinkSettings;
  readonly #outbox: Outbox;
  readonly #streamPort: StreamPort;
  readonly #subscriptions: Subscriptions;
  readonly #deadlines: Deadlines;
  #published = 0;
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(link: Link, settings: LinkSettings) {
    this.#link = link;
    this.#settings = settings;
    this.features = link.session?.features ?? new Set();
    this.#outbox = new Outbox(link, settings.maxOutboxBytes);
    this.#streamPort = { link, outbox: this.#outbox, opened: new Map() };
    this.#subscriptions = new Subscriptions(link, new Dispatcher());
    this.#deadlines = new Deadlines(settings.clock);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => {});
    this.closed = promise;
    link.onEnd = (error) => {
      this.#deadlines.close();
      if (this.#closing === undefined) reject(error);
      else resolve();
    };
    if (link.error !== undefined) link.onEnd(link.error);
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
        ? this.#publish(
          subject,
          DEFAULT_CODEC.encode(value as MsgpackValue),
          options,
        )
        : this.#publish(
          subject.pattern,
          subject.codec.encode(value as T),
          options,
        );
    } catch (error) {
      return rejected(error);
    }
  }

  #publish(
    subject: string,
    bytes: Uint8Array,
    options: PublishOptions | undefined,
  ): Promise<void> {
    if (this.#isClosed) throw closedHere();
    const send = options?.retain === true
      ? (session: LinkSession) => session.publisher.retain(subject, bytes)
      : undefined;
    this.#published++;
    const session = this.#outbox.session;
    if (session !== undefined && options === undefined) {
      return session.publisher.publish(subject, bytes);
    }
    options?.signal?.throwIfAborted();
    checkOwnSubject("the subject", subject);
    const sent = this.#outbox.send(
      send ?? ((session) => session.publisher.publish(subject, bytes)),
      bytes.length,
    );
    return options?.signal === undefined ? sent : until(sent, options.signal);
  }

  clear(subject: string): Promise<void> {
    try {
      if (this.#isClosed) throw closedHere();
      checkOwnSubject("the subject", subject);
      return this.#outbox.send(({ publisher }) => publisher.clear(subject), 0);
    } catch (error) {
      return rejected(error);
    }
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
    this.#checkOpen();
    return typeof pattern === "string"
      ? this.#subscriptions.add(
        subjectOf(pattern),
        options as SubscribeOptions<MsgpackValue, MsgpackValue>,
      )
      : this.#subscriptions.add(pattern, options as SubscribeOptions<T, R>);
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
      const resolved = resolveRequestOptions(options);
      return typeof subject === "string"
        ? this.#request(
          subject,
          DEFAULT_CODEC.encode(value as MsgpackValue),
          DEFAULT_CODEC,
          resolved,
        )
        : this.#request(
          subject.pattern,
          subject.codec.encode(value as T),
          subject.reply,
          resolved,
        );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #request<R>(
    subject: string,
    bytes: Uint8Array,
    codec: Codec<R>,
    { timeoutMs, signal }: ResolvedRequest,
  ): Promise<R> {
    this.#checkOpen();
    signal?.throwIfAborted();
    checkOwnSubject("the subject", subject);
    const deadlines = this.#deadlines;
    const request = new SingleRequest(
      { deadlines, subject, timeoutMs, signal },
      codec,
    );
    this.#send(request, subject, bytes, timeoutMs, 1);
    return request.first;
  }

  #send<R>(
    request: SingleRequest<R> | ManyRequest<R>,
    subject: string,
    bytes: Uint8Array,
    timeoutMs: number,
    maxReplies: number,
  ): void {
    const send = ({ publisher }: LinkSession): void => {
      if (request.isOver) return;
      request.cancel = publisher.request(
        subject,
        bytes,
        timeoutMs,
        maxReplies,
        request,
      );
    };
    const { session } = this.#outbox;
    if (session !== undefined) return send(session);
    this.#outbox.send((session) => Promise.resolve(send(session)), bytes.length)
      .catch((error) => request.fail(error));
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
      ? this.#requestMany(
        subjectOf(subject),
        DEFAULT_CODEC.encode(value as MsgpackValue),
        resolved,
      )
      : this.#requestMany(subject, subject.codec.encode(value as T), resolved);
  }

  async *#requestMany<T, R>(
    { pattern, reply }: Subject<T, R>,
    bytes: Uint8Array,
    { timeoutMs, maxReplies, signal }: ResolvedRequest,
  ): AsyncGenerator<R, void, void> {
    this.#checkOpen();
    signal?.throwIfAborted();
    checkOwnSubject("the subject", pattern);
    const deadlines = this.#deadlines;
    const request = new ManyRequest(
      { deadlines, subject: pattern, timeoutMs, signal },
      reply,
      maxReplies,
    );
    this.#send(request, pattern, bytes, timeoutMs, maxReplies);
    try {
      for (
        let next = await request.receive();
        next !== undefined;
        next = await request.receive()
      ) yield next.value;
    } finally {
      request.leave();
    }
  }

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    options?: TrackOptions,
  ): Promise<PresenceEntry> {
    this.#checkOpen();
    checkTopic("topic", topic);
    checkTopic("key", key);
    const signals = resolveTrackOptions("track()", options);
    for (const signal of signals) signal.throwIfAborted();
    const entry = new TrackedEntry(this.#link, topic, key, meta, signals);
    await entry.ready;
    return entry;
  }

  presence(topic: string, options?: TrackOptions): Presence {
    this.#checkOpen();
    checkTopic("topic", topic);
    const signals = resolveTrackOptions("presence()", options);
    return new PresencePart(this.#link, topic, signals).view;
  }

  interest(subject: string, options?: TrackOptions): Interest {
    this.#checkOpen();
    checkOwnSubject("the subject", subject);
    const signals = resolveTrackOptions("interest()", options);
    return new InterestPart(this.#link, subject, signals).view;
  }

  async stream(name: string, options: StreamOptions): Promise<BusStream> {
    this.#checkOpen();
    return await openStream(this.#streamPort, name, options);
  }

  async streams(): Promise<readonly string[]> {
    this.#checkOpen();
    const { control } = await this.#link.next();
    return textsField(await control.call("streams", {}), "names");
  }

  flush(): Promise<void> {
    if (this.#isClosed) return rejected(closedHere());
    return this.#outbox.send(({ publisher }) => publisher.flush(), 0);
  }

  stats(): BusStats {
    const { delivered, allDropped } = this.#subscriptions.counters;
    return {
      published: this.#published,
      delivered,
      dropped: allDropped,
      subscriptions: this.#subscriptions.size,
    };
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw closedHere();
    if (this.#link.error !== undefined) throw this.#link.error;
  }

  async #close(): Promise<void> {
    const { clock, drainMs } = this.#settings;
    const flushing = this.#link.session?.publisher.flush();
    this.#isClosed = true;
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = clock.schedule(drainMs, resolve);
    const drained = Promise.allSettled([flushing, this.#subscriptions.drain()]);
    await Promise.race([drained, late]);
    timer.cancel();
    await this.#subscriptions.end();
    await this.#link.close(closedHere());
    this.#deadlines.close();
    await this.closed.catch(() => {});
  }
}

function closedHere(): BusClosedError {
  return new BusClosedError("Cannot use the bus: it is closed");
}

/** Rejects with the reason of a signal that aborts first. */
function until(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", onAbort)
    );
  });
}
