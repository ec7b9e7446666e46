/**
 * Measures the round trip to the peer: the pings of a session, and when each
 * was sent.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { ProtocolError } from "./wire/errors.ts";
import { encodeUint64 } from "./wire/frame.ts";

/** Weight of a new sample, as in TCP (RFC 6298). */
const WEIGHT = 1 / 8;
/** Samples to take at once: the first one finds everything cold. */
const FIRST_SAMPLES = 4;

/** @throws {ProtocolError} for a ping whose payload has not eight bytes. */
export function checkPing(payload: Uint8Array): void {
  if (payload.length === 8) return;
  throw new ProtocolError(
    `The peer sends a ping of ${payload.length} bytes, not 8`,
  );
}

/** The pings of one session. */
export class PingTimer {
  /** Smoothed round trip in milliseconds; 0 before the first reply. */
  roundTripMs = 0;
  /** Shortest round trip in milliseconds; 0 before the first reply. */
  shortestMs = 0;
  readonly #clock: Clock;
  #pings = 0;
  #samples = 0;
  #sentAt = 0;
  #pending: Uint8Array | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts the next ping, and returns its payload. */
  start(): Uint8Array {
    this.#sentAt = this.#clock.now();
    return this.#pending = encodeUint64(++this.#pings);
  }

  /**
   * Takes a reply, and returns whether another ping would say more. A reply to
   * an older ping, or to none, says nothing.
   */
  end(payload: Uint8Array): boolean {
    const pending = this.#pending;
    if (pending?.some((byte, index) => byte !== payload[index]) ?? true) {
      return false;
    }
    this.#pending = undefined;
    const sample = this.#clock.now() - this.#sentAt;
    const isFirst = this.#samples++ === 0;
    this.shortestMs = isFirst ? sample : Math.min(this.shortestMs, sample);
    this.roundTripMs = isFirst
      ? sample
      : this.roundTripMs + WEIGHT * (sample - this.roundTripMs);
    return this.#samples < FIRST_SAMPLES;
  }
}
