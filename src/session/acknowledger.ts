/**
 * What has arrived of a session, and when that is acknowledged: after so many
 * bytes, along with other output, when the peer pauses, and before each ping.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { ACK_BYTES } from "./wire/protocol.ts";

/** Milliseconds after which an ACK goes out to a peer that pauses. */
const ACK_DELAY_MS = 1000;

/** Bytes for which an ACK goes along with what is written anyway. */
const PIGGYBACK_BYTES = 65_536;

/** Acknowledges the bytes of one session. */
export class Acknowledger {
  /** Bytes of whole frames that have arrived. */
  received = 0;
  readonly #clock: Clock;
  readonly #sendAck: (place: number) => void;
  /** Bytes that the peer knows have arrived. */
  #acknowledged = 0;
  #timer: Timer | undefined;
  readonly #onDelay = (): void => {
    this.#timer = undefined;
    this.acknowledge();
  };

  /** `sendAck` sends an ACK, if there is a socket for it. */
  constructor(clock: Clock, sendAck: (place: number) => void) {
    this.#clock = clock;
    this.#sendAck = sendAck;
  }

  /** Whether so much has arrived that the peer may wait for an ACK. */
  get isDue(): boolean {
    return this.received - this.#acknowledged >= ACK_BYTES;
  }

  /** Sends an ACK along with what is being written, if it is worth it. */
  piggybackAck(): void {
    if (this.received - this.#acknowledged >= PIGGYBACK_BYTES) {
      this.acknowledge();
    }
  }

  /** Sends an ACK after a while, unless one goes out before. */
  acknowledgeLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.schedule(ACK_DELAY_MS, this.#onDelay);
    this.#timer.unref();
  }

  /** Sends an ACK now, if it says anything new. */
  acknowledge(): void {
    if (this.received === this.#acknowledged) return;
    this.#acknowledged = this.received;
    this.#sendAck(this.received);
  }

  /** Called when the handshake has acknowledged everything. */
  noteAcknowledged(): void {
    this.#acknowledged = this.received;
  }

  /** Ends the delayed ACK: the session is over. */
  end(): void {
    this.#timer?.cancel();
  }
}
