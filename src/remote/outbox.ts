/**
 * Messages on their way to the other side: those of one turn leave together,
 * and there are never more than its bounds allow.
 *
 * @module
 */
import type { LogicalConnection } from "../session/mod.ts";

/** Bounds of what may wait to be sent. */
export interface OutboxLimits {
  /** Messages that may wait, or be taken, at most. */
  readonly maxQueued: number;
  /** Bytes of the messages that may wait, or be taken, at most. */
  readonly maxQueuedBytes: number;
}

/** What the session has not taken yet. */
export class Outbox {
  /** Messages that wait or are being taken. */
  messages = 0;
  /** Bytes of the messages that wait or are being taken. */
  bytes = 0;
  readonly #connection: LogicalConnection;
  readonly #limits: OutboxLimits;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isSending = false;
  #hasEnded = false;
  /** Those who wait for room. */
  #waiters: (() => void)[] = [];

  constructor(connection: LogicalConnection, limits: OutboxLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  /** Whether there is no room; it holds back whoever asks. */
  get isFull(): boolean {
    return this.messages >= this.#limits.maxQueued ||
      this.bytes >= this.#limits.maxQueuedBytes;
  }

  /** Adds a message, full or not: whoever adds without need asks first. */
  add(message: Uint8Array): void {
    if (this.#hasEnded) return;
    this.messages++;
    this.bytes += message.length;
    this.#waiting.push(message);
    this.#waitingBytes += message.length;
    if (!this.#isSending) this.#send();
  }

  /** Waits until less than half of the bounds is taken, or nothing is sent. */
  room(): Promise<void> {
    return this.isFull
      ? new Promise((resolve) => this.#waiters.push(resolve))
      : Promise.resolve();
  }

  /** Gives the session all that waits, whether it has room or not. */
  flush(): void {
    if (!this.#hasEnded && this.#waiting.length > 0) this.#send();
  }

  /** Nothing more is sent: the connection has ended. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#waiting = [];
    this.messages = this.bytes = 0;
    this.#wake();
  }

  /** Gives all that waits to the session, and goes on when that has it. */
  #send(): void {
    const messages = this.#waiting;
    const bytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#isSending = true;
    const taken = (): void => this.#taken(messages.length, bytes);
    const sending = messages.length === 1
      ? this.#connection.send(messages[0] as Uint8Array)
      : this.#connection.sendAll(messages);
    // Whoever reads from the connection learns why it has ended.
    sending.then(taken, () => this.end());
  }

  #taken(messages: number, bytes: number): void {
    this.#isSending = false;
    if (this.#hasEnded) return;
    this.messages -= messages;
    this.bytes -= bytes;
    if (this.#waiting.length > 0) this.#send();
    if (this.#waiters.length === 0) return;
    const { maxQueued, maxQueuedBytes } = this.#limits;
    if (this.messages * 2 <= maxQueued && this.bytes * 2 <= maxQueuedBytes) {
      this.#wake();
    }
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
