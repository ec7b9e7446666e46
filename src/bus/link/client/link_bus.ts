/**
 * The bus of another process, over logical connections.
 *
 * @module
 */
import { Deadlines, Dispatcher } from "../../../actor/internal.ts";
import type { Codec, MsgpackValue } from "../../../codec/mod.ts";
import { refusal } from "../../../session/internal.ts";
import { abortable } from "../../abortable.ts";
import type { BusEngine, EndSignals } from "../../bus_calls.ts";
import type { ResolvedRequest } from "../../call_options.ts";
import type { ResolvedSubscribeOptions } from "../../delivery/subscribe_options.ts";
import { BusClosedError } from "../../errors.ts";
import type { Interest } from "../../interest.ts";
import type {
  BusFeature,
  BusStats,
  PublishOptions,
} from "../../message_bus.ts";
import type { Presence, PresenceEntry } from "../../presence.ts";
import type { BusStream, StreamOptions } from "../../stream.ts";
import type { Subject } from "../../subject.ts";
import { checkOwnSubject } from "../../subject_rules.ts";
import type { Subscription } from "../../subscription.ts";
import { textsField } from "../control_protocol.ts";
import { InterestPart } from "./interest_part.ts";
import type { Link } from "./link.ts";
import type { LinkSettings } from "./link_options.ts";
import { ManyRequest, SingleRequest } from "./link_requests.ts";
import type { LinkSession } from "./link_session.ts";
import { openStream, type StreamPort } from "./link_stream.ts";
import { Outbox } from "./outbox.ts";
import { PresencePart } from "./presence_part.ts";
import { Subscriptions } from "./subscriptions.ts";
import { TrackedEntry } from "./tracked_entry.ts";

/** What a bus does over logical connections. */
export class LinkEngine implements BusEngine {
  readonly features: ReadonlySet<BusFeature>;
  readonly closed: Promise<void>;
  readonly #link: Link;
  readonly #settings: LinkSettings;
  readonly #outbox: Outbox;
  readonly #streamPort: StreamPort;
  readonly #subscriptions: Subscriptions;
  readonly #deadlines: Deadlines;
  #published = 0;
  #isClosing = false;
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
      if (!this.#isClosing) reject(error);
      else resolve();
    };
    if (link.error !== undefined) link.onEnd(link.error);
  }

  checkOpen(): void {
    if (this.#isClosed) throw closedHere();
    if (this.#link.error !== undefined) throw this.#link.error;
  }

  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: PublishOptions | undefined,
  ): Promise<void> {
    const bytes = codec.encode(value);
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
    return abortable(sent, options?.signal);
  }

  clear(subject: string): Promise<void> {
    return this.#outbox.send(({ publisher }) => publisher.clear(subject), 0);
  }

  subscribe<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Subscription<T, R> {
    return this.#subscriptions.add(subject, options);
  }

  request<T, R>(
    { pattern, codec, reply }: Subject<T, R>,
    value: T,
    { timeoutMs, signal }: ResolvedRequest,
  ): Promise<R> {
    const bytes = codec.encode(value);
    const request = new SingleRequest(
      { deadlines: this.#deadlines, subject: pattern, timeoutMs, signal },
      reply,
    );
    this.#send(request, pattern, bytes, timeoutMs, 1);
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

  async *requestMany<T, R>(
    { pattern, codec, reply }: Subject<T, R>,
    value: T,
    { timeoutMs, maxReplies, signal }: ResolvedRequest,
  ): AsyncGenerator<R, void, void> {
    this.checkOpen();
    signal?.throwIfAborted();
    const bytes = codec.encode(value);
    const request = new ManyRequest(
      { deadlines: this.#deadlines, subject: pattern, timeoutMs, signal },
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
    signals: EndSignals,
  ): Promise<PresenceEntry> {
    const entry = new TrackedEntry(this.#link, topic, key, meta, signals);
    await entry.ready;
    return entry;
  }

  presence(topic: string, signals: EndSignals): Presence {
    return new PresencePart(this.#link, topic, signals).view;
  }

  interest(subject: string, signals: EndSignals): Interest {
    return new InterestPart(this.#link, subject, signals).view;
  }

  stream(name: string, options: StreamOptions): Promise<BusStream> {
    return openStream(this.#streamPort, name, options);
  }

  async streams(): Promise<readonly string[]> {
    const { control } = await this.#link.next();
    return textsField(await control.call("streams", {}), "names");
  }

  flush(): Promise<void> {
    if (this.#isClosed) return refusal(closedHere());
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

  async close(): Promise<void> {
    this.#isClosing = true;
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
