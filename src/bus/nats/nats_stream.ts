/**
 * A stream of JetStream.
 *
 * @module
 */
import type { PurgeOpts } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { MsgpackValue } from "../../codec/mod.ts";
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
  checkSameConsumer,
  resolveConsumer,
  type ResolvedConsumer,
} from "../streams/consumer_config.ts";
import {
  checkPurge,
  type PurgeOptions,
  typed,
} from "../streams/local_stream.ts";
import { checkName, type ResolvedStream } from "../streams/stream_config.ts";
import { checkStreamPublish } from "../streams/stream_publish_options.ts";
import type { Subject } from "../subject.ts";
import { checkSubject, matches } from "../subject_rules.ts";
import { abortable } from "./abortable.ts";
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

/** A stream on the servers of NATS. */
export class NatsStream implements BusStream {
  readonly name: string;
  readonly #port: StreamPort;

  constructor(port: StreamPort) {
    this.name = port.stream.name;
    this.#port = port;
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
    const { access, stream } = this.#port;
    checkSubject("subject", pattern);
    if (!stream.options.subjects.some((one) => matches(one, pattern))) {
      throw new TypeError(
        `Cannot publish on "${pattern}": stream ${this.name} keeps ${
          stream.options.subjects.join(", ")
        }`,
      );
    }
    checkStreamPublish(options);
    options.signal?.throwIfAborted();
    const what = `publish on ${pattern} of stream ${this.name}`;
    const kept = access.keepIn(
      this.name,
      what,
      pattern,
      codec.encode(value),
      this.#headersOf(options),
    );
    kept.catch(() => {});
    const ack = await abortable(kept, options.signal);
    if (ack.stream !== this.name) {
      throw new StreamNotFoundError(
        `Cannot ${what}: the stream was deleted, and ${ack.stream} keeps the subject now`,
      );
    }
    return {
      stream: this.name,
      sequence: ack.seq,
      isDuplicate: ack.duplicate ?? false,
    };
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
    const port = this.#port;
    const config = resolveConsumer(pattern, options, port.stream);
    const signals = signalsOf(options);
    for (const signal of signals) signal.throwIfAborted();
    const asked = toConsumerConfig(config, port.stream);
    const base = config.start === "last_per_subject"
      ? (await this.#look()).state.last_seq
      : 0;
    const what = `consume ${this.name}`;
    const { there, isNew, delivered } = await port.access.api(
      what,
      async ({ consumers }) => {
        const known = config.isKept
          ? await consumers.info(this.name, config.name).catch(() => undefined)
          : undefined;
        const info = known ?? await consumers.add(this.name, asked);
        return {
          there: toResolvedConsumer(config.name, info.config),
          isNew: known === undefined,
          delivered: info.delivered,
        };
      },
    );
    checkSameConsumer(there, config);
    const covers = filterOf(pattern, port.stream) === undefined;
    const gaps: GapState | undefined = covers
      ? startingAt(config, isNew, base, delivered)
      : undefined;
    return new NatsConsumer(port, { config, gaps, signals }, codec);
  }

  last(subject: string): Promise<StreamRecord<MsgpackValue> | undefined>;
  last<T, R>(subject: Subject<T, R>): Promise<StreamRecord<T> | undefined>;
  async last<T>(
    of: string | Subject<T, MsgpackValue>,
  ): Promise<StreamRecord<T> | undefined> {
    const { pattern, codec } = typed(of);
    checkSubject("subject", pattern);
    const message = await this.#port.access.api(
      `read stream ${this.name}`,
      ({ streams }) => streams.getMessage(this.name, { last_by_subj: pattern }),
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
      `list consumers of stream ${this.name}`,
      (manager) => Array.fromAsync(manager.consumers.list(this.name)),
    );
    const { options } = toResolvedStream(config);
    return {
      name: this.name,
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

  async purge(options: PurgeOptions = {}): Promise<{ purged: number }> {
    checkPurge(options);
    const { purged } = await this.#port.access.api(
      `purge stream ${this.name}`,
      ({ streams }) =>
        streams.purge(
          this.name,
          purgeOptions(options),
        ),
    );
    return { purged };
  }

  async deleteConsumer(name: string): Promise<void> {
    checkName("the name of a consumer", name);
    await this.#port.access.api(
      `delete consumer ${name}`,
      ({ consumers }) => consumers.delete(this.name, name),
    );
  }

  async delete(): Promise<void> {
    await this.#port.access.api(
      `delete stream ${this.name}`,
      ({ streams }) => streams.delete(this.name),
    );
  }

  #look() {
    return this.#port.access.api(
      `look at stream ${this.name}`,
      ({ streams }) => streams.info(this.name),
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
