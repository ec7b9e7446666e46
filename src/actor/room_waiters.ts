/**
 * Those who wait until a full mailbox has room. Hardly anybody does, so an
 * actor has no field for it.
 *
 * @module
 */

/** Who waits for room, by actor. */
export class RoomWaiters {
  readonly #waiters = new Map<object, (() => void)[]>();

  /** Whether anybody waits for room in any mailbox. */
  get isAwaited(): boolean {
    return this.#waiters.size > 0;
  }

  /** Waits until an actor has handled messages, or is gone. */
  wait(actor: object): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(actor);
      if (waiters === undefined) this.#waiters.set(actor, [resolve]);
      else waiters.push(resolve);
    });
  }

  /** Wakes those who wait for an actor, who look again. */
  changed(actor: object): void {
    const waiters = this.#waiters.get(actor);
    if (waiters === undefined) return;
    this.#waiters.delete(actor);
    for (const wake of waiters) wake();
  }
}
