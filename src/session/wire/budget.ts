/**
 * Bytes that many share: what the streams of one session may hold together.
 *
 * @module
 */

/** A number of bytes, of which each takes a part and gives it back. */
export class Budget {
  /** Bytes that nobody has. */
  left: number;
  readonly #waiting = new Set<{ bytes: number; granted: () => void }>();

  /** A budget of `bytes`. */
  constructor(bytes: number) {
    this.left = bytes;
  }

  /** Takes up to `bytes`, and answers how many. */
  take(bytes: number): number {
    const taken = Math.min(bytes, this.left);
    this.left -= taken;
    return taken;
  }

  /**
   * Takes `bytes` as soon as they are there, after those who asked before:
   * `granted` is called then, or now. Answers how to withdraw what waits.
   */
  reserve(bytes: number, granted: () => void): () => void {
    const waiter = { bytes, granted };
    this.#waiting.add(waiter);
    this.#serve();
    return () => {
      if (this.#waiting.delete(waiter)) this.#serve();
    };
  }

  /** Gives bytes back. */
  give(bytes: number): void {
    this.left += bytes;
    this.#serve();
  }

  #serve(): void {
    for (const waiter of this.#waiting) {
      if (waiter.bytes > this.left) return;
      this.#waiting.delete(waiter);
      this.left -= waiter.bytes;
      waiter.granted();
    }
  }
}
