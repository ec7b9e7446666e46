/**
 * What a subscription delivers.
 *
 * @module
 */

/** A message as one subscription gets it. */
export interface BusMessage<T, R> {
  /** The subject that it was published on. */
  readonly subject: string;
  /**
   * The value that was published. In the same process it is the very same value, which
   * nobody may change.
   */
  readonly value: T;
  /**
   * Whether it was published before the subscription began, and is the last
   * value that its subject has retained.
   */
  readonly isRetained: boolean;
  /**
   * Messages that this subscription should have had between the last one and
   * this one, and that its overflow policy has dropped; 0 or more. `Infinity`
   * if the session to the bus was lost in between, so that nobody knows.
   */
  readonly gap: number;
  /** Whether it is a request, so that somebody waits for a reply. */
  readonly isRequest: boolean;
  /**
   * Replies to a request. The first reply is the one that counts, unless the
   * requester asks for many. Resolves when the bus has taken the reply; one for
   * nobody, or for who no longer waits, is let go.
   *
   * @throws {CodecError} as a rejection, if the reply cannot be encoded.
   * @throws {BusClosedError} as a rejection, if the bus is closed.
   */
  respond(reply: R): Promise<void>;
}
