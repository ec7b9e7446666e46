/**
 * Credit of one direction of a stream. Limits are absolute and only grow, so
 * a repeated or late one is harmless. A DATA frame costs its payload and
 * `FRAME_COST`, unless it carries nothing.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import { DataFlag, ErrorCode, FRAME_COST, INITIAL_CREDIT } from "./protocol.ts";

/** The largest window: an OPEN has 32 bits for it. */
const MAX_WINDOW_BYTES = 2 ** 32 - 1;

/**
 * Whether a DATA frame costs no credit: without payload and END it carries
 * nothing that a receiver would keep, so a direction can always be ended.
 */
export function isFree(flags: number, payloadBytes: number): boolean {
  return payloadBytes === 0 && (flags & DataFlag.END) === 0;
}

/** The sender's side: what may still be sent. */
export class SendCredit {
  #limit = INITIAL_CREDIT;
  #sent = 0;

  /** Payload bytes that one more frame may carry; negative when none may go. */
  get available(): number {
    return this.#limit - this.#sent - FRAME_COST;
  }

  /** Whether a frame may go. */
  allows(flags: number, payloadBytes: number): boolean {
    return payloadBytes <= this.available || isFree(flags, payloadBytes);
  }

  /** Counts a frame that was sent. */
  spend(flags: number, payloadBytes: number): void {
    if (!isFree(flags, payloadBytes)) this.#sent += payloadBytes + FRAME_COST;
  }

  /** Takes a limit from the receiver; one that is not higher changes nothing. */
  raise(limit: number): void {
    if (limit > this.#limit) this.#limit = limit;
  }
}

/** The receiver's side: what the sender was allowed, and what was read. */
export class ReceiveCredit {
  readonly #window: number;
  #limit = INITIAL_CREDIT;
  #received = 0;
  #consumed = 0;

  /**
   * Credit for `windowBytes` beyond what was read, once it is granted; no less
   * than the sender begins with, and no more than an OPEN can say.
   */
  constructor(windowBytes: number) {
    this.#window = Math.min(
      Math.max(windowBytes, INITIAL_CREDIT),
      MAX_WINDOW_BYTES,
    );
  }

  /**
   * Counts a frame that has arrived.
   *
   * @throws {ProtocolError} when it is over the limit.
   */
  receive(payloadBytes: number): void {
    this.#received += payloadBytes + FRAME_COST;
    if (this.#received > this.#limit) {
      throw new ProtocolError(
        `The peer has sent ${
          this.#received - this.#limit
        } bytes more than its credit`,
        ErrorCode.FLOW_CONTROL,
      );
    }
  }

  /** Counts a frame that its user has read. */
  consume(payloadBytes: number): void {
    this.#consumed += payloadBytes + FRAME_COST;
  }

  /**
   * A new limit to tell the sender, or 0 when it is not worth a frame yet:
   * when less than half a window was read since the last.
   */
  grant(): number {
    const limit = this.#consumed + this.#window;
    if (limit - this.#limit < this.#window / 2) return 0;
    return this.#limit = limit;
  }

  /** The first limit, when the stream is opened or accepted. */
  grantAll(): number {
    return this.#limit = this.#consumed + this.#window;
  }
}
