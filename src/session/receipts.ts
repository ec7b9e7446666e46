/**
 * What of a session has arrived, and when the peer is told so: after so many
 * bytes, when it pauses, and before each ping.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import { ACK_BYTES } from "./wire/protocol.ts";

/** Milliseconds after which a peer that pauses learns what has arrived. */
const ACK_DELAY_MS = 1000;

/** Bytes of which the peer is told when there is something to write anyway. */
const ALONG_BYTES = 65_536;

/** The receipts of one session. */
export class Receipts {
  /** Bytes of whole frames that have arrived. */
  received = 0;
  readonly #clock: Clock;
  readonly #tell: (place: number) => void;
  /** What of it the peer knows. */
  #told = 0;
  #timer: Timer | undefined;
  readonly #late = (): void => {
    this.#timer = undefined;
    this.tell();
  };

  /** `tell` sends an ACK, if there is a socket for it. */
  constructor(clock: Clock, tell: (place: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Whether the peer has sent so much that it waits for a word. */
  get isDue(): boolean {
    return this.received - this.#told >= ACK_BYTES;
  }

  /** Tells the peer along with what is being written, if it is worth it. */
  tellAlong(): void {
    if (this.received - this.#told >= ALONG_BYTES) this.tell();
  }

  /** The peer is told later, unless it is told before. */
  tellLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.schedule(ACK_DELAY_MS, this.#late);
    this.#timer.unref();
  }

  /** The peer is told now, if it does not know. */
  tell(): void {
    if (this.received === this.#told) return;
    this.#told = this.received;
    this.#tell(this.received);
  }

  /** The peer was told in the handshake. */
  wasTold(): void {
    this.#told = this.received;
  }

  /** The session has ended. */
  end(): void {
    this.#timer?.cancel();
  }
}
