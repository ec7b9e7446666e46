/**
 * Whose turn it is: deficit round-robin by bytes (Shreedhar and Varghese,
 * 1995). Every stream that has something to send gets the same number of
 * bytes, however large its messages.
 *
 * @module
 */
import { Ring } from "../actor/ring.ts";

/** Something that has frames to send. */
export interface Sendable {
  /** Bytes that it may still send in its turn; the scheduler's own. */
  deficit: number;
  /** Bytes of its next frame, or 0 when it has none or may not send it. */
  nextFrameBytes(): number;
  /** Sends that frame. */
  sendFrame(): void;
}

/** Bytes that each gets in one round. */
const QUANTUM_BYTES = 16_384;

/** A round of those who have something to send. */
export class Scheduler {
  readonly #round = new Ring<Sendable>();
  readonly #active = new Set<Sendable>();

  /** Whether nobody waits. */
  get idle(): boolean {
    return this.#round.length === 0;
  }

  /** Lets one take part, at the end of the round. */
  activate(sendable: Sendable): void {
    if (this.#active.has(sendable)) return;
    this.#active.add(sendable);
    sendable.deficit = 0;
    this.#round.push(sendable);
  }

  /** Sends frames while `hasRoom` says so. */
  run(hasRoom: () => boolean): void {
    while (hasRoom()) {
      const next = this.#round.peek();
      if (next === undefined) return;
      const bytes = next.nextFrameBytes();
      if (bytes === 0) {
        this.#round.shift();
        this.#active.delete(next);
      } else if (bytes <= next.deficit) {
        next.deficit -= bytes;
        next.sendFrame();
      } else {
        next.deficit += QUANTUM_BYTES;
        this.#round.shift();
        this.#round.push(next);
      }
    }
  }
}
