/**
 * A stream of the bus of another process.
 *
 * @module
 */
import type { Codec } from "../../../codec/mod.ts";
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
  type PurgeOptions,
  type StreamBackend,
  StreamCalls,
} from "../../stream_calls.ts";
import type { ResolvedConsumer } from "../../streams/consumer_config.ts";
import {
  type ResolvedStream,
  resolveStream,
} from "../../streams/stream_config.ts";
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
  return new StreamCalls(new LinkBackend(port, stream, opened));
}

class LinkBackend implements StreamBackend {
  readonly config: ResolvedStream;
  readonly #port: StreamPort;
  readonly #opened: OpenedStream;

  constructor(port: StreamPort, config: ResolvedStream, opened: OpenedStream) {
    this.#port = port;
    this.config = config;
    this.#opened = opened;
  }

  publish<T>(
    subject: string,
    value: T,
    codec: Codec<T>,
    options: StreamPublishOptions,
  ): Promise<PublishAck> {
    const bytes = codec.encode(value);
    const { session } = this.#opened;
    return session === this.#port.outbox.session && session !== undefined
      ? session.publisher.keep(this.config.name, subject, bytes, options)
      : this.#publishLater(subject, bytes, options);
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
        publisher.keep(this.config.name, subject, bytes, options)
          .then(resolve, reject);
      }, bytes.length).catch(reject);
    });
  }

  async consume<T>(
    config: ResolvedConsumer,
    codec: Codec<T>,
    options: ConsumeOptions,
  ): Promise<Consumer<T>> {
    const { link } = this.#port;
    await this.#opened.ready;
    const part = new ConsumerPart(
      link,
      this.#opened,
      config.pattern,
      codec,
      options,
      config,
    );
    await part.ready;
    return part;
  }

  async last<T>(
    subject: string,
    codec: Codec<T>,
  ): Promise<StreamRecord<T> | undefined> {
    const result = await this.#call("last", { subject });
    if (!Object.hasOwn(result, "record")) return undefined;
    const { bytes, ...record } = recordOf(fieldsField(result, "record"));
    return { ...record, value: codec.decode(bytes) };
  }

  async info(): Promise<StreamInfo> {
    return infoOf(await this.#call("info", {}));
  }

  async purge(
    options: PurgeOptions,
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
    return await control.call(operation, {
      stream: this.config.name,
      ...fields,
    });
  }
}
