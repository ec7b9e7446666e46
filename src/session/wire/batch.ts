/**
 * The messages of one `sendAll`, which are taken one after the other.
 *
 * @module
 */

/** Returns a message, or throws what is wrong with it. */
function checked(message: unknown, index: number): Uint8Array {
  if (!(message instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot send: message ${index} is not a Uint8Array, encode it first`,
    );
  }
  // Only an empty one may be what is left of another.
  if (message.length === 0 && isDetached(message)) {
    throw new TypeError(
      `Cannot send: the buffer of message ${index} was transferred before it was sent`,
    );
  }
  return message;
}

function isDetached({ buffer }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}

/** Messages that are sent together. */
export class Batch {
  /** The messages, if they are all there; otherwise they are asked for. */
  readonly list: readonly Uint8Array[] | undefined;
  /** How many were taken, whole and from the first on. */
  taken = 0;
  readonly #iterator: Iterator<Uint8Array> | undefined;

  /** @throws {TypeError} for what cannot be iterated. */
  constructor(messages: Iterable<Uint8Array>) {
    if (Array.isArray(messages)) this.list = messages;
    else this.#iterator = messages[Symbol.iterator]();
  }

  /** Whether it is known that there are no more. */
  get isOver(): boolean {
    return this.list !== undefined && this.taken >= this.list.length;
  }

  /** The next message of the list; `undefined` for what cannot be sent. */
  peek(): Uint8Array | undefined {
    const message = this.list?.[this.taken];
    return message instanceof Uint8Array &&
        (message.length > 0 || !isDetached(message))
      ? message
      : undefined;
  }

  /**
   * Returns the next message, which is asked for once the one before was taken;
   * `undefined` after the last.
   *
   * @throws {TypeError} for what is no message; and what the iterator throws.
   */
  next(): Uint8Array | undefined {
    if (this.isOver) return undefined;
    if (this.list !== undefined) {
      return checked(this.list[this.taken], this.taken);
    }
    const result = this.#iterator?.next();
    return result === undefined || result.done
      ? undefined
      : checked(result.value, this.taken);
  }

  /** Called when no more are taken: whoever makes them is to stop. */
  end(): void {
    try {
      this.#iterator?.return?.();
    } catch {
      // It was cut short for a better reason.
    }
  }
}
