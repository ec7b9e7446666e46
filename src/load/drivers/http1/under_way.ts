/**
 * The exchanges of one user that are under way.
 *
 * @module
 */
import type { Http1Exchange } from "./exchange.ts";

/**
 * Aborts exchanges with the signal of their user. A listener for each of them
 * would cost more than all else that is done for a request.
 */
export class UnderWay implements Disposable {
  readonly #exchanges = new Set<Http1Exchange>();
  /** The signals that are listened to: one, but for users who do two things. */
  readonly #signals = new Set<AbortSignal>();

  /** Adds an exchange, which may be one of another signal than the last one. */
  add(exchange: Http1Exchange): void {
    const { signal } = exchange;
    if (!this.#signals.has(signal)) {
      if (this.#exchanges.size === 0) this[Symbol.dispose]();
      this.#signals.add(signal);
      signal.addEventListener("abort", this.#onAbort);
    }
    this.#exchanges.add(exchange);
  }

  /** Removes an exchange that is over. */
  delete(exchange: Http1Exchange): void {
    this.#exchanges.delete(exchange);
  }

  readonly #onAbort = ({ currentTarget }: Event): void => {
    for (const exchange of [...this.#exchanges]) {
      const { signal } = exchange;
      if (signal === currentTarget) exchange.abort(signal.reason);
    }
  };

  /** Stops listening to the signals of all exchanges. */
  [Symbol.dispose](): void {
    for (const signal of this.#signals) {
      signal.removeEventListener("abort", this.#onAbort);
    }
    this.#signals.clear();
  }
}
