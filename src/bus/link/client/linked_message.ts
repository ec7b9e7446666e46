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
import type { Settlements } from "./settlements.ts";

/** What has come of a message. */
export interface ArrivedMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly timestampMs: number;
  readonly deliveries: number;
  readonly gap: number;
  /** What it is called over this session. */
  readonly token: number;
  readonly bytes: Uint8Array;
}

const NAK_NAMES: OptionNames<{ readonly delayMs?: number }> = { delayMs: true };

/** A message of a stream, with the bytes decoded when they are asked for. */
export class LinkedMessage<T> implements StreamMessage<T> {
  readonly #arrived: ArrivedMessage;
  readonly #codec: Codec<T>;
  readonly #settlements: Settlements;
  readonly #onSettled: () => void;
  #decoded: { readonly value: T } | undefined;

  constructor(
    arrived: ArrivedMessage,
    codec: Codec<T>,
    settlements: Settlements,
    onSettled: () => void,
  ) {
    this.#arrived = arrived;
    this.#codec = codec;
    this.#settlements = settlements;
    this.#onSettled = onSettled;
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
    this.#onSettled();
    return this.#settlements.ack(this.#arrived.token);
  }

  async nak(options: { readonly delayMs?: number } = {}): Promise<void> {
    checkOptionNames("nak()", options, NAK_NAMES);
    const { delayMs = 0 } = options;
    checkDuration("delayMs", delayMs);
    await this.#settlements.nak(this.#arrived.token, delayMs);
  }

  async terminate(reason = ""): Promise<void> {
    checkString("reason", reason);
    this.#onSettled();
    await this.#settlements.terminate(this.#arrived.token, reason);
  }

  inProgress(): Promise<void> {
    return this.#settlements.inProgress(this.#arrived.token);
  }
}
