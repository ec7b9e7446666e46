/**
 * A shared budget of bytes: what the streams of one session may hold together.
 *
 * @module
 */

/** A number of bytes; streams take parts of it and give them back. */
export class Budget {
  /** Bytes that nobody has taken. */
  left: number;
  readonly #waiting = new Set<{ bytes: number; granted: () => void }>();

  /** A budget of `bytes`. */
  constructor(bytes: number) {
    this.left = bytes;
  }

  /** Takes up to `bytes`, and returns how many. */
  take(bytes: number): number {
    const taken = Math.min(bytes, this.left);
    this.left -= taken;
    return taken;
  }

  /**
   * Takes `bytes` as soon as so many are left, in the order of the calls, and
   * calls `granted` then, which may be at once. Returns a function that
   * withdraws a reservation that still waits.
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
