/**
 * Credit of one direction of a stream. Limits are absolute and only grow, so
 * one that is repeated or late is harmless. A DATA frame costs its payload and
 * `FRAME_COST`, unless it carries nothing.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import { DataFlag, ErrorCode, FRAME_COST, INITIAL_CREDIT } from "./protocol.ts";

/** The largest window, for which an OPEN has 32 bits. */
const MAX_WINDOW_BYTES = 2 ** 32 - 1;

/**
 * Returns whether a DATA frame costs no credit: without payload and END it carries
 * nothing that a receiver would keep, so a direction can always be ended.
 */
export function isFree(flags: number, payloadBytes: number): boolean {
  return payloadBytes === 0 && (flags & DataFlag.END) === 0;
}

/** The credit of a sender: how much it may still send. */
export class SendCredit {
  #limit = INITIAL_CREDIT;
  #sent = 0;

  /** Credit that was used so far. */
  get spent(): number {
    return this.#sent;
  }

  /** Payload bytes that one more frame may carry; negative if none may go. */
  get available(): number {
    return this.#limit - this.#sent - FRAME_COST;
  }

  /** Returns whether a frame may go. */
  allows(flags: number, payloadBytes: number): boolean {
    return payloadBytes <= this.available || isFree(flags, payloadBytes);
  }

  /** Counts a frame that was sent. */
  spend(flags: number, payloadBytes: number): void {
    if (!isFree(flags, payloadBytes)) this.#sent += payloadBytes + FRAME_COST;
  }

  /** Takes a limit from the receiver; returns false if it is not higher. */
  raise(limit: number): boolean {
    if (limit <= this.#limit) return false;
    this.#limit = limit;
    return true;
  }
}

/** A source that the windows of many streams grow from. */
export interface WindowSource {
  /** Takes up to `bytes`, and returns how many. */
  take(bytes: number): number;
  /** Gives bytes back. */
  give(bytes: number): void;
}

/**
 * The credit that a receiver has granted, and what was read. The window doubles
 * when the window and not the reader holds up the sender: when half of it is
 * read within two round trips, as in QUIC implementations.
 */
export class ReceiveCredit {
  readonly #source: WindowSource;
  readonly #maxWindow: number;
  #window = INITIAL_CREDIT;
  #limit = INITIAL_CREDIT;
  #received = 0;
  #consumed = 0;
  #grantedAt = 0;

  /**
   * Credit for `windowBytes` beyond what was read, once it is granted; no less
   * than the sender's initial credit, and no more than an OPEN can say. What
   * exceeds the initial credit comes from `source`, as far as it has it.
   */
  constructor(
    windowBytes: number,
    maxWindowBytes: number,
    source: WindowSource,
  ) {
    this.#source = source;
    this.#maxWindow = Math.min(maxWindowBytes, MAX_WINDOW_BYTES);
    this.#grow(Math.min(windowBytes, MAX_WINDOW_BYTES) - this.#window);
  }

  /** Bytes that have arrived and were not read, with the costs of frames. */
  get unread(): number {
    return this.#received - this.#consumed;
  }

  /** Payload bytes that the sender may still send; negative if none. */
  get left(): number {
    return this.#limit - this.#received - FRAME_COST;
  }

  /** Bytes that the sender may send beyond what was read. */
  get window(): number {
    return this.#window;
  }

  /**
   * Counts a frame that has arrived.
   *
   * @throws {ProtocolError} when it exceeds the limit.
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

  /** Takes back what `receive` counted: the frame will come once more. */
  takeBack(payloadBytes: number): void {
    this.#received -= payloadBytes + FRAME_COST;
  }

  /** Counts `cost` of frames that the user has read. */
  consume(cost: number): void {
    this.#consumed += cost;
  }

  /** Whether half a window was read since the last grant. */
  get isDue(): boolean {
    return this.#consumed + this.#window - this.#limit >= this.#window / 2;
  }

  /**
   * Returns a new limit to send to the sender.
   *
   * @param now Milliseconds by any clock.
   * @param roundTripMs The round trip to the sender; 0 if it is unknown, or if
   * the reader does not keep up.
   */
  grant(now: number, roundTripMs: number): number {
    if (now - this.#grantedAt < 2 * roundTripMs) {
      this.#grow(Math.min(this.#window, this.#maxWindow - this.#window));
    }
    this.#grantedAt = now;
    return this.grantAll();
  }

  /** Returns the first limit, when the stream is opened or accepted. */
  grantAll(): number {
    return this.#limit = this.#consumed + this.#window;
  }

  /** Gives back what the window has of the source; nothing is granted after. */
  end(): void {
    this.#source.give(this.#window - INITIAL_CREDIT);
    this.#window = INITIAL_CREDIT;
  }

  #grow(bytes: number): void {
    if (bytes > 0) this.#window += this.#source.take(bytes);
  }
}
