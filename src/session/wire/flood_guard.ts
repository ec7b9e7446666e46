/**
 * Distinguishes floods from use: frames that cost the peer nothing and us a
 * little, such as pings and resets, have a rate that no honest peer reaches.
 *
 * @module
 */
import { ProtocolError } from "./errors.ts";
import { ErrorCode } from "./protocol.ts";

/** Such frames that may come at once. */
const BURST = 10_000;
/** Such frames that may come in a second for any length of time. */
const PER_SECOND = 1000;

/** A token bucket for one peer. */
export class FloodGuard {
  readonly #now: () => number;
  #tokens = BURST;
  #filledAt: number;

  /** A full bucket; `now` returns milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /**
   * Counts one frame.
   *
   * @throws {ProtocolError} with the code CALM when it is one too many.
   */
  count(): void {
    if (--this.#tokens >= 0) return;
    const now = this.#now();
    const earned = (now - this.#filledAt) * PER_SECOND / 1000;
    this.#tokens = Math.min(BURST - 1, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens >= 0) return;
    throw new ProtocolError(
      `The peer has sent over ${BURST} pings, resets or frames without effect, and goes on at over ${PER_SECOND} a second`,
      ErrorCode.CALM,
    );
  }
}
