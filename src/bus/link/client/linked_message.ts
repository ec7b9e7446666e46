/**
 * A message of a stream of another process.
 *
 * @module
 */
import {
  checkDuration,
  checkOptionNames,
  checkString,
  type OptionNames,
} from "../../../checks/internal.ts";
import type { Codec } from "../../../codec/mod.ts";
import type { StreamMessage } from "../../consumer.ts";
import { AckError } from "../../errors.ts";
import type { Settlements } from "./settlements.ts";

/** What has come of a message. */
export interface ArrivedMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly timestampMs: number;
  readonly deliveries: number;
  readonly gap: number;
  readonly bytes: Uint8Array;
}

const NAK_NAMES: OptionNames<{ readonly delayMs?: number }> = { delayMs: true };

/** A message of a stream, with the bytes decoded when they are asked for. */
export class LinkedMessage<T> implements StreamMessage<T> {
  readonly #arrived: ArrivedMessage;
  readonly #codec: Codec<T>;
  readonly #settlements: Settlements;
  /** Numbers of messages that are not done with. */
  readonly #open: Set<number>;
  #isOver = false;
  #decoded: { readonly value: T } | undefined;

  constructor(
    arrived: ArrivedMessage,
    codec: Codec<T>,
    settlements: Settlements,
    open: Set<number>,
  ) {
    this.#arrived = arrived;
    this.#codec = codec;
    this.#settlements = settlements;
    this.#open = open;
  }

  /** @throws {CodecError} if the bytes cannot be decoded. */
  get value(): T {
    this.#decoded ??= { value: this.#codec.decode(this.#arrived.bytes) };
    return this.#decoded.value;
  }

  get subject(): string {
    return this.#arrived.subject;
  }

  get sequence(): number {
    return this.#arrived.sequence;
  }

  get timestampMs(): number {
    return this.#arrived.timestampMs;
  }

  get deliveries(): number {
    return this.#arrived.deliveries;
  }

  get gap(): number {
    return this.#arrived.gap;
  }

  ack(): Promise<void> {
    if (this.#isOver) return Promise.reject(isOver());
    this.#isOver = true;
    this.#open.delete(this.#arrived.sequence);
    return this.#settlements.ack(this.sequence, this.deliveries);
  }

  async nak(options: { readonly delayMs?: number } = {}): Promise<void> {
    checkOptionNames("nak()", options, NAK_NAMES);
    const { delayMs = 0 } = options;
    checkDuration("delayMs", delayMs);
    if (this.#isOver) throw isOver();
    this.#isOver = true;
    await this.#settlements.nak(this.sequence, this.deliveries, delayMs);
  }

  async terminate(reason = ""): Promise<void> {
    checkString("reason", reason);
    if (this.#isOver) throw isOver();
    this.#isOver = true;
    this.#open.delete(this.#arrived.sequence);
    await this.#settlements.terminate(this.sequence, this.deliveries, reason);
  }

  inProgress(): Promise<void> {
    return this.#settlements.inProgress(this.sequence, this.deliveries);
  }
}

function isOver(): AckError {
  return new AckError(
    "Cannot settle a message: it was acknowledged or refused already",
  );
}
