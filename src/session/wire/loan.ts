/**
 * Buffers that messages were transferred in: the session writes them from where
 * they lie, and returns them to whoever sent them.
 *
 * @module
 */

/** A buffer until it is returned, which happens once. */
export class Loan {
  readonly #buffer: ArrayBuffer;
  readonly #onReturn: (buffer: ArrayBuffer) => void;
  /** The message that waits, and each frame that is written from it. */
  #uses = 1;
  #isExposed = false;

  /** A buffer in use by its message. */
  constructor(buffer: ArrayBuffer, onReturn: (buffer: ArrayBuffer) => void) {
    this.#buffer = buffer;
    this.#onReturn = onReturn;
  }

  /** Counts one more use. */
  use(): void {
    this.#uses++;
  }

  /** Notes that a socket may read it at any later time: it broke meanwhile. */
  expose(): void {
    this.#isExposed = true;
  }

  /** Ends one use; with the last one the buffer is returned, or a copy of it. */
  release(): void {
    if (--this.#uses > 0) return;
    const buffer = this.#buffer;
    this.#onReturn(this.#isExposed ? buffer.slice(0) : buffer);
  }
}

/**
 * Takes the buffer of a message away from everybody else, and returns the same
 * message in it.
 *
 * @throws {TypeError} for a buffer that cannot be taken.
 */
export function transferred(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = message;
  if (!(buffer instanceof ArrayBuffer)) {
    throw new TypeError(
      "Cannot transfer the message: its buffer is shared, send it without transfer",
    );
  }
  if (buffer.detached) {
    throw new TypeError(
      "Cannot transfer the message: its buffer was transferred before",
    );
  }
  let own: ArrayBuffer;
  try {
    own = buffer.transfer();
  } catch (cause) {
    throw new TypeError(
      "Cannot transfer the message: its buffer cannot be detached, as that of a WebAssembly memory; send it without transfer",
      { cause },
    );
  }
  return new Uint8Array(own, byteOffset, length);
}
