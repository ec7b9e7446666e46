/**
 * A consumer as its user has it, with values instead of bytes.
 *
 * @module
 */
import { type LeaseHolder, TroupeError } from "../../actor/mod.ts";
import {
  checkDuration,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import type { Codec } from "../../codec/mod.ts";
import type { Consumer, ConsumerInfo, StreamMessage } from "../consumer.ts";
import {
  abortableReader,
  type Reader,
  readerLoop,
  type ReadOptions,
  readSignal,
} from "../delivery/reader.ts";
import type { ConsumerReader, Delivery } from "./consumer_reader.ts";
import type { StreamConsumer } from "./stream_consumer.ts";

/** What ends a reader. */
interface Ends {
  readonly signal?: AbortSignal;
  readonly holder?: LeaseHolder;
}

/** A reader of this process. */
export class LocalConsumer<T> implements Consumer<T> {
  readonly name: string;
  readonly #codec: Codec<T>;
  readonly #consumer: StreamConsumer;
  readonly #reader: ConsumerReader;
  #waiting: Reader<StreamMessage<T>> | undefined;

  constructor(consumer: StreamConsumer, codec: Codec<T>, ends: Ends) {
    this.name = consumer.config.name;
    this.#codec = codec;
    this.#consumer = consumer;
    this.#reader = consumer.open((delivery) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.resolve(this.#message(delivery));
    });
    this.#reader.closed.then(() => this.#end(), (error) => this.#end(error));
    this.#endWith([ends.signal, ends.holder?.signal]);
  }

  #endWith(signals: readonly (AbortSignal | undefined)[]): void {
    const close = (): void => void this.close().catch(() => {});
    for (const signal of signals) {
      if (signal === undefined) continue;
      if (signal.aborted) return close();
      signal.addEventListener("abort", close, { once: true });
      const ended = (): void => signal.removeEventListener("abort", close);
      this.closed.then(ended, ended);
    }
  }

  get closed(): Promise<void> {
    return this.#reader.closed;
  }

  receive(options?: ReadOptions): Promise<StreamMessage<T> | undefined> {
    return new Promise((resolve, reject) => {
      const signal = readSignal(options);
      signal?.throwIfAborted();
      const reader = { resolve, reject };
      this.#read(
        signal === undefined ? reader : abortableReader(reader, signal, () => {
          this.#waiting = undefined;
          this.#reader.withdraw();
        }),
      );
    });
  }

  #read(reader: Reader<StreamMessage<T>>): void {
    if (this.#waiting !== undefined) {
      return reader.reject(
        new TroupeError(
          "Cannot receive: another read of this consumer is pending",
        ),
      );
    }
    try {
      const delivery = this.#reader.take();
      if (delivery !== undefined) {
        return reader.resolve(this.#message(delivery));
      }
    } catch (error) {
      return reader.reject(error);
    }
    if (!this.#reader.isOpen) {
      this.closed.then(() => reader.resolve(undefined), reader.reject);
      return;
    }
    this.#waiting = reader;
    this.#reader.request(1);
  }

  /** What gives it messages, for those who need no values. */
  get reader(): ConsumerReader {
    return this.#reader;
  }

  #end(error?: unknown): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (error === undefined) waiting?.resolve(undefined);
    else waiting?.reject(error);
  }

  #message(delivery: Delivery): StreamMessage<T> {
    return new LocalMessage(delivery, this.#codec, this.#reader);
  }

  async info(): Promise<ConsumerInfo> {
    return await Promise.try(() => this.#consumer.info());
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamMessage<T>, void, void> {
    return readerLoop((reader) => this.#read(reader), () => this.close());
  }
}

const NAK_NAMES: OptionNames<{ readonly delayMs?: number }> = { delayMs: true };

/** A message of a stream, with the bytes decoded when they are asked for. */
class LocalMessage<T> implements StreamMessage<T> {
  readonly subject: string;
  readonly sequence: number;
  readonly timestampMs: number;
  readonly deliveries: number;
  readonly gap: number;
  readonly #bytes: Uint8Array;
  readonly #codec: Codec<T>;
  readonly #reader: ConsumerReader;
  #decoded: { readonly value: T } | undefined;

  constructor(
    { message, deliveries, gap }: Delivery,
    codec: Codec<T>,
    reader: ConsumerReader,
  ) {
    this.subject = message.subject;
    this.sequence = message.sequence;
    this.timestampMs = message.timestampMs;
    this.deliveries = deliveries;
    this.gap = gap;
    this.#bytes = message.bytes;
    this.#codec = codec;
    this.#reader = reader;
  }

  get value(): T {
    this.#decoded ??= { value: this.#codec.decode(this.#bytes) };
    return this.#decoded.value;
  }

  ack(): Promise<void> {
    try {
      return this.#reader.ack(this.sequence, this.deliveries);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async nak(options: { readonly delayMs?: number } = {}): Promise<void> {
    checkOptionNames("nak()", options, NAK_NAMES);
    const { delayMs = 0 } = options;
    checkDuration("delayMs", delayMs);
    await this.#reader.nak(this.sequence, this.deliveries, delayMs);
  }

  async terminate(reason?: string): Promise<void> {
    if (reason !== undefined) checkString("reason", reason);
    await this.#reader.terminate(this.sequence, this.deliveries, reason);
  }

  async inProgress(): Promise<void> {
    await this.#reader.extend(this.sequence, this.deliveries);
  }
}
