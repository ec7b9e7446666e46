/**
 * The receiving half of a connection: messages that have arrived and not been
 * read, and the one that is arriving. It counts what it holds; whoever fills
 * it decides when that is too much.
 *
 * @module
 */
import { TroupeError } from "../actor/mod.ts";
import { Ring } from "../actor/internal.ts";
import { PartialMessage } from "./partial_message.ts";

/** Bytes that a message counts beside its own, so that empty ones are bounded. */
const MESSAGE_COST = 256;

/** A read that waits for a message. */
interface Reader {
  readonly resolve: (message: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes that the inboxes of a socket hold together. */
export interface Holdings {
  /** Bytes, with what messages cost. */
  bytes: number;
  /** Called when held bytes were read. */
  onRead(): void;
}

/** Messages between a socket and the reader of a connection. */
export class Inbox {
  readonly #holdings: Holdings;
  readonly #messages = new Ring<Uint8Array>();
  /** The message that is arriving. */
  #partial: PartialMessage | undefined;
  #reader: Reader | undefined;
  #heldBytes = 0;
  #error: unknown;
  #ended = false;

  constructor(holdings: Holdings) {
    this.#holdings = holdings;
  }

  /** Bytes that are held for the reader, with what messages cost. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Whether nothing more is taken in. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether everything was read or dropped, and nothing more is taken in. */
  get drained(): boolean {
    return this.#ended && this.#messages.length === 0;
  }

  /** The error of the end. */
  get error(): unknown {
    return this.#error;
  }

  /** Takes in the next bytes of a message, and copies them. */
  append(data: Uint8Array, totalBytes: number): void {
    if (this.#ended) return;
    if (this.#partial === undefined && data.length === totalBytes) {
      return this.#push(data.slice());
    }
    const message = (this.#partial ??= new PartialMessage())
      .append(data, totalBytes);
    this.#hold(data.length);
    if (message === undefined) return;
    this.#dropPartial();
    this.#push(message);
  }

  /**
   * Returns the next message. One read may be pending at a time.
   *
   * @throws the error of the end, as a rejection, once nothing is left.
   */
  receive(signal?: AbortSignal): Promise<Uint8Array> {
    if (this.#reader !== undefined) {
      return Promise.reject(
        new TroupeError(
          "Cannot read: another read of this connection is pending",
        ),
      );
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    const message = this.#messages.shift();
    if (message !== undefined) {
      this.#hold(-message.length - MESSAGE_COST);
      if (!this.#ended) this.#holdings.onRead();
      return Promise.resolve(message);
    }
    if (this.#ended) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#reader = undefined;
        reject(signal?.reason);
      };
      const settle = <T>(how: (value: T) => void) => (value: T): void => {
        this.#reader = undefined;
        signal?.removeEventListener("abort", abort);
        how(value);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#reader = { resolve: settle(resolve), reject: settle(reject) };
    });
  }

  /**
   * Returns the bytes of the next message that has any.
   *
   * @throws as `receive` does.
   */
  async read(): Promise<Uint8Array> {
    let bytes: Uint8Array;
    do bytes = await this.receive(); while (bytes.length === 0);
    return bytes;
  }

  /** Takes no more in: what is whole can still be read, then `error`. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#dropPartial();
    this.#ended = true;
    this.#error = error;
    // From here on it is the reader's business how long it keeps the rest.
    this.#holdings.bytes -= this.#heldBytes;
    this.#reader?.reject(error);
  }

  /** Takes no more in, and drops what is unread. */
  discard(error: unknown): void {
    this.end(error);
    while (this.#messages.shift() !== undefined);
    this.#heldBytes = 0;
  }

  #push(message: Uint8Array): void {
    if (this.#reader !== undefined) return this.#reader.resolve(message);
    this.#messages.push(message);
    this.#hold(message.length + MESSAGE_COST);
  }

  #dropPartial(): void {
    this.#hold(-(this.#partial?.length ?? 0));
    this.#partial = undefined;
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    if (!this.#ended) this.#holdings.bytes += bytes;
  }
}
