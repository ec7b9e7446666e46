/**
 * Pauses of one who publishes, for clients by `wait` that have no room: to queue
 * messages between two processes that have queues would be of no use.
 *
 * @module
 */

/** The pauses of one publisher; none is longer than its connection. */
export class Pauses {
  #isGone = false;
  #resume: (() => void) | undefined;

  /** @param closed Resolves when the publisher is gone. */
  constructor(closed: Promise<void>) {
    void closed.then(() => {
      this.#isGone = true;
      this.#resume?.();
    });
  }

  /**
   * Returns what to wait for, if there is something. `whenRoom` has `resume`
   * called when there is room, or returns false if there is now.
   */
  until(
    whenRoom: (resume: () => void) => boolean,
  ): Promise<void> | undefined {
    if (this.#isGone) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!whenRoom(resolve)) return undefined;
    this.#resume = resolve;
    return promise;
  }
}
