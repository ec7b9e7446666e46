/**
 * The pass of one socket: what it was admitted to, and whether it still is.
 *
 * @module
 */
import type { AccessRequest } from "./authorizer.ts";

/** What one socket is allowed, until the pass ends. */
export class Pass {
  /** What the socket asked for, and may ask for again. */
  readonly request: AccessRequest;
  readonly #ended = new AbortController();

  /** Starts a pass for what a request was granted. */
  constructor(request: AccessRequest) {
    this.request = request;
  }

  /** Aborts when the access has ended; the reason is a text for the user. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Ends the access, for a reason that the user reads. */
  end(why: string): void {
    this.#ended.abort(why);
  }
}
