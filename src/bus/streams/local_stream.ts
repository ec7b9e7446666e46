/**
 * A stream as its user has it, with values instead of bytes.
 *
 * @module
 */
import type { Codec } from "../../codec/mod.ts";
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
import {
  type PurgeOptions,
  type StreamBackend,
  StreamCalls,
} from "../stream_calls.ts";
import type { Publish } from "./commit_queue.ts";
import type { ResolvedConsumer } from "./consumer_config.ts";
import type { KeptStream } from "./kept_stream.ts";
import { LocalConsumer } from "./local_consumer.ts";
import { sizeOf } from "./message_size.ts";
import type { ResolvedStream } from "./stream_config.ts";
import { SubjectFilter } from "./subject_filter.ts";

/** Hands a message to live subscribers; may wait for those that are full. */
export type DeliverLive = (
  subject: string,
  payload: Payload,
) => PromiseLike<void> | void;

const EVERYTHING = new SubjectFilter(">");

/** Returns a stream of this process. */
export function localStream(
  stream: KeptStream,
  deliver: DeliverLive,
): BusStream {
  return new StreamCalls(new LocalBackend(stream, deliver));
}

class LocalBackend implements StreamBackend {
  readonly config: ResolvedStream;
  readonly #stream: KeptStream;
  readonly #deliver: DeliverLive;

  constructor(stream: KeptStream, deliver: DeliverLive) {
    this.config = stream.config;
    this.#stream = stream;
    this.#deliver = deliver;
  }

  async publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    const payload = Payload.of(value, codec);
    this.#stream.check();
    const publish = publishOf(subject, payload, options);
    const delivered = this.#deliver(subject, payload);
    const kept = this.#stream.publish(publish);
    if (delivered === undefined || delivered === DONE) return await kept;
    // Who publishes waits for slow subscribers of the live message as well.
    const [ack] = await Promise.all([kept, delivered]);
    return ack;
  }

  async consume<T>(
    config: ResolvedConsumer,
    codec: Codec<T>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>> {
    this.#stream.check();
    const consumer = await this.#stream.consumer(config);
    return new LocalConsumer(consumer, codec, options);
  }

  async last<T>(
    of: string,
    codec: Codec<T>,
  ): Promise<StreamRecord<T> | undefined> {
    const message = await Promise.try(() => this.#stream.last(of));
    if (message === undefined) return undefined;
    const { subject, sequence, timestampMs, bytes } = message;
    return { subject, value: codec.decode(bytes), sequence, timestampMs };
  }

  async info(): Promise<StreamInfo> {
    return await Promise.try(() => this.#stream.info());
  }

  async purge(
    { pattern, beforeSequence = Infinity }: PurgeOptions,
  ): Promise<{ purged: number }> {
    const purged = await this.#stream.purge(
      pattern === undefined ? EVERYTHING : new SubjectFilter(pattern),
      beforeSequence,
    );
    return { purged };
  }

  async deleteConsumer(name: string): Promise<void> {
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
