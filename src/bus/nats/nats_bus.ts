/**
 * The bus on NATS.
 *
 * @module
 */
import type { Codec, MsgpackValue } from "../../codec/mod.ts";
import { BusCalls, type BusEngine, type EndSignals } from "../bus_calls.ts";
import type { ResolvedRequest } from "../call_options.ts";
import type { ResolvedSubscribeOptions } from "../delivery/subscribe_options.ts";
import { UnsupportedFeatureError } from "../errors.ts";
import type { Interest } from "../interest.ts";
import type {
  BusFeature,
  BusStats,
  MessageBus,
  PublishOptions,
} from "../message_bus.ts";
import type { Presence, PresenceEntry } from "../presence.ts";
import type { BusStream, StreamOptions } from "../stream.ts";
import type { Subject } from "../subject.ts";
import { checkOwnSubject } from "../subject_rules.ts";
import type { Subscription } from "../subscription.ts";
import type { NatsCore } from "./nats_core.ts";
import { subscribeTo } from "./nats_subscription.ts";
import { abortable } from "../abortable.ts";

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

/** Returns the bus on these servers of NATS. */
export function busOn(core: NatsCore): MessageBus {
  const bus = new BusCalls(new NatsEngine(core));
  cores.set(bus, core);
  return bus;
}

/** What a bus does on the servers of NATS. */
class NatsEngine implements BusEngine {
  readonly features: ReadonlySet<BusFeature>;
  readonly #core: NatsCore;

  constructor(core: NatsCore) {
    this.#core = core;
    this.features = new Set<BusFeature>(
      core.hall === undefined ? [] : ["presence", "retained", "streams"],
    );
  }

  get closed(): Promise<void> {
    return this.#core.closed;
  }

  checkOpen(): void {
    this.#core.checkOpen();
  }

  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: PublishOptions | undefined,
  ): Promise<void> {
    this.#core.checkOpen();
    checkOwnSubject("the subject", subject);
    const bytes = codec.encode(value);
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

  async clear(subject: string): Promise<void> {
    const { retained } = this.#core.port;
    if (retained === undefined) throw this.#lacks("clear a retained value");
    await retained.clear(subject);
  }

  subscribe<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Subscription<T, R> {
    if (options.overflow === "wait") {
      throw new UnsupportedFeatureError(
        `Cannot subscribe to ${subject.pattern}: overflow is "wait", and on NATS no publisher waits for a subscriber; use a stream`,
      );
    }
    return subscribeTo(this.#core.port, subject, options);
  }

  async request<T, R>(
    { pattern, codec, reply }: Subject<T, R>,
    value: T,
    options: ResolvedRequest,
  ): Promise<R> {
    const bytes = codec.encode(value);
    this.#core.published++;
    return (await this.#core.requests.first(pattern, bytes, options))
      .valueFor(reply);
  }

  requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: ResolvedRequest,
  ): AsyncIterableIterator<R, void, void> {
    return this.#core.requests.many(subject, () => {
      this.#core.checkOpen();
      this.#core.published++;
      return subject.codec.encode(value);
    }, options);
  }

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: EndSignals,
  ): Promise<PresenceEntry> {
    if (this.#core.hall === undefined) throw this.#lacks("track");
    return await this.#core.hall.track(topic, key, meta, signals);
  }

  presence(topic: string, signals: EndSignals): Presence {
    if (this.#core.hall === undefined) throw this.#lacks("look at presence");
    return this.#core.hall.presence(topic, signals);
  }

  interest(subject: string): Interest {
    throw new UnsupportedFeatureError(
      `Cannot see the interest in ${subject}: NATS reports it to no client`,
    );
  }

  async stream(
    name: string,
    options: StreamOptions,
  ): Promise<BusStream> {
    if (this.#core.streams === undefined) {
      throw this.#lacks(`have stream ${name}`);
    }
    return await this.#core.streams.stream(name, options);
  }

  async streams(): Promise<readonly string[]> {
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

  #lacks(what: string): UnsupportedFeatureError {
    return new UnsupportedFeatureError(
      `Cannot ${what}: these servers have no JetStream for this client, start them with it`,
    );
  }
}
