/**
 * The writing half of a socket: one write at a time, each of everything that
 * has come together since the last one.
 *
 * @module
 */
import type { Transport } from "./transport.ts";

const END_OF_TURN = Promise.resolve();

/** Where a {@linkcode Writer} gets its bytes from. */
export interface WriterSource {
  /** Returns the bytes to write next, in one piece; empty if there are none. */
  next(): Uint8Array;
  /** Called when the transport has taken `count` bytes of `next()`. */
  sent(count: number): void;
  /** Called when `sent` has thrown: nobody knows what to write next. */
  onFault(cause: unknown): void;
}

/**
 * Writes to one transport, by callbacks: an async function would cost a small
 * message more than all the rest of this layer.
 */
export class Writer {
  readonly #transport: Pick<Transport, "write">;
  readonly #source: WriterSource;
  /** What goes before anything of the source. */
  #prelude: Uint8Array;
  #isWriting = false;
  #failure: unknown;
  /** Resolves when everything is written, or cannot be. */
  #drained: PromiseWithResolvers<void> | undefined;

  /** A writer that starts with `prelude` once it is woken. */
  constructor(
    transport: Pick<Transport, "write">,
    prelude: Uint8Array,
    source: WriterSource,
  ) {
    this.#transport = transport;
    this.#prelude = prelude;
    this.#source = source;
  }

  /** The cause of the last write that failed; `undefined` if none has. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Puts bytes after the prelude and before those of the source. */
  prepend(bytes: Uint8Array): void {
    if (this.#prelude.length === 0) {
      this.#prelude = bytes;
      return;
    }
    const both = new Uint8Array(this.#prelude.length + bytes.length);
    both.set(this.#prelude);
    both.set(bytes, this.#prelude.length);
    this.#prelude = both;
  }

  /** Writes at the end of this turn, unless a write is under way already. */
  readonly wake = (): void => {
    if (this.#isWriting) return;
    this.#isWriting = true;
    END_OF_TURN.then(this.#flush);
  };

  /** Writes what is left; resolves when that is done, or cannot be done. */
  drain(): Promise<void> {
    this.#drained = Promise.withResolvers();
    this.wake();
    return this.#drained.promise;
  }

  readonly #flush = (): void => {
    try {
      const prelude = this.#prelude;
      const bytes = prelude.length > 0 ? prelude : this.#source.next();
      if (bytes.length > 0) {
        this.#transport.write(bytes).then(this.#written, this.#failed);
        return;
      }
      this.#isWriting = false;
      this.#drained?.resolve();
    } catch (error) {
      this.#failed(error);
    }
  };

  readonly #written = (count: number): void => {
    try {
      if (this.#prelude.length > 0) {
        this.#prelude = this.#prelude.subarray(count);
      } else this.#source.sent(count);
    } catch (error) {
      this.#failed(error);
      this.#source.onFault(error);
      return;
    }
    this.#flush();
  };

  readonly #failed = (error: unknown): void => {
    // Reading goes on: what the peer said last may say why.
    this.#failure = error;
    this.#isWriting = false;
    this.#drained?.resolve();
  };
}
