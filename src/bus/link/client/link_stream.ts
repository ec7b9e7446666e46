/**
 * A stream of the bus of another process.
 *
 * @module
 */
import type { Codec, MsgpackValue } from "../../../codec/mod.ts";
import type { ConsumeOptions, Consumer } from "../../consumer.ts";
import type {
  BusStream,
  PublishAck,
  StreamInfo,
  StreamOptions,
  StreamPublishOptions,
  StreamRecord,
} from "../../stream.ts";
import {
  DEFAULT_CODEC,
  type Subject,
  subject as subjectOf,
} from "../../subject.ts";
import { resolveConsumer } from "../../streams/consumer_config.ts";
import {
  type ResolvedStream,
  resolveStream,
} from "../../streams/stream_config.ts";
import { checkStreamPublish } from "../../streams/stream_publish_options.ts";
import { checkOwnSubject, checkSubject } from "../../subject_rules.ts";
import {
  defined,
  type Fields,
  fieldsField,
  numberField,
  type Operation,
} from "../control_protocol.ts";
import { infoOf, recordOf, streamFields } from "../stream_fields.ts";
import { ConsumerPart } from "./consumer_part.ts";
import type { Link } from "./link.ts";
import { OpenedStream } from "./opened_stream.ts";
import type { Outbox } from "./outbox.ts";

/** What a stream is reached by. */
export interface StreamPort {
  readonly link: Link;
  readonly outbox: Outbox;
  /** The streams that were opened, by their name and options. */
  readonly opened: Map<string, OpenedStream>;
}

/**
 * Creates a stream on the other side, or returns the one of that name.
 *
 * @throws what the bus rejects with.
 */
export async function openStream(
  port: StreamPort,
  name: string,
  options: StreamOptions,
): Promise<BusStream> {
  // With a directory or without is for the other side to know.
  const stream = resolveStream(name, options, true);
  const fields = { name, options: streamFields(options) };
  const key = JSON.stringify(fields);
  const known = port.opened.get(key);
  const opened = known ?? new OpenedStream(port.link, name, fields);
  port.opened.set(key, opened);
  try {
    // It may have been deleted since.
    if (known !== undefined) known.attach(await port.link.next());
    await opened.ready;
  } catch (error) {
    port.link.remove(opened);
    port.opened.delete(key);
    throw error;
  }
  return new LinkStream(port, stream, opened);
}

class LinkStream implements BusStream {
  readonly name: string;
  readonly #port: StreamPort;
  readonly #stream: ResolvedStream;
  readonly #opened: OpenedStream;

  constructor(port: StreamPort, stream: ResolvedStream, opened: OpenedStream) {
    this.#port = port;
    this.#stream = stream;
    this.#opened = opened;
    this.name = stream.name;
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
      return Promise.reject(error);
    }
  }

  #publish(
    subject: string,
    bytes: Uint8Array,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    checkStreamPublish(options);
    const { signal } = options;
    signal?.throwIfAborted();
    checkOwnSubject("the subject", subject);
    const { session } = this.#opened;
    const sent = session === this.#port.outbox.session && session !== undefined
      ? session.publisher.keep(this.name, subject, bytes, options)
      : this.#publishLater(subject, bytes, options);
    return signal === undefined ? sent : untilAborted(sent, signal);
  }

  /** Publishes when there is a session, and the stream is open on it. */
  #publishLater(
    subject: string,
    bytes: Uint8Array,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    return new Promise((resolve, reject) => {
      this.#port.outbox.send(async ({ publisher }) => {
        // What waits for a session comes before the parts that it has.
        await Promise.resolve();
        await this.#opened.ready;
        publisher.keep(this.name, subject, bytes, options)
          .then(resolve, reject);
      }, bytes.length).catch(reject);
    });
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
    return typeof pattern === "string"
      ? await this.#consume(subjectOf(pattern), options)
      : await this.#consume(pattern, options);
  }

  async #consume<T, R>(
    { pattern, codec }: Subject<T, R>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>> {
    const limits = resolveConsumer(pattern, options, this.#stream);
    const { link } = this.#port;
    await this.#opened.ready;
    const part = new ConsumerPart(
      link,
      this.#opened,
      pattern,
      codec,
      options,
      limits,
    );
    await part.ready;
    return part;
  }

  last(subject: string): Promise<StreamRecord<MsgpackValue> | undefined>;
  last<T, R>(subject: Subject<T, R>): Promise<StreamRecord<T> | undefined>;
  last<T, R>(
    subject: string | Subject<T, R>,
  ): Promise<StreamRecord<T> | StreamRecord<MsgpackValue> | undefined> {
    return typeof subject === "string"
      ? this.#last(subject, DEFAULT_CODEC)
      : this.#last(subject.pattern, subject.codec);
  }

  async #last<T>(
    subject: string,
    codec: Codec<T>,
  ): Promise<StreamRecord<T> | undefined> {
    checkSubject("the subject", subject);
    const result = await this.#call("last", { subject });
    if (!Object.hasOwn(result, "record")) return undefined;
    const { bytes, ...record } = recordOf(fieldsField(result, "record"));
    return { ...record, value: codec.decode(bytes) };
  }

  async info(): Promise<StreamInfo> {
    return infoOf(await this.#call("info", {}));
  }

  async purge(
    options: { readonly pattern?: string; readonly beforeSequence?: number } =
      {},
  ): Promise<{ readonly purged: number }> {
    const result = await this.#call("purge", defined({ ...options }));
    return { purged: numberField(result, "purged") };
  }

  async deleteConsumer(consumer: string): Promise<void> {
    await this.#call("delete_consumer", { consumer });
  }

  async delete(): Promise<void> {
    await this.#call("delete", {});
    const { link, opened } = this.#port;
    link.remove(this.#opened);
    for (const [key, stream] of opened) {
      if (stream === this.#opened) opened.delete(key);
    }
  }

  async #call(operation: Operation, fields: Fields): Promise<Fields> {
    const { control } = await this.#port.link.next();
    await this.#opened.ready;
    return await control.call(operation, { stream: this.name, ...fields });
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() =>
      signal.removeEventListener("abort", onAbort)
    );
  });
}
