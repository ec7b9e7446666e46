/**
 * One subscription of a client: the bus calls its handler, which writes, and
 * waits while the client does not read.
 *
 * @module
 */
import { ErrorCode, type LogicalConnection } from "../../../session/mod.ts";
import { BusForbiddenError } from "../../errors.ts";
import { Delivered } from "../../delivery/delivered.ts";
import type { ReplyTarget } from "../../delivery/incoming.ts";
import { Payload } from "../../payload.ts";
import { checkPattern, checkSubject } from "../../subject_rules.ts";
import type { Subscription, SubscriptionOverflow } from "../../subscription.ts";
import {
  decodeFields,
  numberField,
  optionalOneOf,
  optionalText,
  textField,
} from "../control_protocol.ts";
import { EntryReader, unknownEntry } from "../entry_reader.ts";
import { DeliveryEntry, SubscriberEntry } from "../protocol.ts";
import type { RawMessage } from "./bus_source.ts";
import { DeliveryWriter } from "./delivery_writer.ts";
import { PendingReplies } from "./pending_replies.ts";
import { rawSubject } from "./bus_source.ts";
import type { ServedClient } from "./served_client.ts";

const OVERFLOWS: readonly SubscriptionOverflow[] = [
  "drop_oldest",
  "drop_newest",
  "latest",
  "wait",
  "disconnect",
];

/**
 * Messages that may wait here, where the client has its own bound: what comes
 * in one turn must not be dropped because it comes in one turn.
 */
const LEAST_MESSAGES = 1024;
/** The most messages that may wait here. */
const MOST_MESSAGES = 65_536;

/** Snapshots of what is retained that may wait for one client. */
const MAX_SNAPSHOTS = 8;

/** A place in what is delivered, that a client has asked for. */
interface Point {
  readonly number: number;
  /** The messages that come before it. */
  readonly after: number;
  /** What is retained, if that was wanted. */
  readonly retained: Promise<readonly RawMessage[]> | undefined;
}

/** Returns where replies to a request go, without the request. */
function repliesTo(message: RawMessage): ReplyTarget {
  const known = message instanceof Delivered ? message.replies : undefined;
  return known ?? {
    reply: ({ bytes }) => message.respond(bytes),
  };
}

/** The connection of one subscription. */
export class SubscriptionServer {
  readonly #connection: LogicalConnection;
  readonly #client: ServedClient;
  readonly #out: DeliveryWriter;
  readonly #replies = new PendingReplies();
  readonly #pattern: string;
  readonly #queue: string | undefined;
  readonly #points: Point[] = [];
  #subscription: Subscription<Uint8Array, Uint8Array> | undefined;
  /** Messages that may be sent to a queue group; `Infinity` for others. */
  #credit: number;
  /** Messages that are on their way to a queue group. */
  #elsewhere = 0;
  #granted: PromiseWithResolvers<void> | undefined;
  #isLeft = false;
  /** Set while what is retained is written for one who joins. */
  #snapshotting: Promise<void> | undefined;
  /** Snapshots that were taken, and that the client has not been sent. */
  #snapshots = 0;
  /** Settles when there is one less, or the client is gone. */
  #fewer = Promise.withResolvers<void>();

  constructor(connection: LogicalConnection, client: ServedClient) {
    this.#connection = connection;
    this.#client = client;
    this.#out = new DeliveryWriter(connection);
    const fields = decodeFields(connection.metadata);
    this.#pattern = textField(fields, "pattern");
    this.#queue = optionalText(fields, "queue");
    this.#credit = this.#queue === undefined
      ? Infinity
      : Math.max(1, numberField(fields, "credit"));
  }

  /** Serves it until either side has ended it. */
  async serve(): Promise<void> {
    const { writer } = this.#out;
    if (!this.#client.tryAdd("subscriptions")) {
      return await this.#refuse(this.#client.tooMany("subscriptions"));
    }
    const judgeAgain = (): Promise<void> => this.#judgeAgain();
    this.#client.onReauthorize.add(judgeAgain);
    try {
      await this.#client.authorizer.check("subscribe", this.#pattern);
      this.#subscribe();
    } catch (error) {
      await this.#refuse(error);
    }
    try {
      if (this.#subscription !== undefined) await this.#read();
    } finally {
      this.#client.onReauthorize.delete(judgeAgain);
      this.#client.remove("subscriptions");
      this.#isLeft = true;
      this.#granted?.resolve();
      writer.fail(new Error("The client is gone"));
      await this.#subscription?.unsubscribe();
    }
  }

  #subscribe(): void {
    const fields = decodeFields(this.#connection.metadata);
    checkPattern("the pattern", this.#pattern);
    if (this.#queue !== undefined) checkSubject("queue", this.#queue);
    const overflow = optionalOneOf(fields, "overflow", OVERFLOWS) ??
      "drop_oldest";
    const wanted = Math.max(1, numberField(fields, "maxMessages"));
    const least = overflow === "wait" || this.#queue !== undefined
      ? 1
      : LEAST_MESSAGES;
    const { maxQueuedBytes } = this.#client.settings.limits;
    const wantedBytes = Math.max(1, numberField(fields, "maxBytes"));
    const subscription = this.#client.source.subscribe(this.#pattern, {
      queue: this.#queue,
      overflow,
      maxMessages: Math.min(Math.max(wanted, least), MOST_MESSAGES),
      maxBytes: overflow === "wait"
        ? Math.min(wantedBytes, maxQueuedBytes)
        : maxQueuedBytes,
      retained: fields["retained"] === true && this.#queue === undefined,
      handler: (message) => this.#deliver(message),
      pass: (subject, bytes) => this.#pass(subject, bytes),
      elsewhere: () => this.#elsewhere,
    });
    this.#subscription = subscription;
    subscription.ready.then(
      () => this.#out.text(DeliveryEntry.READY, this.#pattern),
      () => {},
    );
    subscription.closed.then(
      () => this.#ended(),
      (error) => this.#refuse(error),
    );
  }

  #deliver(message: RawMessage): Promise<void> | undefined {
    const snapshotting = this.#snapshotting;
    if (snapshotting !== undefined) {
      return snapshotting.then(() => this.#deliver(message));
    }
    const out = this.#out;
    const { subject, value, isRetained, isRequest, gap } = message;
    if (isRetained || isRequest || gap > 0) {
      const token = isRequest ? this.#replies.add(repliesTo(message)) : 0;
      out.marked({ subject, bytes: value, isRetained, token, gap });
    } else out.message(subject, value);
    return this.#written();
  }

  /** Writes a message, without one. */
  #pass(subject: string, bytes: Uint8Array): Promise<void> | undefined {
    const snapshotting = this.#snapshotting;
    if (snapshotting !== undefined) {
      const own = bytes.slice();
      return snapshotting.then(() => this.#pass(subject, own));
    }
    this.#out.message(subject, bytes);
    return this.#written();
  }

  /** Returns what to wait for after a message, if anything. */
  #written(): Promise<void> | undefined {
    if (this.#points.length > 0) this.#passPoints();
    if (this.#queue !== undefined) {
      this.#elsewhere++;
      if (--this.#credit <= 0) return this.#untilGranted();
    }
    const { writer } = this.#out;
    return writer.hasRoom ? undefined : writer.room();
  }

  async #untilGranted(): Promise<void> {
    while (this.#credit <= 0 && !this.#isLeft) {
      this.#granted ??= Promise.withResolvers();
      await this.#granted.promise;
    }
    await this.#out.writer.room();
  }

  async #read(): Promise<void> {
    let isGone = false;
    void this.#connection.closed.then(() => {
      isGone = true;
      this.#fewer.resolve();
    });
    for await (const batch of this.#connection.batches()) {
      for (const block of batch.messages) {
        const reader = new EntryReader(block);
        while (reader.hasMore) {
          this.#takeEntry(reader.type(), reader);
          while (this.#snapshots >= MAX_SNAPSHOTS && !isGone) {
            await this.#fewer.promise;
          }
        }
      }
    }
  }

  #takeEntry(type: number, reader: EntryReader): void {
    switch (type) {
      case SubscriberEntry.REPLY: {
        const token = reader.number();
        const reply = Payload.from(reader.ownBytes());
        this.#replies.reply(token, reply).catch(this.#client.settings.onError);
        return;
      }
      case SubscriberEntry.CREDIT: {
        const count = reader.number();
        this.#credit += count;
        this.#elsewhere = Math.max(0, this.#elsewhere - count);
        this.#granted?.resolve();
        this.#granted = undefined;
        return;
      }
      case SubscriberEntry.SNAPSHOT:
        return this.#mark(reader.number(), reader.byte() !== 0);
      case SubscriberEntry.DRAIN:
        return void this.#subscription?.drain().catch(() => {});
      case SubscriberEntry.LEAVE:
        this.#isLeft = true;
        this.#granted?.resolve();
        return void this.#subscription?.unsubscribe();
      default:
        throw unknownEntry(type);
    }
  }

  /** Notes a place in what is delivered: after all that waits now. */
  #mark(number: number, isRetained: boolean): void {
    const subscription = this.#subscription;
    if (subscription === undefined || this.#points.length >= MOST_MESSAGES) {
      return;
    }
    const { delivered, dropped, pending } = subscription.stats();
    this.#points.push({
      number,
      after: delivered + dropped + pending,
      retained: isRetained ? this.#snapshot() : undefined,
    });
    this.#passPoints();
  }

  /** Returns what is retained now. */
  #snapshot(): Promise<readonly RawMessage[]> {
    const { bus } = this.#client.source;
    this.#snapshots++;
    const now = bus.subscribe(rawSubject(this.#pattern), {
      maxMessages: MOST_MESSAGES,
    });
    return (async () => {
      await now.ready;
      void now.drain();
      const messages: RawMessage[] = [];
      for await (const message of now) {
        if (message.isRetained) messages.push(message);
      }
      return messages;
    })();
  }

  /** Writes the places that were reached. */
  #passPoints(): void {
    const subscription = this.#subscription;
    if (subscription === undefined) return;
    const { delivered, dropped } = subscription.stats();
    while (this.#snapshotting === undefined) {
      const point = this.#points[0];
      if (point === undefined || point.after > delivered + dropped) return;
      this.#points.shift();
      if (point.retained === undefined) {
        this.#out.entry(DeliveryEntry.SNAPSHOT_END, point.number);
      } else {
        // What comes meanwhile is newer, and has to wait.
        this.#snapshotting = this.#write(point.number, point.retained);
      }
    }
  }

  async #write(
    number: number,
    retained: Promise<readonly RawMessage[]>,
  ): Promise<void> {
    const out = this.#out;
    try {
      const messages = await retained;
      out.entry(DeliveryEntry.SNAPSHOT, number);
      for (const { subject, value: bytes } of messages) {
        out.marked({ subject, bytes, isRetained: true, token: 0, gap: 0 });
        if (!out.writer.hasRoom) await out.writer.room();
      }
    } catch (error) {
      this.#client.settings.onError(error);
    }
    out.entry(DeliveryEntry.SNAPSHOT_END, number);
    this.#snapshotting = undefined;
    this.#snapshots--;
    this.#fewer.resolve();
    this.#fewer = Promise.withResolvers();
    this.#passPoints();
  }

  async #judgeAgain(): Promise<void> {
    const { authorizer } = this.#client;
    const verdict = await authorizer.judge("subscribe", this.#pattern);
    if (verdict instanceof BusForbiddenError) await this.#refuse(verdict);
  }

  async #ended(): Promise<void> {
    this.#out.entry(DeliveryEntry.END);
    await this.#out.writer.idle();
    await this.#connection.close();
  }

  async #refuse(error: unknown): Promise<void> {
    if (this.#out.writer.error !== undefined) return;
    this.#out.failed(DeliveryEntry.FAILED, error);
    await this.#out.writer.idle();
    await this.#connection.close();
    if (this.#out.writer.error !== undefined) {
      this.#connection.reset(ErrorCode.CANCELLED);
    }
  }
}
