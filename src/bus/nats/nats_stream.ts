/**
 * A stream of JetStream.
 *
 * @module
 */
import type { PurgeOpts } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { Codec } from "../../codec/mod.ts";
import type { ConsumeOptions, Consumer } from "../consumer.ts";
import { signalsOf } from "../delivery/subscribe_options.ts";
import { StreamNotFoundError } from "../errors.ts";
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
import {
  checkSameConsumer,
  type ResolvedConsumer,
} from "../streams/consumer_config.ts";
import type { ResolvedStream } from "../streams/stream_config.ts";
import {
  filterOf,
  toConsumerConfig,
  toResolvedConsumer,
} from "./consumer_mapping.ts";
import type { GapState } from "./gap_rules.ts";
import type { JetStreamAccess } from "./js_access.ts";
import { NatsConsumer } from "./nats_consumer.ts";
import { toResolvedStream } from "./stream_mapping.ts";
import type { Uplink } from "./uplink.ts";

/** A reader that ends with its bus. */
export interface OpenReader {
  close(): Promise<void>;
  restored(): void;
  end(error: unknown): void;
}

/** What a stream and its readers need. */
export interface StreamPort {
  readonly connection: NatsConnection;
  readonly uplink: Uplink;
  readonly inboxPrefix: string;
  readonly access: JetStreamAccess;
  readonly stream: ResolvedStream;
  readonly readers: Set<OpenReader>;
}

/** Returns a stream on the servers of NATS. */
export function natsStream(port: StreamPort): BusStream {
  return new StreamCalls(new NatsBackend(port));
}

class NatsBackend implements StreamBackend {
  readonly config: ResolvedStream;
  readonly #port: StreamPort;

  constructor(port: StreamPort) {
    this.config = port.stream;
    this.#port = port;
  }

  async publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    const { name } = this.config;
    const what = `publish on ${subject} of stream ${name}`;
    const ack = await this.#port.access.keepIn(
      name,
      what,
      subject,
      codec.encode(value),
      this.#headersOf(options),
    );
    if (ack.stream !== name) {
      throw new StreamNotFoundError(
        `Cannot ${what}: the stream was deleted, and ${ack.stream} keeps the subject now`,
      );
    }
    return {
      stream: name,
      sequence: ack.seq,
      isDuplicate: ack.duplicate ?? false,
    };
  }

  async consume<T>(
    config: ResolvedConsumer,
    codec: Codec<T>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>> {
    const port = this.#port;
    const { name } = this.config;
    const asked = toConsumerConfig(config, port.stream);
    const base = config.start === "last_per_subject"
      ? (await this.#look()).state.last_seq
      : 0;
    const { there, isNew, delivered } = await port.access.api(
      `consume ${name}`,
      async ({ consumers }) => {
        const known = config.isKept
          ? await consumers.info(name, config.name).catch(() => undefined)
          : undefined;
        const info = known ?? await consumers.add(name, asked);
        return {
          there: toResolvedConsumer(config.name, info.config),
          isNew: known === undefined,
          delivered: info.delivered,
        };
      },
    );
    checkSameConsumer(there, config);
    const covers = filterOf(config.pattern, port.stream) === undefined;
    const gaps: GapState | undefined = covers
      ? startingAt(config, isNew, base, delivered)
      : undefined;
    const signals = signalsOf(options);
    return new NatsConsumer(port, { config, gaps, signals }, codec);
  }

  async last<T>(
    of: string,
    codec: Codec<T>,
  ): Promise<StreamRecord<T> | undefined> {
    const { name } = this.config;
    const message = await this.#port.access.api(
      `read stream ${name}`,
      ({ streams }) => streams.getMessage(name, { last_by_subj: of }),
    );
    if (message === null) return undefined;
    const { subject, seq: sequence, data, time } = message;
    return {
      subject,
      value: codec.decode(data),
      sequence,
      timestampMs: time.getTime(),
    };
  }

  async info(): Promise<StreamInfo> {
    const { config, state } = await this.#look();
    const consumers = await this.#port.access.api(
      `list consumers of stream ${this.config.name}`,
      (manager) => Array.fromAsync(manager.consumers.list(this.config.name)),
    );
    const { options } = toResolvedStream(config);
    return {
      name: this.config.name,
      options,
      messages: state.messages,
      bytes: state.bytes,
      firstSequence: state.messages === 0
        ? state.last_seq + 1
        : state.first_seq,
      lastSequence: state.last_seq,
      consumers: consumers.map(({ name }) => name),
    };
  }

  async purge(options: PurgeOptions): Promise<{ purged: number }> {
    const { purged } = await this.#port.access.api(
      `purge stream ${this.config.name}`,
      ({ streams }) =>
        streams.purge(
          this.config.name,
          purgeOptions(options),
        ),
    );
    return { purged };
  }

  async deleteConsumer(name: string): Promise<void> {
    await this.#port.access.api(
      `delete consumer ${name}`,
      ({ consumers }) => consumers.delete(this.config.name, name),
    );
  }

  async delete(): Promise<void> {
    await this.#port.access.api(
      `delete stream ${this.config.name}`,
      ({ streams }) => streams.delete(this.config.name),
    );
  }

  #look() {
    return this.#port.access.api(
      `look at stream ${this.config.name}`,
      ({ streams }) => streams.info(this.config.name),
    );
  }

  #headersOf(
    { id, expectedLastSequence }: StreamPublishOptions,
  ): MsgHdrs | undefined {
    const { duplicateWindowMs } = this.#port.stream.options;
    const isNamed = id !== undefined && duplicateWindowMs > 0;
    if (!isNamed && expectedLastSequence === undefined) return undefined;
    const given = headers();
    if (isNamed) given.set("Nats-Msg-Id", id);
    if (expectedLastSequence !== undefined) {
      given.set("Nats-Expected-Last-Sequence", String(expectedLastSequence));
    }
    return given;
  }
}

function purgeOptions(
  { pattern: filter, beforeSequence: seq }: PurgeOptions,
): PurgeOpts | undefined {
  if (seq === undefined) return filter === undefined ? undefined : { filter };
  return filter === undefined ? { seq } : { seq, filter };
}

/** Where a reader is before its first message. */
function startingAt(
  { start }: ResolvedConsumer,
  isNew: boolean,
  base: number,
  delivered: { readonly consumer_seq: number; readonly stream_seq: number },
): GapState | undefined {
  if (!isNew) {
    return {
      sequence: delivered.stream_seq,
      consumerSequence: delivered.consumer_seq,
    };
  }
  if (start === "last_per_subject") {
    return { sequence: base, consumerSequence: 0 };
  }
  return typeof start === "object" && "sequence" in start
    ? { sequence: start.sequence - 1, consumerSequence: 0 }
    // The first message that comes is where it begins.
    : { sequence: Infinity, consumerSequence: -1 };
}
