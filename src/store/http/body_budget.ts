/**
 * The bytes of bodies that all requests together may hold.
 *
 * @module
 */
import { Problem } from "./problem.ts";

/** What a request holds of the budget, given back when it is disposed. */
export interface HeldBytes extends Disposable {
  /**
   * Takes further bytes.
   *
   * @throws {Problem} if the budget has not so many left.
   */
  take(bytes: number): void;
}

/** A number of bytes that requests share. */
export class BodyBudget {
  readonly #maxBytes: number;
  #held = 0;

  /** Creates a budget of which nothing is taken. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are taken at present. */
  get held(): number {
    return this.#held;
  }

  /** Starts to hold bytes for one request. */
  open(): HeldBytes {
    let own = 0;
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#maxBytes) {
          throw new Problem(
            "busy",
            "The bodies of other requests fill the memory for bodies, try again",
            { headers: { "retry-after": "1" } },
          );
        }
        this.#held += bytes;
        own += bytes;
      },
      [Symbol.dispose]: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}
