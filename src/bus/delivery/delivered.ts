/**
 * A message as the reader of one subscription gets it.
 *
 * @module
 */
import type { BusMessage } from "../message.ts";
import { Payload } from "../payload.ts";
import type { Subject } from "../subject.ts";
import type { Incoming, ReplyTarget } from "./incoming.ts";

/** A promise for those who wait for nothing. */
export const DONE: Promise<void> = Promise.resolve();

/**
 * A message that has left the queue of a subscription. Subscriptions with the
 * same codecs share one, as nobody may change it.
 */
export class Delivered<T, R> implements BusMessage<T, R> {
  readonly #incoming: Incoming;
  readonly #types: Subject<T, R>;
  readonly value: T;
  readonly gap: number;

  /**
   * Creates what the reader gets.
   *
   * @throws {CodecError} if the value cannot be decoded.
   */
  constructor(incoming: Incoming, types: Subject<T, R>, gap: number) {
    this.#incoming = incoming;
    this.#types = types;
    this.value = incoming.payload.valueFor(types.codec);
    this.gap = gap;
  }

  /**
   * Returns what the reader gets, which others may have already.
   *
   * @throws {CodecError} if the value cannot be decoded.
   */
  static of<T, R>(
    incoming: Incoming,
    types: Subject<T, R>,
    gap: number,
  ): Delivered<T, R> {
    const { shared } = incoming;
    if (gap !== 0) return new Delivered(incoming, types, gap);
    if (shared?.isFor(types)) return shared;
    const delivered = new Delivered(incoming, types, gap);
    incoming.shared = delivered;
    return delivered;
  }

  /** Whether a subscription with these types would get the same. */
  isFor<A, B>(types: Subject<A, B>): this is Delivered<A, B> {
    const own: object = this.#types.codec;
    const reply: object = this.#types.reply;
    return own === types.codec && reply === types.reply;
  }

  get subject(): string {
    return this.#incoming.subject;
  }

  get isRetained(): boolean {
    return this.#incoming.isRetained;
  }

  get isRequest(): boolean {
    return this.replies !== undefined;
  }

  /** Where replies go, if it is a request. */
  get replies(): ReplyTarget | undefined {
    return this.#incoming.replies;
  }

  respond(reply: R): Promise<void> {
    const { replies } = this;
    if (replies === undefined) return DONE;
    return replies.reply(Payload.of(reply, this.#types.reply));
  }
}
