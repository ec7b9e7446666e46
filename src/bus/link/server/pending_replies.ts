/**
 * The requests that one subscription of a client may still reply to. Nobody
 * says when a request is over, so they are bounded: the oldest goes first.
 *
 * @module
 */
import type { RawMessage } from "./bus_source.ts";

/** Requests of one subscription, and their bytes. */
const MAX_REQUESTS = 10_000;
const MAX_BYTES = 16_777_216;

/** The requests that may be replied to. */
export class PendingReplies {
  readonly #messages = new Map<number, RawMessage>();
  #bytes = 0;
  #last = 0;

  /** Adds a request; returns its token, from 1 on. */
  add(message: RawMessage): number {
    const token = ++this.#last;
    this.#messages.set(token, message);
    this.#bytes += message.value.length;
    while (
      this.#messages.size > MAX_REQUESTS ||
      (this.#bytes > MAX_BYTES && this.#messages.size > 1)
    ) {
      const [oldest] = this.#messages;
      if (oldest === undefined) break;
      this.#messages.delete(oldest[0]);
      this.#bytes -= oldest[1].value.length;
    }
    return token;
  }

  /** Returns the request of a token, unless it is let go. */
  get(token: number): RawMessage | undefined {
    return this.#messages.get(token);
  }
}
