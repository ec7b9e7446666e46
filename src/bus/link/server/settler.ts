/**
 * What a client says of the messages that it has.
 *
 * @module
 */
import type { StreamMessage } from "../../consumer.ts";
import { AckError } from "../../errors.ts";

/**
 * Settles messages by their number and by how often they have come.
 * @throws {AckError} if that delivery is over, or of somebody else; at once, or
 * as a rejection.
 */
export interface Settler {
  ack(sequence: number, deliveries: number): Promise<void>;
  nak(sequence: number, deliveries: number, delayMs: number): Promise<void>;
  terminate(
    sequence: number,
    deliveries: number,
    reason: string,
  ): Promise<void>;
  extend(sequence: number, deliveries: number): Promise<void>;
}

type Message = StreamMessage<Uint8Array>;

/** Settles the messages of any bus, which it has to keep for that. */
export class MessageSettler implements Settler {
  readonly #messages = new Map<number, Message>();

  /** A message was sent. */
  sent(message: Message): void {
    this.#messages.set(message.sequence, message);
  }

  ack(sequence: number, deliveries: number): Promise<void> {
    return this.#take(sequence, deliveries).ack();
  }

  nak(sequence: number, deliveries: number, delayMs: number): Promise<void> {
    return this.#take(sequence, deliveries).nak({ delayMs });
  }

  terminate(
    sequence: number,
    deliveries: number,
    reason: string,
  ): Promise<void> {
    return this.#take(sequence, deliveries).terminate(reason);
  }

  extend(sequence: number, deliveries: number): Promise<void> {
    return this.#find(sequence, deliveries).inProgress();
  }

  #take(sequence: number, deliveries: number): Message {
    const message = this.#find(sequence, deliveries);
    this.#messages.delete(sequence);
    return message;
  }

  #find(sequence: number, deliveries: number): Message {
    const message = this.#messages.get(sequence);
    if (message?.deliveries === deliveries) return message;
    throw new AckError(
      "Cannot settle a message: it was acknowledged or refused already, or came again",
    );
  }
}
