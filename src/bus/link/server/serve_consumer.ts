/**
 * One consumer of a client: messages are sent as far as it has credit, and what
 * it says of them is passed on as it comes.
 *
 * @module
 */
import { nextTurn } from "../../../actor/internal.ts";
import { type LogicalConnection, ProtocolError } from "../../../session/mod.ts";
import type { Consumer, StreamMessage } from "../../consumer.ts";
import { DONE } from "../../delivery/delivered.ts";
import { StreamNotFoundError } from "../../errors.ts";
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
import { MessageSettler, type Settler } from "./settler.ts";
import { Acknowledged } from "./acknowledged.ts";
import { rawSubject } from "./bus_source.ts";
import { DeliveryWriter } from "./delivery_writer.ts";
import type { ServedClient } from "./served_client.ts";
import type { BusOperation } from "./server_options.ts";

type Head = Pick<
  StreamMessage<Uint8Array>,
  "subject" | "sequence" | "timestampMs"
>;

/** What is said of messages and is not done yet, until no more is read. */
const MAX_SETTLING = 16_384;

/** The connection of one consumer. */
export class ConsumerServer {
  readonly #connection: LogicalConnection;
  readonly #client: ServedClient;
  readonly #out: DeliveryWriter;
  #settler: Settler | undefined;
  /** Messages that were sent and not acknowledged. */
  #unacknowledged = 0;
  readonly #settling = new Set<Promise<void>>();
  /** What the client must be allowed for this. */
  readonly #judged: [BusOperation, string][] = [];
  #acknowledged = new Acknowledged();
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
    const reader = consumer instanceof LocalConsumer
      ? consumer.reader
      : undefined;
    const kept = new MessageSettler();
    this.#settler = reader ?? kept;
    try {
      for (;;) {
        while (this.#credit <= 0 && !this.#isOver) {
          this.#granted ??= Promise.withResolvers();
          await this.#granted.promise;
        }
        if (!writer.hasRoom) await writer.room();
        if (this.#isOver) return;
        // A message that is there costs no promise.
        const delivery = reader?.take();
        if (delivery !== undefined) {
          const { message, deliveries, gap } = delivery;
          this.#write(message, message.bytes, deliveries, gap);
          continue;
        }
        const message = await consumer.receive();
        if (this.#isOver) return;
        if (message === undefined) return await this.#end();
        if (reader === undefined) kept.sent(message);
        this.#write(message, message.value, message.deliveries, message.gap);
      }
    } catch (error) {
      await this.#end(error);
    }
  }

  #write(
    { subject, sequence, timestampMs }: Head,
    bytes: Uint8Array,
    deliveries: number,
    gap: number,
  ): void {
    this.#credit--;
    this.#unacknowledged++;
    const out = this.#out;
    const number = out.number(subject);
    const { writer } = out;
    writer.begin(DeliveryEntry.STREAM, MAX_HEAD_BYTES + bytes.length);
    writer.number(number);
    writer.number(sequence);
    writer.number(Math.floor(timestampMs));
    writer.number(deliveries);
    writer.number(gap);
    writer.bytes(bytes);
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
        return this.#acknowledge(
          reader.number(),
          reader.number(),
          reader.number(),
        );
      case ConsumerEntry.CONFIRM:
        return this.#confirm(reader.number());
      case ConsumerEntry.NAK:
        return this.#settle(
          reader,
          (settler, sequence, deliveries) =>
            settler.nak(sequence, deliveries, reader.number()),
        );
      case ConsumerEntry.TERMINATE:
        return this.#settle(reader, (settler, sequence, deliveries) => {
          const reason = reader.text(MAX_TEXT_BYTES);
          return settler.terminate(sequence, deliveries, reason);
        });
      case ConsumerEntry.IN_PROGRESS:
        return this.#settle(
          reader,
          (settler, sequence, deliveries) =>
            settler.extend(sequence, deliveries),
        );
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

  #acknowledge(first: number, count: number, deliveries: number): void {
    this.#unacknowledged -= count;
    if (this.#unacknowledged < 0) {
      throw new ProtocolError("A client acknowledges more than it has");
    }
    for (let sequence = first; sequence < first + count; sequence++) {
      this.#acknowledged.add(
        sequence,
        deliveries,
        attempt(() => this.#settler?.ack(sequence, deliveries)),
      );
    }
    if (this.#acknowledged.size > MAX_ACK_GROUP) {
      throw new ProtocolError("A client acknowledges and does not confirm");
    }
  }

  #confirm(id: number): void {
    const acknowledged = this.#acknowledged;
    this.#acknowledged = new Acknowledged();
    this.#passOn(id, async () => {
      for (const refused of await acknowledged.refused()) {
        this.#out.refused(id, refused);
      }
    }, true);
  }

  #settle(
    reader: EntryReader,
    act: (
      settler: Settler,
      sequence: number,
      deliveries: number,
    ) => Promise<void>,
  ): void {
    const id = reader.number();
    const sequence = reader.number();
    const deliveries = reader.number();
    const acting = attempt(() =>
      this.#settler && act(this.#settler, sequence, deliveries)
    );
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

/** Returns what is done, as a rejection if it cannot be. */
function attempt(act: () => Promise<void> | undefined): Promise<void> {
  try {
    return act() ?? DONE;
  } catch (error) {
    // What is wrong with a block ends its connection.
    if (error instanceof ProtocolError) throw error;
    return Promise.reject(error);
  }
}
