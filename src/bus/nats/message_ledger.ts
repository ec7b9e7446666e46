/**
 * What a reader of JetStream has and has not settled, and what it says of it.
 *
 * The server takes an acknowledgement for the newest delivery of a message,
 * whichever one it was meant for. So one that comes too late is refused here:
 * after its time, or when the same reader has got the message again.
 *
 * @module
 */
import { AckError } from "../errors.ts";
import { deadLetterBytes } from "../dead_letter.ts";
import type { ResolvedConsumer } from "../streams/consumer_config.ts";
import { saysNoResponders } from "./inbox.ts";
import type { JetStreamAccess } from "./js_access.ts";
import { type Delivered, type MessagePort, nakOf } from "./nats_message.ts";
import type { Uplink } from "./uplink.ts";

const TEXT = new TextEncoder();
const TERM = TEXT.encode("+TERM");
const IN_PROGRESS = TEXT.encode("+WPI");

/** What a ledger needs to know. */
export interface LedgerSettings {
  readonly stream: string;
  readonly consumer: ResolvedConsumer;
  readonly access: JetStreamAccess;
  readonly uplink: Uplink;
}

/** The messages of one reader that are not settled. */
export class MessageLedger implements MessagePort {
  readonly #settings: LedgerSettings;
  readonly #open = new Map<number, Delivered>();
  #isClosed = false;

  constructor(settings: LedgerSettings) {
    this.#settings = settings;
  }

  /** A message was delivered; an earlier delivery of it is void. */
  add(message: Delivered): void {
    this.#open.set(message.sequence, message);
  }

  async settle(message: Delivered, word: Uint8Array): Promise<void> {
    this.#check(message);
    this.#open.delete(message.sequence);
    await this.#say(message, word);
  }

  async giveUp(message: Delivered, reason: string): Promise<void> {
    this.#check(message);
    this.#open.delete(message.sequence);
    const { stream, consumer, uplink } = this.#settings;
    const { subject, sequence, timestampMs, bytes } = message;
    if (consumer.deadLetter !== null) {
      const deliveries = Math.min(message.deliveries, consumer.maxDeliveries);
      const letter = deadLetterBytes({
        stream,
        consumer: consumer.name,
        subject,
        sequence,
        timestampMs,
        deliveries,
        reason,
        bytes,
      });
      await uplink.send(consumer.deadLetter, letter);
    }
    await this.#say(message, TERM);
  }

  async extend(message: Delivered): Promise<void> {
    this.#check(message);
    await this.#say(message, IN_PROGRESS);
    message.dueAt = performance.now() + this.#settings.consumer.ackWaitMs;
  }

  /** Begins the time of a message anew that nobody has read yet. */
  keep(message: Delivered): void {
    const { uplink, consumer } = this.#settings;
    if (!uplink.isUp) return;
    message.dueAt = performance.now() + consumer.ackWaitMs;
    uplink.send(message.reply, IN_PROGRESS).catch(() => {});
  }

  /** Lets go of all that is not settled: its consumer is about to end. */
  forget(): void {
    this.#isClosed = true;
    this.#open.clear();
  }

  /** Refuses all that is not settled, so that it comes to another. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const left = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(left.map((one) => this.#say(one, nakOf(0))));
  }

  #check(message: Delivered): void {
    const { name } = this.#settings.consumer;
    const what = `Cannot settle message ${message.sequence} of ${name}`;
    if (this.#isClosed) {
      throw new AckError(`${what}: its reader was closed, it comes to another`);
    }
    if (this.#open.get(message.sequence) !== message) {
      throw new AckError(`${what}: it was settled already, or has come again`);
    }
    if (performance.now() > message.dueAt) {
      this.#open.delete(message.sequence);
      throw new AckError(`${what}: its time is over, it comes again`);
    }
  }

  async #say(message: Delivered, word: Uint8Array): Promise<void> {
    const { access, consumer } = this.#settings;
    const what = `settle message ${message.sequence} of ${consumer.name}`;
    const reply = await access.asks.ask(what, message.reply, word);
    if (saysNoResponders(reply)) {
      throw new AckError(`Cannot ${what}: its consumer was deleted`);
    }
  }
}
