/**
 * The calls of a bus, in terms of the engine in this process.
 *
 * @module
 */
import { spawnNamed } from "../../actor/internal.ts";
import type { ActorSystem } from "../../actor/mod.ts";
import type { Codec, MsgpackValue } from "../../codec/mod.ts";
import type { BusEngine, EndSignals } from "../bus_calls.ts";
import type { ResolvedRequest } from "../call_options.ts";
import { DONE } from "../delivery/delivered.ts";
import type { ResolvedSubscribeOptions } from "../delivery/subscribe_options.ts";
import type { Interest } from "../interest.ts";
import type { BusFeature, BusStats, PublishOptions } from "../message_bus.ts";
import { Payload } from "../payload.ts";
import type { Presence, PresenceEntry } from "../presence.ts";
import type { BusStream, StreamOptions } from "../stream.ts";
import type { Subject } from "../subject.ts";
import type { Subscription } from "../subscription.ts";
import { busActor } from "./bus_actor.ts";
import type { LocalEngine } from "./engine.ts";
import { PendingRequest } from "./pending_request.ts";
import { Replies } from "./replies.ts";

const FEATURES: readonly BusFeature[] = [
  "interest",
  "presence",
  "retained",
  "streams",
  "wait",
];

/** The bus of an engine in this process, which ends with its system. */
export class LocalCalls implements BusEngine {
  readonly features: ReadonlySet<BusFeature> = new Set(FEATURES);
  readonly closed: Promise<void>;
  readonly #engine: LocalEngine;
  readonly #stop: () => void;

  constructor(system: ActorSystem, engine: LocalEngine) {
    this.#engine = engine;
    const ref = spawnNamed(system, "local bus", busActor);
    // Whether it was closed, or the system shuts down and may kill it.
    this.closed = ref.stopped.then(() => engine.end());
    this.#stop = () => ref.tell("stop");
  }

  checkOpen(): void {
    this.#engine.checkOpen();
  }

  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: PublishOptions | undefined,
  ): Promise<void> {
    return this.#engine.publish(subject, Payload.of(value, codec), options);
  }

  async clear(subject: string): Promise<void> {
    await DONE;
    this.#engine.retained.delete(subject);
  }

  subscribe<T, R>(
    subject: Subject<T, R>,
    options: ResolvedSubscribeOptions<T, R>,
  ): Subscription<T, R> {
    return this.#engine.subscribe(subject, options);
  }

  async request<T, R>(
    { pattern, codec, reply }: Subject<T, R>,
    value: T,
    { timeoutMs, signal }: ResolvedRequest,
  ): Promise<R> {
    const replies = new PendingRequest(
      pattern,
      this.#engine.requests,
      timeoutMs,
      signal,
    );
    try {
      const payload = Payload.of(value, codec);
      const taken = this.#engine.publish(pattern, payload, { replies });
      if (taken !== DONE) taken.catch((error) => replies.fail(error));
    } catch (error) {
      replies.fail(error);
    }
    return (await replies.first).valueFor(reply);
  }

  requestMany<T, R>(
    subject: Subject<T, R>,
    value: T,
    options: ResolvedRequest,
  ): AsyncIterableIterator<R, void, void> {
    return new Replies(this.#engine, subject, options).ask(
      Payload.of(value, subject.codec),
    );
  }

  async track(
    topic: string,
    key: string,
    meta: MsgpackValue,
    signals: EndSignals,
  ): Promise<PresenceEntry> {
    await DONE;
    return this.#engine.presence.track(topic, key, meta, signals);
  }

  presence(topic: string, signals: EndSignals): Presence {
    return this.#engine.presence.view(topic, signals);
  }

  interest(subject: string, signals: EndSignals): Interest {
    return this.#engine.interests.view(subject, signals);
  }

  stream(
    name: string,
    options: StreamOptions,
  ): Promise<BusStream> {
    return this.#engine.streams.stream(name, options);
  }

  streams(): Promise<readonly string[]> {
    return this.#engine.streams.streams();
  }

  flush(): Promise<void> {
    return this.#engine.flush();
  }

  stats(): BusStats {
    return this.#engine.stats;
  }

  async close(): Promise<void> {
    if (await this.#engine.close()) this.#stop();
    await this.closed;
  }
}
