/**
 * What the listening half of a one-way flow does with messages, for every peer
 * that hands them over one by one: it looks at each, and answers each batch.
 *
 * @module
 */

import { ANSWER_BYTES } from "./raw_wire.ts";

/** Counts messages. */
export class Tally {
  readonly #batch: number;
  #taken = 0;
  #checksum = 0;

  /** Counts batches of so many messages. */
  constructor(messages: number) {
    this.#batch = messages;
  }

  /** Takes a message; after the last of a batch, gives the answer to it. */
  take(message: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    this.#checksum = (this.#checksum + (message[0] ?? 0)) >>> 0;
    if (++this.#taken < this.#batch) return undefined;
    const view = new DataView(new ArrayBuffer(ANSWER_BYTES));
    view.setUint32(0, this.#taken);
    view.setUint32(4, this.#checksum);
    this.#taken = this.#checksum = 0;
    return new Uint8Array(view.buffer);
  }
}

/** The number of messages in an answer. */
export function takenOf(answer: Uint8Array): number {
  const { buffer, byteOffset, byteLength } = answer;
  return new DataView(buffer, byteOffset, byteLength).getUint32(0);
}
