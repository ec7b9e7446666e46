/**
 * What waits for a session: what was published while there was none is sent
 * when there is one again, in its order and within a bound.
 *
 * @module
 */
import { Ring } from "../../../actor/internal.ts";
import { BusLimitError } from "../../errors.ts";
import type { Link } from "./link.ts";
import type { LinkSession } from "./link_session.ts";

/** What something that waits counts besides its bytes. */
const COST_BYTES = 64;

/** Something that is to be sent. */
interface Waiting {
  readonly send: (session: LinkSession) => Promise<void>;
  readonly resolve: (sent: Promise<void>) => void;
  readonly reject: (error: unknown) => void;
}

/** The line of what is to be sent. */
export class Outbox {
  readonly #link: Link;
  readonly #maxBytes: number;
  readonly #waiting = new Ring<Waiting>();
  #bytes = 0;

  constructor(link: Link, maxBytes: number) {
    this.#link = link;
    this.#maxBytes = maxBytes;
    link.onUp = (session) => this.#sendAll(session);
  }

  /** The session, if something may be sent over it at once. */
  get session(): LinkSession | undefined {
    return this.#waiting.length > 0 ? undefined : this.#link.session;
  }

  /**
   * Sends something, over the next session if there is none now. Settles as it
   * does.
   */
  send(
    send: (session: LinkSession) => Promise<void>,
    bytes: number,
  ): Promise<void> {
    const { session } = this;
    if (session !== undefined) return send(session);
    if (this.#link.error !== undefined) {
      return handled(reject(this.#link.error));
    }
    this.#bytes += bytes + COST_BYTES;
    if (this.#bytes > this.#maxBytes) {
      this.#bytes -= bytes + COST_BYTES;
      return handled(
        reject(
          new BusLimitError(
            `Cannot send: the bus is out of reach, and ${this.#bytes} bytes wait for it already`,
          ),
        ),
      );
    }
    if (this.#waiting.length === 0) {
      this.#link.next().catch((error) => this.#failAll(error));
    }
    const { promise, resolve, reject: fail } = Promise.withResolvers<void>();
    this.#waiting.push({ send, resolve, reject: fail });
    return handled(promise);
  }

  #sendAll(session: LinkSession): void {
    this.#bytes = 0;
    for (let next = this.#waiting.shift(); next !== undefined;) {
      try {
        next.resolve(next.send(session));
      } catch (error) {
        next.reject(error);
      }
      next = this.#waiting.shift();
    }
  }

  #failAll(error: unknown): void {
    this.#bytes = 0;
    for (let next = this.#waiting.shift(); next !== undefined;) {
      next.reject(error);
      next = this.#waiting.shift();
    }
  }
}

function reject(error: unknown): Promise<void> {
  return Promise.reject(error);
}

/** The process does not end because of one who does not wait. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
