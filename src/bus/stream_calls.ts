/**
 * The calls of a stream as its users make them, checked; where its messages are
 * kept is for an engine.
 *
 * @module
 */
import {
  checkInteger,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../checks/internal.ts";
import type { Codec, MsgpackValue } from "../codec/mod.ts";
import { abortable } from "./abortable.ts";
import type { ConsumeOptions, Consumer } from "./consumer.ts";
import type {
  BusStream,
  PublishAck,
  StreamInfo,
  StreamPublishOptions,
  StreamRecord,
} from "./stream.ts";
import {
  resolveConsumer,
  type ResolvedConsumer,
} from "./streams/consumer_config.ts";
import { checkName, type ResolvedStream } from "./streams/stream_config.ts";
import { checkStreamPublish } from "./streams/stream_publish_options.ts";
import { SubjectFilter } from "./streams/subject_filter.ts";
import {
  checkTyped,
  DEFAULT_CODEC,
  type Subject,
  subject as subjectOf,
} from "./subject.ts";
import { checkPattern, checkSubject } from "./subject_rules.ts";

/** Options of a purge. */
export type PurgeOptions = NonNullable<Parameters<BusStream["purge"]>[0]>;

/** A stream in terms of typed subjects and checked options. */
export interface StreamBackend
  extends Pick<BusStream, "info" | "delete" | "deleteConsumer"> {
  /** The name and the options of the stream. */
  readonly config: ResolvedStream;
  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: StreamPublishOptions,
  ): Promise<PublishAck>;
  consume<T>(
    config: ResolvedConsumer,
    codec: Codec<T>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>>;
  last<T>(
    subject: string,
    codec: Codec<T>,
  ): Promise<StreamRecord<T> | undefined>;
  purge(options: PurgeOptions): Promise<{ readonly purged: number }>;
}

const PURGE_NAMES: OptionNames<PurgeOptions> = {
  pattern: true,
  beforeSequence: true,
};

/** A stream on some engine. */
export class StreamCalls implements BusStream {
  readonly name: string;
  readonly #backend: StreamBackend;
  readonly #filters: readonly SubjectFilter[];

  constructor(backend: StreamBackend) {
    const { name, options: { subjects } } = backend.config;
    this.name = name;
    this.#backend = backend;
    this.#filters = subjects.map((pattern) => new SubjectFilter(pattern));
  }

  publish(
    subject: string,
    value: MsgpackValue,
    options?: StreamPublishOptions,
  ): Promise<PublishAck>;
  publish<T, R>(
    subject: Subject<T, R>,
    value: T,
    options?: StreamPublishOptions,
  ): Promise<PublishAck>;
  publish<T, R>(
    subject: string | Subject<T, R>,
    value: T | MsgpackValue,
    options: StreamPublishOptions = {},
  ): Promise<PublishAck> {
    try {
      if (typeof subject !== "string") checkTyped(subject);
      return typeof subject === "string"
        ? this.#publish(subject, value as MsgpackValue, DEFAULT_CODEC, options)
        : this.#publish(
          subject.pattern,
          value as T,
          subject.codec,
          options,
        );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    this.#checkKept(subject);
    checkStreamPublish(options);
    const { signal } = options;
    signal?.throwIfAborted();
    return abortable(
      this.#backend.publish(subject, value, codec, options),
      signal,
    );
  }

  #checkKept(subject: string): void {
    checkSubject("subject", subject);
    if (!subject.isWellFormed()) {
      throw new TypeError(
        `Cannot use subject: it is ${
          shown(subject)
        }, it must have no half of a surrogate pair`,
      );
    }
    if (this.#filters.some((filter) => filter.test(subject))) return;
    const kept = this.#backend.config.options.subjects.map(shown).join(", ");
    throw new TypeError(
      `Cannot publish on ${shown(subject)}: stream ${this.name} keeps ${kept}`,
    );
  }

  consume(
    pattern: string,
    options?: ConsumeOptions,
  ): Promise<Consumer<MsgpackValue>>;
  consume<T, R>(
    pattern: Subject<T, R>,
    options?: ConsumeOptions,
  ): Promise<Consumer<T>>;
  async consume<T, R>(
    pattern: string | Subject<T, R>,
    options: ConsumeOptions = {},
  ): Promise<Consumer<T> | Consumer<MsgpackValue>> {
    if (typeof pattern !== "string") checkTyped(pattern);
    return typeof pattern === "string"
      ? await this.#consume(subjectOf(pattern), options)
      : await this.#consume(pattern, options);
  }

  async #consume<T, R>(
    { pattern, codec }: Subject<T, R>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>> {
    const config = resolveConsumer(pattern, options, this.#backend.config);
    options.signal?.throwIfAborted();
    options.holder?.signal.throwIfAborted();
    return await this.#backend.consume(config, codec, options);
  }

  last(subject: string): Promise<StreamRecord<MsgpackValue> | undefined>;
  last<T, R>(subject: Subject<T, R>): Promise<StreamRecord<T> | undefined>;
  async last<T, R>(
    subject: string | Subject<T, R>,
  ): Promise<StreamRecord<T> | StreamRecord<MsgpackValue> | undefined> {
    if (typeof subject !== "string") checkTyped(subject);
    return typeof subject === "string"
      ? await this.#last(subjectOf(subject))
      : await this.#last(subject);
  }

  async #last<T, R>(
    { pattern, codec }: Subject<T, R>,
  ): Promise<StreamRecord<T> | undefined> {
    checkSubject("subject", pattern);
    return await this.#backend.last(pattern, codec);
  }

  async info(): Promise<StreamInfo> {
    return await Promise.try(() => this.#backend.info());
  }

  async purge(options: PurgeOptions = {}): Promise<{ purged: number }> {
    checkOptionNames<PurgeOptions>("purge()", options, PURGE_NAMES);
    const { pattern, beforeSequence } = options;
    if (pattern !== undefined) checkPattern("pattern", pattern);
    if (beforeSequence !== undefined) {
      checkInteger("beforeSequence", beforeSequence, { min: 1 });
    }
    return await Promise.try(() => this.#backend.purge(options));
  }

  async deleteConsumer(name: string): Promise<void> {
    checkName("the name of a consumer", name);
    await this.#backend.deleteConsumer(name);
  }

  async delete(): Promise<void> {
    await Promise.try(() => this.#backend.delete());
  }
}
