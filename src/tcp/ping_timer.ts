/**
 * Measures the round trip to the peer: pings, and when each was sent.
 *
 * @module
 */
import type { Clock } from "../actor/clock.ts";
import { encodeUint64 } from "../wire/frame.ts";

/** Weight of a new sample, as in TCP (RFC 6298). */
const WEIGHT = 1 / 8;

/** The pings of one session. */
export class PingTimer {
  /** Milliseconds, smoothed; 0 before the first answer. */
  roundTripMs = 0;
  readonly #clock: Clock;
  #count = 0;
  #sentAt = 0;
  #pending: Uint8Array | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The payload of the next ping. */
  start(): Uint8Array {
    this.#sentAt = this.#clock.now();
    return this.#pending = encodeUint64(++this.#count);
  }

  /** Takes an answer; one to an older ping, or to none, tells nothing. */
  end(payload: Uint8Array): void {
    const pending = this.#pending;
    if (pending?.some((byte, index) => byte !== payload[index]) ?? true) return;
    this.#pending = undefined;
    const sample = this.#clock.now() - this.#sentAt;
    this.roundTripMs = this.roundTripMs === 0
      ? sample
      : this.roundTripMs + WEIGHT * (sample - this.roundTripMs);
  }
}
