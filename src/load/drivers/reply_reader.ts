/**
 * Replies cut out of a stream of bytes.
 *
 * @module
 */
import { DriverError } from "./driver_error.ts";

/** Where bytes come from. */
export interface ByteSource {
  /** Reads into a buffer; `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** Small, as there is one for each of many users; it grows with replies. */
const START_BYTES = 512;

/** Reads replies, and keeps what came after them. */
export class ReplyReader {
  readonly #source: ByteSource;
  #buffer = new Uint8Array(START_BYTES);
  /** Bytes in the buffer. */
  #size = 0;

  /** Nothing is read yet. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** So many bytes. Rejects if they do not come. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#size < count) await this.#read();
    return this.#cut(count);
  }

  /** Everything to the end of the delimiter, up to a limit. */
  async takeUntil(
    delimiter: Uint8Array,
    maxBytes: number,
  ): Promise<Uint8Array> {
    let from = 0;
    while (true) {
      const at = find(this.#buffer.subarray(0, this.#size), delimiter, from);
      const end = at < 0 ? this.#size : at + delimiter.length;
      if (end > maxBytes) {
        throw new DriverError(
          `Cannot take the reply: it has more than ${maxBytes} bytes`,
        );
      }
      if (at >= 0) return this.#cut(end);
      // A part of the delimiter may be there.
      from = Math.max(0, this.#size - delimiter.length + 1);
      await this.#read();
    }
  }

  #cut(count: number): Uint8Array {
    const reply = this.#buffer.slice(0, count);
    this.#buffer.copyWithin(0, count, this.#size);
    this.#size -= count;
    return reply;
  }

  async #read(): Promise<void> {
    if (this.#size === this.#buffer.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    const count = await this.#source.read(this.#buffer.subarray(this.#size));
    if (count === null) {
      throw new DriverError(
        "Cannot take the reply: the service has closed the connection",
      );
    }
    this.#size += count;
  }
}

function find(bytes: Uint8Array, what: Uint8Array, from: number): number {
  const [first = 0] = what;
  for (
    let at = bytes.indexOf(first, from);
    at >= 0 && at + what.length <= bytes.length;
    at = bytes.indexOf(first, at + 1)
  ) {
    if (what.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
