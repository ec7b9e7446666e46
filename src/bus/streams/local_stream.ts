/**
 * A stream as its user has it, with values instead of bytes.
 *
 * @module
 */
import {
  checkInteger,
  checkOptionNames,
  type OptionNames,
  shown,
} from "../../checks/internal.ts";
import type { Codec, MsgpackValue } from "../../codec/mod.ts";
import type { ConsumeOptions, Consumer } from "../consumer.ts";
import { DONE } from "../delivery/delivered.ts";
import { Payload } from "../payload.ts";
import type {
  BusStream,
  PublishAck,
  StreamInfo,
  StreamPublishOptions,
  StreamRecord,
} from "../stream.ts";
import { DEFAULT_CODEC, type Subject } from "../subject.ts";
import { checkPattern, checkSubject } from "../subject_rules.ts";
import { resolveConsumer } from "./consumer_config.ts";
import type { Publish } from "./commit_queue.ts";
import type { KeptStream } from "./kept_stream.ts";
import { LocalConsumer } from "./local_consumer.ts";
import { sizeOf } from "./message_size.ts";
import { checkName } from "./stream_config.ts";
import { checkStreamPublish } from "./stream_publish_options.ts";
import { SubjectFilter } from "./subject_filter.ts";

/** Hands a message to live subscribers; may wait for those that are full. */
export type DeliverLive = (
  subject: string,
  payload: Payload,
) => PromiseLike<void> | void;

/** Options of a purge. */
export type PurgeOptions = NonNullable<Parameters<BusStream["purge"]>[0]>;

const PURGE_NAMES: OptionNames<PurgeOptions> = {
  pattern: true,
  beforeSequence: true,
};

const EVERYTHING = new SubjectFilter(">");

/** A stream of this process. */
export class LocalStream implements BusStream {
  readonly name: string;
  readonly #stream: KeptStream;
  readonly #deliver: DeliverLive;

  constructor(stream: KeptStream, deliver: DeliverLive) {
    this.name = stream.config.name;
    this.#stream = stream;
    this.#deliver = deliver;
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
  async publish<T>(
    subject: string | Subject<T, MsgpackValue>,
    value: T,
    options: StreamPublishOptions = {},
  ): Promise<PublishAck> {
    const { pattern, codec } = typed(subject);
    checkKeptSubject(this.#stream, pattern);
    checkStreamPublish(options);
    const { signal } = options;
    signal?.throwIfAborted();
    const payload = Payload.of(value, codec);
    this.#stream.check();
    const publish = publishOf(pattern, payload, options);
    const delivered = this.#deliver(pattern, payload);
    const kept = this.#stream.publish(publish);
    // Who publishes waits for slow subscribers of the live message as well.
    const both = delivered === undefined || delivered === DONE
      ? kept
      : Promise.all([kept, delivered]).then(([ack]) => ack);
    return await unless(signal, both);
  }

  consume(
    pattern: string,
    options?: ConsumeOptions,
  ): Promise<Consumer<MsgpackValue>>;
  consume<T, R>(
    pattern: Subject<T, R>,
    options?: ConsumeOptions,
  ): Promise<Consumer<T>>;
  async consume<T>(
    of: string | Subject<T, MsgpackValue>,
    options: ConsumeOptions = {},
  ): Promise<Consumer<T>> {
    const { pattern, codec } = typed(of);
    this.#stream.check();
    const config = resolveConsumer(pattern, options, this.#stream.config);
    options.signal?.throwIfAborted();
    options.holder?.signal.throwIfAborted();
    const consumer = await this.#stream.consumer(config);
    return new LocalConsumer(consumer, codec, options);
  }

  last(subject: string): Promise<StreamRecord<MsgpackValue> | undefined>;
  last<T, R>(subject: Subject<T, R>): Promise<StreamRecord<T> | undefined>;
  async last<T>(
    of: string | Subject<T, MsgpackValue>,
  ): Promise<StreamRecord<T> | undefined> {
    const { pattern, codec } = typed(of);
    checkSubject("subject", pattern);
    const message = await Promise.try(() => this.#stream.last(pattern));
    if (message === undefined) return undefined;
    const { subject, sequence, timestampMs, bytes } = message;
    return { subject, value: codec.decode(bytes), sequence, timestampMs };
  }

  async info(): Promise<StreamInfo> {
    return await Promise.try(() => this.#stream.info());
  }

  async purge(options: PurgeOptions = {}): Promise<{ purged: number }> {
    checkPurge(options);
    const { pattern, beforeSequence } = options;
    const purged = await this.#stream.purge(
      pattern === undefined ? EVERYTHING : new SubjectFilter(pattern),
      beforeSequence ?? Infinity,
    );
    return { purged };
  }

  async deleteConsumer(name: string): Promise<void> {
    checkName("the name of a consumer", name);
    await this.#stream.removeConsumer(name);
  }

  async delete(): Promise<void> {
    await Promise.try(() => this.#stream.delete());
  }
}

/** Returns a message as a stream takes it. */
export function publishOf(
  subject: string,
  { bytes }: Payload,
  options?: StreamPublishOptions,
): Publish {
  return {
    subject,
    bytes,
    size: sizeOf(subject, bytes),
    id: options?.id,
    expectedLastSequence: options?.expectedLastSequence,
  };
}

/** Returns the text and the codec of a subject, whatever it is given as. */
export function typed<T>(subject: string | Subject<T, MsgpackValue>): {
  readonly pattern: string;
  readonly codec: Codec<T>;
} {
  // What is given as text is whatever MessagePack can represent: the overloads
  // say so.
  return typeof subject === "string"
    ? { pattern: subject, codec: DEFAULT_CODEC as Codec<unknown> as Codec<T> }
    : subject;
}

function checkKeptSubject(stream: KeptStream, subject: string): void {
  checkSubject("subject", subject);
  if (!subject.isWellFormed()) {
    throw new TypeError(
      `Cannot use subject: it is ${
        shown(subject)
      }, it must have no half of a surrogate pair`,
    );
  }
  if (stream.keeps(subject)) return;
  throw new TypeError(
    `Cannot publish on ${shown(subject)}: stream ${stream.config.name} keeps ${
      stream.config.options.subjects.map(shown).join(", ")
    }`,
  );
}

/**
 * Checks the options of a purge.
 *
 * @throws {TypeError} if an option has the wrong type, or is not known.
 * @throws {RangeError} if a number is out of its range.
 */
export function checkPurge(options: PurgeOptions): void {
  checkOptionNames<PurgeOptions>("purge()", options, PURGE_NAMES);
  const { pattern, beforeSequence } = options;
  if (pattern !== undefined) checkPattern("pattern", pattern);
  if (beforeSequence !== undefined) {
    checkInteger("beforeSequence", beforeSequence, { min: 1 });
  }
}

/** Returns what a promise does, unless the signal aborts before. */
function unless<T>(
  signal: AbortSignal | undefined,
  promise: PromiseLike<T>,
): PromiseLike<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    const ended = (): void => signal.removeEventListener("abort", aborted);
    promise.then((value) => (ended(), resolve(value)), (error) => {
      ended();
      reject(error);
    });
  });
}
