/**
 * One consumer of a client: messages are sent as far as it has credit, and what
 * it says of them is passed on as it comes.
 *
 * @module
 */
import { nextTurn } from "../../../actor/internal.ts";
import { type LogicalConnection, ProtocolError } from "../../../session/mod.ts";
import type { Consumer, StreamMessage } from "../../consumer.ts";
import { AckError, StreamNotFoundError } from "../../errors.ts";
import {
  decodeFields,
  encodeFields,
  fieldsField,
  numberField,
  textField,
} from "../control_protocol.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import {
  ConsumerEntry,
  DeliveryEntry,
  MAX_ACK_GROUP,
  MAX_HEAD_BYTES,
  MAX_TEXT_BYTES,
} from "../protocol.ts";
import { LocalConsumer } from "../../streams/local_consumer.ts";
import { consumeOptionsOf } from "../stream_fields.ts";
import { Acknowledged } from "./acknowledged.ts";
import { rawSubject } from "./bus_source.ts";
import { DeliveryWriter } from "./delivery_writer.ts";
import type { ServedClient } from "./served_client.ts";
import type { BusOperation } from "./server_options.ts";

type Message = StreamMessage<Uint8Array>;

/** What is said of messages and is not done yet, until no more is read. */
const MAX_SETTLING = 16_384;

/** The connection of one consumer. */
export class ConsumerServer {
  readonly #connection: LogicalConnection;
  readonly #client: ServedClient;
  readonly #out: DeliveryWriter;
  /** Messages that were sent, and of which nothing was said. */
  readonly #open = new Map<number, Message>();
  readonly #settling = new Set<Promise<void>>();
  /** What the client must be allowed for this. */
  readonly #judged: [BusOperation, string][] = [];
  #acknowledged = new Acknowledged();
  #lastToken = 0;
  #credit = 0;
  #granted: PromiseWithResolvers<void> | undefined;
  #isOver = false;

  constructor(connection: LogicalConnection, client: ServedClient) {
    this.#connection = connection;
    this.#client = client;
    // Each message is read with an await.
    this.#out = new DeliveryWriter(connection, nextTurn);
  }

  /** Serves it until either side has ended it. */
  async serve(): Promise<void> {
    const client = this.#client;
    const judgeAgain = (): Promise<void> => this.#judgeAgain(consumer);
    let isCounted = false;
    let consumer: Consumer<Uint8Array> | undefined;
    try {
      client.add("streams");
      isCounted = true;
      consumer = await this.#openConsumer();
      client.onReauthorize.add(judgeAgain);
      this.#out.text(DeliveryEntry.READY, consumer.name);
      void this.#send(consumer);
      await this.#read(consumer);
    } catch (error) {
      if (consumer !== undefined) throw error;
      await this.#end(error);
    } finally {
      this.#isOver = true;
      this.#granted?.resolve();
      client.onReauthorize.delete(judgeAgain);
      if (isCounted) client.remove("streams");
      this.#out.writer.fail(new Error("The client is gone"));
      await consumer?.close();
    }
  }

  async #openConsumer(): Promise<Consumer<Uint8Array>> {
    const fields = decodeFields(this.#connection.metadata);
    const name = textField(fields, "stream");
    const pattern = textField(fields, "pattern");
    this.#credit = numberField(fields, "credit");
    const options = consumeOptionsOf(fieldsField(fields, "options"));
    this.#judged.push(["consume", pattern]);
    // The server would publish there what the client may not.
    const { deadLetter } = options;
    if (deadLetter !== undefined) this.#judged.push(["publish", deadLetter]);
    for (const judged of this.#judged) {
      await this.#client.authorizer.check(...judged);
    }
    const stream = this.#client.streams.get(name);
    if (stream === undefined) {
      throw new StreamNotFoundError(
        `Cannot consume: the client has not opened the stream ${name}`,
      );
    }
    return await stream.consume(rawSubject(pattern), options);
  }

  /** Ends the consumer if the client may not have it any more. */
  async #judgeAgain(consumer: Consumer<Uint8Array> | undefined): Promise<void> {
    for (const judged of this.#judged) {
      const verdict = await this.#client.authorizer.judge(...judged);
      if (verdict === undefined) continue;
      this.#isOver = true;
      this.#granted?.resolve();
      await consumer?.close();
      return await this.#end(verdict);
    }
  }

  /** Sends messages as they come, as far as there is credit. */
  async #send(consumer: Consumer<Uint8Array>): Promise<void> {
    const { writer } = this.#out;
    const local = consumer instanceof LocalConsumer ? consumer : undefined;
    try {
      for (;;) {
        while (this.#credit <= 0 && !this.#isOver) {
          this.#granted ??= Promise.withResolvers();
          await this.#granted.promise;
        }
        if (!writer.hasRoom) await writer.room();
        if (this.#isOver) return;
        // A message that is there costs no promise.
        const message = local?.takeNow() ?? await consumer.receive();
        if (this.#isOver) return;
        if (message === undefined) return await this.#end();
        this.#credit--;
        this.#write(message);
      }
    } catch (error) {
      await this.#end(error);
    }
  }

  #write(message: Message): void {
    const { subject, value, sequence, timestampMs, deliveries, gap } = message;
    const token = ++this.#lastToken;
    this.#open.set(token, message);
    const out = this.#out;
    const number = out.number(subject);
    const { writer } = out;
    writer.begin(DeliveryEntry.STREAM, MAX_HEAD_BYTES + value.length);
    writer.number(number);
    writer.number(token);
    writer.number(sequence);
    writer.number(Math.floor(timestampMs));
    writer.number(deliveries);
    writer.number(gap);
    writer.bytes(value);
  }

  async #read(consumer: Consumer<Uint8Array>): Promise<void> {
    for await (const batch of this.#connection.batches()) {
      for (const block of batch.messages) {
        const reader = new EntryReader(block);
        while (reader.hasMore) {
          this.#takeEntry(reader.byte(), reader, consumer);
          if (this.#settling.size >= MAX_SETTLING) {
            await Promise.allSettled(this.#settling);
          }
        }
        if (!this.#out.writer.hasRoom) await this.#out.writer.room();
      }
    }
    await Promise.allSettled(this.#settling);
  }

  #takeEntry(
    type: number,
    reader: EntryReader,
    consumer: Consumer<Uint8Array>,
  ): void {
    switch (type) {
      case ConsumerEntry.ACK:
        return this.#acknowledge(reader.number(), reader.number());
      case ConsumerEntry.CONFIRM:
        return this.#confirm(reader.number());
      case ConsumerEntry.NAK:
        return this.#settle(reader, (message, reader) => {
          const delayMs = reader.number();
          return message.nak(delayMs === 0 ? {} : { delayMs });
        });
      case ConsumerEntry.TERMINATE:
        return this.#settle(
          reader,
          (message, reader) => message.terminate(reader.text(MAX_TEXT_BYTES)),
        );
      case ConsumerEntry.IN_PROGRESS:
        return this.#settle(reader, (message) => message.inProgress(), true);
      case ConsumerEntry.CREDIT:
        this.#credit += reader.number();
        this.#granted?.resolve();
        this.#granted = undefined;
        return;
      case ConsumerEntry.INFO: {
        const id = reader.number();
        return this.#passOn(id, async () => {
          const info = encodeFields({ ...await consumer.info() });
          const { writer } = this.#out;
          writer.begin(DeliveryEntry.INFO, MAX_HEAD_BYTES + info.length);
          writer.number(id);
          writer.bytes(info);
        }, false);
      }
      case ConsumerEntry.CLOSE:
        return void this.#close(consumer);
      default:
        throw unknownEntry(type);
    }
  }

  #acknowledge(first: number, count: number): void {
    for (let token = first; token < first + count; token++) {
      const message = this.#open.get(token);
      if (message === undefined) {
        throw new ProtocolError("A client acknowledges what it does not have");
      }
      this.#open.delete(token);
      this.#acknowledged.add(token, message.ack());
    }
    if (this.#acknowledged.size > MAX_ACK_GROUP) {
      throw new ProtocolError("A client acknowledges and does not confirm");
    }
  }

  #confirm(id: number): void {
    const acknowledged = this.#acknowledged;
    this.#acknowledged = new Acknowledged();
    this.#passOn(id, async () => {
      for (const { first, count, error } of await acknowledged.refused()) {
        this.#out.refused(id, first, count, error);
      }
    }, true);
  }

  #settle(
    reader: EntryReader,
    act: (message: Message, reader: EntryReader) => Promise<void>,
    staysOpen = false,
  ): void {
    const id = reader.number();
    const token = reader.number();
    const message = this.#open.get(token) ?? GONE;
    if (!staysOpen) this.#open.delete(token);
    const acting = act(message as Message, reader);
    this.#passOn(id, () => acting, true);
  }

  /** Notifies the client of what has come of something that it has asked. */
  #passOn(id: number, act: () => Promise<void>, isReported: boolean): void {
    const settled: Promise<void> = act().then(
      () => {
        if (isReported) this.#out.entry(DeliveryEntry.SETTLED, id);
      },
      (error) => this.#out.failed(DeliveryEntry.UNSETTLED, error, id),
    ).finally(() => this.#settling.delete(settled));
    this.#settling.add(settled);
  }

  async #close(consumer: Consumer<Uint8Array>): Promise<void> {
    await Promise.allSettled(this.#settling);
    this.#isOver = true;
    this.#granted?.resolve();
    try {
      await consumer.close();
      await this.#end();
    } catch (error) {
      await this.#end(error);
    }
  }

  async #end(...error: [] | [unknown]): Promise<void> {
    if (error.length === 0) this.#out.entry(DeliveryEntry.END);
    else this.#out.failed(DeliveryEntry.FAILED, error[0]);
    await this.#out.writer.idle();
    await this.#connection.close();
  }
}

function gone(): Promise<void> {
  return Promise.reject(
    new AckError(
      "Cannot settle a message: it was acknowledged or refused already",
    ),
  );
}

/** Stands for a message of which something was said already. */
const GONE: Pick<Message, "ack" | "nak" | "terminate" | "inProgress"> = {
  ack: gone,
  nak: gone,
  terminate: gone,
  inProgress: gone,
};
