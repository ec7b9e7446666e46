/**
 * A reader of a consumer: it has credit, and gets as many messages.
 *
 * @module
 */
import { callGuarded, report } from "../../actor/internal.ts";
import type { StoredMessage } from "./store.ts";
import type { StreamConsumer } from "./stream_consumer.ts";

/** A message on its way to a reader. */
export interface Delivery {
  readonly message: StoredMessage;
  /** How often it has come, this time included. */
  readonly deliveries: number;
  /** Messages that were removed before this consumer had them. */
  readonly gap: number;
}

/**
 * One reader. What is acknowledged or refused is named by the number of the
 * message and by how often it has come.
 */
export class ConsumerReader {
  readonly consumer: StreamConsumer;
  readonly #onDelivery: (delivery: Delivery) => void;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #credit = 0;
  #isOpen = true;

  constructor(
    consumer: StreamConsumer,
    onDelivery: (delivery: Delivery) => void,
  ) {
    this.consumer = consumer;
    this.#onDelivery = onDelivery;
    this.#closed.promise.catch(() => {});
  }

  /** Resolves when it has ended in order; rejects with why otherwise. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Messages that it is ready to get. */
  get credit(): number {
    return this.#credit;
  }

  /** Asks for more messages, which may come during the call. */
  request(messages: number): void {
    if (!this.#isOpen) return;
    this.#credit += messages;
    this.consumer.pump();
  }

  /** Takes back what it asked for and did not get. */
  withdraw(): void {
    this.#credit = 0;
  }

  /**
   * Returns the next message if there is one, without credit.
   *
   * @throws {StreamStorageError} if it cannot be read.
   */
  take(): Delivery | undefined {
    return this.#isOpen ? this.consumer.take(this) : undefined;
  }

  /** Hands a message over. */
  deliver(delivery: Delivery): void {
    this.#credit--;
    callGuarded(
      () => this.#onDelivery(delivery),
      (error) => report("A message of a stream was not handed over:", error),
    );
  }

  /**
   * Is done with a message of a delivery; resolves when the stream knows.
   *
   * @throws {AckError} if it does not have that delivery; so do the others.
   */
  ack(sequence: number, deliveries: number): Promise<void> {
    this.consumer.checkOut(this, sequence, deliveries);
    return this.consumer.ack(sequence);
  }

  /** Gives a message of a delivery back. */
  nak(sequence: number, deliveries: number, delayMs: number): Promise<void> {
    this.consumer.checkOut(this, sequence, deliveries);
    return this.consumer.nak(sequence, delayMs);
  }

  /** Gives a message of a delivery up. */
  terminate(
    sequence: number,
    deliveries: number,
    reason: string | undefined,
  ): Promise<void> {
    this.consumer.checkOut(this, sequence, deliveries);
    return this.consumer.terminate(sequence, reason);
  }

  /** Begins the wait for the acknowledgement of a delivery again. */
  extend(sequence: number, deliveries: number): Promise<void> {
    this.consumer.checkOut(this, sequence, deliveries);
    return this.consumer.extend(sequence);
  }

  /** Ends it; what it has not acknowledged comes to another. */
  close(): Promise<void> {
    if (!this.#isOpen) return Promise.resolve();
    this.end(undefined);
    return this.consumer.leave(this);
  }

  /** Its consumer has ended it. */
  end(reason: Error | undefined): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#credit = 0;
    if (reason === undefined) this.#closed.resolve();
    else this.#closed.reject(reason);
  }
}
