/**
 * A message of a stream of JetStream, with the bytes decoded when they are
 * asked for.
 *
 * @module
 */
import { type Msg, nanos } from "@nats-io/transport-node";
import {
  checkDuration,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../checks/internal.ts";
import type { Codec } from "../../codec/mod.ts";
import type { StreamMessage } from "../consumer.ts";

/** A message as the server has delivered it. */
export interface Delivered {
  readonly subject: string;
  readonly bytes: Uint8Array;
  /** Where what is done with it is said. */
  readonly reply: string;
  readonly sequence: number;
  /** Counts the deliveries of the consumer, to whatever reader. */
  readonly consumerSequence: number;
  readonly timestampMs: number;
  readonly deliveries: number;
  /** When its time for an acknowledgement has ended, on this side's clock. */
  dueAt: number;
}

/** What the subjects begin with on which the server hears of a message. */
export const ACK_PREFIX = "$JS.ACK.";

/** Reads a message of a consumer; `undefined` if it is of nobody such. */
export function toDelivered(
  message: Msg,
  dueAt: number,
): Delivered | undefined {
  const { subject, data: bytes, reply = "" } = message;
  // $JS.ACK.stream.consumer.deliveries.sequence.consumerSequence.time.pending,
  // with a domain and the hash of an account before the stream, and more
  // behind, in a server of a domain.
  const tokens = reply.split(".");
  const [deliveries, sequence, consumerSequence, time] = tokens
    .slice(tokens.length > 9 ? 6 : 4);
  const delivered: Delivered = {
    subject,
    bytes,
    reply,
    sequence: Number(sequence),
    consumerSequence: Number(consumerSequence),
    timestampMs: Math.floor(Number(time) / 1e6),
    deliveries: Number(deliveries),
    dueAt,
  };
  // Whoever knows the subject that it came on can send something else there.
  const isReal = reply.startsWith(ACK_PREFIX) &&
    Number.isSafeInteger(delivered.timestampMs) &&
    [delivered.sequence, delivered.consumerSequence, delivered.deliveries]
      .every((number) => Number.isSafeInteger(number) && number > 0);
  return isReal ? delivered : undefined;
}

/** What can be said of a message. */
export interface MessagePort {
  /** @throws {AckError} as a rejection, if it is too late. */
  settle(message: Delivered, word: Uint8Array): Promise<void>;
  /** Publishes the dead letter, if one is wanted, and gives it up. */
  giveUp(message: Delivered, reason: string): Promise<void>;
  /** Begins its time anew. */
  extend(message: Delivered): Promise<void>;
}

const TEXT = new TextEncoder();
const ACK = TEXT.encode("+ACK");
const NAK_NAMES: OptionNames<{ readonly delayMs?: number }> = { delayMs: true };

/** A message as a reader has it. */
export class NatsMessage<T> implements StreamMessage<T> {
  readonly gap: number;
  readonly #delivered: Delivered;
  readonly #codec: Codec<T>;
  readonly #port: MessagePort;
  #decoded: { readonly value: T } | undefined;

  constructor(
    delivered: Delivered,
    gap: number,
    codec: Codec<T>,
    port: MessagePort,
  ) {
    this.#delivered = delivered;
    this.gap = gap;
    this.#codec = codec;
    this.#port = port;
  }

  get subject(): string {
    return this.#delivered.subject;
  }

  get sequence(): number {
    return this.#delivered.sequence;
  }

  get timestampMs(): number {
    return this.#delivered.timestampMs;
  }

  get deliveries(): number {
    return this.#delivered.deliveries;
  }

  get value(): T {
    this.#decoded ??= { value: this.#codec.decode(this.#delivered.bytes) };
    return this.#decoded.value;
  }

  ack(): Promise<void> {
    return this.#port.settle(this.#delivered, ACK);
  }

  async nak(options: { readonly delayMs?: number } = {}): Promise<void> {
    checkOptionNames("nak()", options, NAK_NAMES);
    const { delayMs = 0 } = options;
    checkDuration("delayMs", delayMs);
    await this.#port.settle(this.#delivered, nakOf(delayMs));
  }

  async terminate(reason: string = "terminated"): Promise<void> {
    checkString("reason", reason);
    await this.#port.giveUp(this.#delivered, reason);
  }

  inProgress(): Promise<void> {
    return this.#port.extend(this.#delivered);
  }
}

/** The word by which a message is refused. */
export function nakOf(delayMs: number): Uint8Array {
  return TEXT.encode(
    delayMs === 0
      ? "-NAK"
      : `-NAK ${JSON.stringify({ delay: nanos(delayMs) })}`,
  );
}
