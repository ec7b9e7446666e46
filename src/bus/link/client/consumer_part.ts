/**
 * A consumer of a stream of another process: messages come with credit, and
 * what is said of them goes back without waiting for one another.
 *
 * @module
 */
import type { Timer, TroupeError } from "../../../actor/mod.ts";
import { nextTurn, Ring } from "../../../actor/internal.ts";
import type { Codec } from "../../../codec/mod.ts";
import type { LogicalConnection } from "../../../session/mod.ts";
import type {
  ConsumeOptions,
  Consumer,
  ConsumerInfo,
  StreamMessage,
} from "../../consumer.ts";
import { Outcome } from "../../delivery/outcome.ts";
import {
  abortableReader,
  type Reader,
  readerLoop,
  readIsPending,
  type ReadOptions,
  readSignal,
} from "../../delivery/reader.ts";
import { nextAhead } from "../../delivery/read_ahead_rules.ts";
import { signalsOf } from "../../delivery/subscribe_options.ts";
import { AckError } from "../../errors.ts";
import type { ResolvedConsumer } from "../../streams/consumer_config.ts";
import { decodeFields, encodeFields } from "../control_protocol.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import { EntryWriter } from "../entry_writer.ts";
import { fromFailure, readFailure } from "../failures.ts";
import { NumberedSubjects } from "../numbered_subjects.ts";
import {
  CONSUMER_CREDIT,
  CONSUMER_CREDIT_BYTES,
  DeliveryEntry,
  MAX_DELIVERY_SUBJECTS,
  MAX_TEXT_BYTES,
} from "../protocol.ts";
import { consumeFields, consumerInfoOf } from "../stream_fields.ts";
import type { Link, LinkPart } from "./link.ts";
import { LinkedMessage } from "./linked_message.ts";
import type { LinkSession } from "./link_session.ts";
import type { OpenedStream } from "./opened_stream.ts";
import { PartConnection } from "./part_connection.ts";
import { Settlements } from "./settlements.ts";

/** A reader of a stream of another process. */
export class ConsumerPart<T> implements LinkPart, Consumer<T> {
  readonly isSubscription = false;
  readonly #link: Link;
  readonly #stream: OpenedStream;
  readonly #pattern: string;
  readonly #codec: Codec<T>;
  readonly #options: ConsumeOptions;
  readonly #limits: Pick<ResolvedConsumer, "ackWaitMs" | "maxDeliveries">;
  readonly #signals: readonly AbortSignal[];
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed = new Outcome();
  readonly #arrived = new Ring<LinkedMessage<T>>();
  #subjects = new NumberedSubjects<string>(MAX_DELIVERY_SUBJECTS);
  #connection: PartConnection | undefined;
  #settlements: Settlements | undefined;
  #reader: Reader<StreamMessage<T>> | undefined;
  #name: string;
  #isReady = false;
  #isClosing = false;
  #hasEnded = false;
  /** Messages that the reader gets at a time. */
  #ahead = 1;
  /** Messages that were asked for and have not come. */
  #coming = 0;
  #lastBytes = 0;
  /** When the reader got the last message. */
  #readAt = 0;
  /** Keeps the messages that wait to be read. */
  #keeping: Timer | undefined;
  /** The number of the last message that has come. */
  #last = 0;
  /** Whether it has had one, so that its start does not count any more. */
  #hasBegun = false;
  /** Numbers of those that were neither acknowledged nor given up. */
  readonly #open = new Set<number>();
  /** Numbers up to here have come over an earlier session. */
  #repeatedUpTo = 0;
  readonly #onAbort = (): void => void this.close();

  constructor(
    link: Link,
    stream: OpenedStream,
    pattern: string,
    codec: Codec<T>,
    options: ConsumeOptions,
    limits: Pick<ResolvedConsumer, "ackWaitMs" | "maxDeliveries">,
  ) {
    this.#link = link;
    this.#stream = stream;
    this.#pattern = pattern;
    this.#codec = codec;
    this.#options = options;
    this.#limits = limits;
    this.#name = options.name ?? "";
    this.#signals = signalsOf(options);
    for (const signal of this.#signals) {
      signal.throwIfAborted();
      signal.addEventListener("abort", this.#onAbort, { once: true });
    }
    link.add(this);
  }

  /** Resolves when the stream knows it; rejects if it refuses. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get name(): string {
    return this.#name;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  receive(options?: ReadOptions): Promise<StreamMessage<T> | undefined> {
    try {
      const signal = readSignal(options);
      return new Promise((resolve, reject) =>
        this.#read({ resolve, reject }, signal)
      );
    } catch (error) {
      return Promise.reject(error);
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamMessage<T>, void, void> {
    return readerLoop<StreamMessage<T>>(
      (reader) => this.#read(reader, undefined),
      () => this.close(),
    );
  }

  async info(): Promise<ConsumerInfo> {
    await this.#link.next();
    const settlements = this.#settlements;
    if (settlements === undefined) throw over();
    return consumerInfoOf(await settlements.info());
  }

  async close(): Promise<void> {
    if (this.#hasEnded) return;
    if (!this.#isClosing) {
      this.#isClosing = true;
      this.#letGo();
      const settlements = this.#settlements;
      if (settlements === undefined || !this.#isReady) this.#end();
      else settlements.close();
    }
    await this.closed.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  attach(session: LinkSession): void {
    if (this.#options.name === undefined) this.#repeatedUpTo = this.#last;
    this.#subjects = new NumberedSubjects(MAX_DELIVERY_SUBJECTS);
    this.#isReady = false;
    this.#coming = this.#reader === undefined ? 0 : this.#ahead;
    this.#connection = new PartConnection({
      link: this.#link,
      part: this,
      session,
      kind: "consume",
      before: this.#stream.ready,
      metadata: encodeFields({
        stream: this.#stream.name,
        pattern: this.#pattern,
        options: consumeFields(this.#again()),
        credit: this.#coming,
      }),
      onOpen: (connection) => this.#onOpen(connection),
      take: (block) => this.#take(new EntryReader(block)),
    });
  }

  detach(cause: unknown): void {
    this.#connection?.abandon();
    this.#settlements?.fail(cause);
    this.#connection = this.#settlements = undefined;
    // They come again, as they were not acknowledged.
    this.#letGo();
    if (this.#isClosing) this.#end();
  }

  end(error: unknown): void {
    this.detach(error);
    this.#end(error);
  }

  /** Returns the options with which it goes on where it was. */
  #again(): ConsumeOptions {
    if (this.#options.name !== undefined || !this.#hasBegun) {
      return this.#options;
    }
    const oldest = Math.min(this.#last + 1, ...this.#open);
    return { ...this.#options, start: { sequence: oldest } };
  }

  #onOpen(connection: LogicalConnection): void {
    this.#settlements = new Settlements(
      new EntryWriter(connection, nextTurn),
    );
  }

  #take(reader: EntryReader): undefined {
    while (reader.hasMore) this.#takeEntry(reader.byte(), reader);
  }

  #takeEntry(type: number, reader: EntryReader): void {
    switch (type) {
      case DeliveryEntry.STREAM:
        return this.#arrive(reader);
      case DeliveryEntry.SUBJECT:
        return this.#subjects.add(reader.number(), reader.text(MAX_TEXT_BYTES));
      case DeliveryEntry.READY: {
        const name = reader.text(MAX_TEXT_BYTES);
        if (this.#name === "") this.#name = name;
        this.#isReady = true;
        this.#link.partIsUp(this);
        return this.#ready.resolve();
      }
      case DeliveryEntry.SETTLED:
        return this.#settlements?.settled(reader.number());
      case DeliveryEntry.UNSETTLED: {
        const id = reader.number();
        const error = fromFailure(readFailure(reader));
        return this.#settlements?.failed(id, error);
      }
      case DeliveryEntry.REFUSED: {
        const id = reader.number();
        const first = reader.number();
        const count = reader.number();
        const deliveries = reader.number();
        const error = fromFailure(readFailure(reader));
        const refused = { first, count, deliveries, error };
        return this.#settlements?.refused(id, refused);
      }
      case DeliveryEntry.INFO: {
        const id = reader.number();
        return this.#settlements?.informed(id, decodeFields(reader.bytes()));
      }
      case DeliveryEntry.END:
        return this.#end();
      case DeliveryEntry.FAILED:
        return this.#end(fromFailure(readFailure(reader)));
      default:
        throw unknownEntry(type);
    }
  }

  #arrive(reader: EntryReader): void {
    const subject = this.#subjects.get(reader.number());
    const sequence = reader.number();
    const timestampMs = reader.number();
    const deliveries = reader.number();
    const gap = reader.number();
    const bytes = reader.bytes();
    const settlements = this.#settlements;
    this.#coming--;
    if (settlements === undefined || this.#isClosing) return;
    if (sequence <= this.#repeatedUpTo && !this.#open.has(sequence)) {
      // It was settled over the last session, of which nobody there knows.
      void settlements.ack(sequence, deliveries);
      return this.#ask();
    }
    this.#hasBegun = true;
    this.#lastBytes = bytes.length;
    this.#last = Math.max(this.#last, sequence);
    this.#open.add(sequence);
    const message = new LinkedMessage<T>(
      { subject, sequence, timestampMs, deliveries, gap, bytes },
      this.#codec,
      settlements,
      this.#open,
    );
    const read = this.#reader;
    if (read === undefined) {
      this.#arrived.push(message);
      return this.#keepTheRest();
    }
    this.#reader = undefined;
    this.#hand(message, read);
  }

  #read(reader: Reader<StreamMessage<T>>, signal?: AbortSignal): void {
    if (this.#reader !== undefined) return reader.reject(readIsPending());
    if (signal?.aborted) return reader.reject(signal.reason);
    this.#ahead = this.#nextAhead();
    const message = this.#arrived.shift();
    if (message !== undefined) return this.#hand(message, reader);
    if (this.#hasEnded || this.#isClosing) {
      this.#closed.look(() => reader.resolve(undefined), reader.reject);
      if (!this.#hasEnded) reader.resolve(undefined);
      return;
    }
    this.#reader = signal === undefined
      ? reader
      : abortableReader(reader, signal, () => this.#reader = undefined);
    this.#ask();
  }

  #hand(message: LinkedMessage<T>, reader: Reader<StreamMessage<T>>): void {
    this.#readAt = this.#link.settings.clock.now();
    this.#ask();
    this.#keepTheRest();
    reader.resolve(message);
  }

  #nextAhead(): number {
    // What is read ahead is delivered for the stream, which counts.
    if (this.#limits.maxDeliveries !== Infinity) return 1;
    const tookMs = this.#link.settings.clock.now() - this.#readAt;
    const most = CONSUMER_CREDIT_BYTES / Math.max(1, this.#lastBytes);
    return nextAhead(
      this.#ahead,
      tookMs,
      Math.max(1, Math.min(CONSUMER_CREDIT, Math.floor(most))),
    );
  }

  /** Asks for more messages: for one only if somebody waits for it. */
  #ask(): void {
    const settlements = this.#settlements;
    const has = this.#coming + this.#arrived.length;
    if (settlements === undefined || has > this.#ahead / 2) return;
    if (this.#ahead === 1 && this.#reader === undefined) return;
    settlements.grant(this.#ahead - has);
    this.#coming = this.#ahead - this.#arrived.length;
  }

  /** Begins the time of what waits to be read anew, as long as some does. */
  #keepTheRest(): void {
    if (this.#arrived.length === 0) {
      this.#keeping?.cancel();
      this.#keeping = undefined;
      return;
    }
    this.#keeping ??= this.#link.settings.clock.schedule(
      this.#limits.ackWaitMs / 3,
      () => {
        this.#keeping = undefined;
        for (let left = this.#arrived.length; left > 0; left--) {
          const message = this.#arrived.shift();
          if (message === undefined) break;
          message.inProgress().catch(() => {});
          this.#arrived.push(message);
        }
        this.#keepTheRest();
      },
    );
  }

  /** Lets go of what was not read: it comes again, as it is not settled. */
  #letGo(): void {
    while (this.#arrived.shift() !== undefined);
    this.#keepTheRest();
  }

  #end(...errors: [] | [unknown]): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#keeping?.cancel();
    this.#link.remove(this);
    this.#connection?.finish();
    this.#settlements?.fail(errors[0] ?? over());
    for (const signal of this.#signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
    this.#ready.promise.catch(() => {});
    this.#ready.reject(errors[0] ?? over());
    this.#closed.settle(...errors);
    const reader = this.#reader;
    this.#reader = undefined;
    if (errors.length === 0) reader?.resolve(undefined);
    else reader?.reject(errors[0]);
  }
}

function over(): TroupeError {
  return new AckError(
    "Cannot go on with a message of a consumer: the consumer has ended, what was not acknowledged comes again to another",
  );
}
