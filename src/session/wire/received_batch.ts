/**
 * Messages that are handed out together, with the memory that they are in.
 *
 * @module
 */
import type { MessageBatch } from "./message_batch.ts";
import { HEADER_BYTES } from "./protocol.ts";
import { giveBack } from "./slabs.ts";

/** The messages of one batch, in the order in which they came. */
export class ReceivedBatch implements MessageBatch {
  readonly messages: Uint8Array<ArrayBuffer>[] = [];
  /** Buffers in which nothing else is. */
  readonly #buffers: ArrayBuffer[] = [];

  /** Adds a message, in a buffer of its own if it is not in one already. */
  add(message: Uint8Array): void {
    const { buffer, length } = message;
    const own = buffer instanceof ArrayBuffer && buffer.byteLength === length
      ? new Uint8Array(buffer)
      : message.slice();
    this.messages.push(own);
    this.#buffers.push(own.buffer);
  }

  /**
   * Adds the messages of the frames from `at` to `end`, each with its header.
   * Nothing else may be in their buffer.
   */
  addFrames(bytes: Uint8Array<ArrayBuffer>, at: number, end: number): void {
    const { buffer } = bytes;
    while (at < end) {
      const length = bytes[at]! << 16 | bytes[at + 1]! << 8 | bytes[at + 2]!;
      at += HEADER_BYTES;
      this.messages.push(new Uint8Array(buffer, at, length));
      at += length;
    }
    this.#buffers.push(buffer);
  }

  [Symbol.dispose](): void {
    for (const buffer of this.#buffers) giveBack(buffer);
  }
}
