/**
 * A message as one subscription gets it: in its queue first, then with its
 * reader.
 *
 * @module
 */
import type { Codec } from "../../codec/mod.ts";
import type { BusMessage } from "../message.ts";
import { Payload } from "../payload.ts";
import type { Incoming } from "./incoming.ts";
import type { QueueEntry } from "./queue.ts";

/** A promise for those who wait for nothing. */
export const DONE: Promise<void> = Promise.resolve();

/** An entry of a queue that becomes what the reader gets. */
export class Delivered<T, R> implements BusMessage<T, R>, QueueEntry {
  readonly #incoming: Incoming;
  readonly #replyCodec: Codec<R>;
  readonly subject: string;
  gap: number;
  #value: T | undefined;

  constructor(incoming: Incoming, replyCodec: Codec<R>) {
    this.#incoming = incoming;
    this.#replyCodec = replyCodec;
    this.subject = incoming.subject;
    this.gap = incoming.gap;
  }

  /**
   * Makes the value ready for the reader.
   *
   * @throws {CodecError} if it cannot be decoded.
   */
  decode(codec: Codec<T>): void {
    this.#value = this.#incoming.payload.valueFor(codec);
  }

  get value(): T {
    return this.#value as T;
  }

  get bytes(): number {
    return this.#incoming.bytes;
  }

  get isRetained(): boolean {
    return this.#incoming.isRetained;
  }

  get isRequest(): boolean {
    return this.#incoming.replies !== undefined;
  }

  respond(reply: R): Promise<void> {
    const { replies } = this.#incoming;
    if (replies === undefined) return DONE;
    return replies.reply(Payload.of(reply, this.#replyCodec));
  }

  /** It does not keep what has brought it, as it waits behind many others. */
  stays(): void {
    this.#incoming.payload.compact();
  }

  /** The queue that held it beyond its bounds has room for it. */
  admitted(): void {
    this.#incoming.admitted();
  }
}
