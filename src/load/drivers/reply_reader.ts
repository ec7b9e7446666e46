/**
 * Reads replies from a stream of bytes.
 *
 * @module
 */
import { DriverError } from "./driver_error.ts";

/** A source of bytes. */
export interface ByteSource {
  /** Reads into a buffer; resolves to `null` at the end. */
  read(into: Uint8Array): Promise<number | null>;
}

/** The first size of the buffer: small, as each of many users has one. */
const START_BYTES = 512;

/**
 * Reads replies, and keeps the bytes that follow them. Between replies it reads
 * on, so that it notices the end of the stream.
 */
export class ReplyReader {
  readonly #source: ByteSource;
  #buffer = new Uint8Array(START_BYTES);
  /** The number of bytes in the buffer. */
  #size = 0;
  /** The read that is under way, or has ended since the last reply. */
  #reading: Promise<boolean> | undefined;
  #isOver = false;

  /** Creates a reader, which reads nothing yet. */
  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Whether the stream has ended or failed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has come and was not taken; valid until the next read. */
  get waiting(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  /** Reads on until something comes, between two replies. */
  watch(): void {
    // What is in the buffer moves when it is taken: nothing may be read then.
    if (this.#size > 0) return;
    // Whoever takes the next reply gets the error as well.
    this.#startRead().catch(() => {});
  }

  /** Reads that many bytes. Rejects if the stream ends before. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#size < count) await this.#read();
    return this.#shift(count);
  }

  /** Reads up to and including a delimiter; rejects above a limit. */
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
          `Cannot accept the reply: it has more than ${maxBytes} bytes`,
        );
      }
      if (at >= 0) return this.#shift(end);
      // The buffer may end with a part of the delimiter.
      from = Math.max(0, this.#size - delimiter.length + 1);
      await this.#read();
    }
  }

  #shift(count: number): Uint8Array {
    const reply = this.#buffer.slice(0, count);
    this.#buffer.copyWithin(0, count, this.#size);
    this.#size -= count;
    return reply;
  }

  async #read(): Promise<void> {
    const isOpen = await this.#startRead();
    this.#reading = undefined;
    if (!isOpen) {
      throw new DriverError(
        "Cannot get a reply: the service has closed the connection",
      );
    }
  }

  #startRead(): Promise<boolean> {
    return this.#reading ??= this.#readMore();
  }

  async #readMore(): Promise<boolean> {
    if (this.#size === this.#buffer.length) {
      const larger = new Uint8Array(2 * this.#size);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    try {
      const at = this.#size;
      const count = await this.#source.read(this.#buffer.subarray(at));
      this.#isOver = count === null;
      this.#size = at + (count ?? 0);
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    return !this.#isOver;
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
