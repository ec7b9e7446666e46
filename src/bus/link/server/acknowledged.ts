/**
 * What a client has acknowledged and waits to have confirmed.
 *
 * @module
 */

/** Messages whose acknowledgements settle together. */
interface Settling {
  readonly done: Promise<void>;
  readonly first: number;
  readonly deliveries: number;
  count: number;
}

/** Messages that could not be acknowledged: so many from the first on. */
export interface NotAcknowledged {
  readonly first: number;
  readonly count: number;
  readonly deliveries: number;
  readonly error: unknown;
}

/** Acknowledgements until the client asks what has come of them. */
export class Acknowledged {
  readonly #settling: Settling[] = [];

  /** Acknowledgements that settle one by one. */
  get size(): number {
    return this.#settling.length;
  }

  /** Adds a message of a delivery. What settles with the one before costs nothing. */
  add(sequence: number, deliveries: number, done: Promise<void>): void {
    const last = this.#settling.at(-1);
    if (
      last?.done === done && last.deliveries === deliveries &&
      last.first + last.count === sequence
    ) {
      last.count++;
      return;
    }
    // The client may go before it asks.
    done.catch(() => {});
    this.#settling.push({ done, first: sequence, deliveries, count: 1 });
  }

  /** Returns what could not be acknowledged, when all is settled. */
  async refused(): Promise<readonly NotAcknowledged[]> {
    const refused: NotAcknowledged[] = [];
    for (const { done, ...messages } of this.#settling) {
      try {
        await done;
      } catch (error) {
        refused.push({ ...messages, error });
      }
    }
    return refused;
  }
}
