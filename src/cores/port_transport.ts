/**
 * A transport between two threads: the bytes of one socket over a pair of
 * message ports. Each direction has credit in bytes, so that a side that does
 * not read stops the other one, as a socket would.
 *
 * @module
 */
import type { Transport } from "../session/mod.ts";

/** Bytes that may be under way in one direction before a write waits. */
const CREDIT_BYTES = 262_144;
/** Bytes that were read until the other side learns of it. */
const GRANT_BYTES = CREDIT_BYTES / 4;

/**
 * What crosses: bytes, which are transferred; a number, the bytes that may be
 * sent besides; `"end"` after the last bytes; `"close"` when nobody is there.
 */
type PortMessage = Uint8Array<ArrayBuffer> | number | "end" | "close";

/** One end of a transport between two threads. */
export class PortTransport implements Transport {
  /** Resolves when this end is closed, by whichever side. */
  readonly closed: Promise<void>;
  readonly #port: MessagePort;
  readonly #closed = Promise.withResolvers<void>();
  /** What has arrived, in order. */
  readonly #chunks: Uint8Array[] = [];
  #hasEnded = false;
  #credit = CREDIT_BYTES;
  /** Bytes that were read and not yet granted again. */
  #ungranted = 0;
  #isOpen = true;
  #onChange = Promise.withResolvers<void>();

  /** @param port One of a pair of ports; the transport closes it. */
  constructor(port: MessagePort) {
    this.#port = port;
    this.closed = this.#closed.promise;
    port.onmessage = ({ data }: MessageEvent<PortMessage>) => this.#take(data);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (true) {
      const chunk = this.#chunks[0];
      if (chunk !== undefined) return this.#read(chunk, buffer);
      if (this.#hasEnded) return null;
      if (!this.#isOpen) throw new Deno.errors.BadResource("It is closed");
      await this.#onChange.promise;
    }
  }

  #read(chunk: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(chunk.length, buffer.length);
    if (count === chunk.length) {
      buffer.set(chunk);
      this.#chunks.shift();
    } else {
      buffer.set(chunk.subarray(0, count));
      this.#chunks[0] = chunk.subarray(count);
    }
    this.#ungranted += count;
    if (this.#ungranted >= GRANT_BYTES && this.#isOpen) {
      this.#port.postMessage(this.#ungranted);
      this.#ungranted = 0;
    }
    return count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    while (true) {
      if (!this.#isOpen) throw new Deno.errors.BrokenPipe("It is closed");
      const count = Math.min(bytes.length, this.#credit);
      if (count > 0 || bytes.length === 0) {
        this.#credit -= count;
        // A copy: the writer goes on using its bytes.
        const copy = bytes.slice(0, count);
        this.#port.postMessage(copy, [copy.buffer]);
        return count;
      }
      await this.#onChange.promise;
    }
  }

  closeWrite(): Promise<void> {
    if (this.#isOpen) this.#port.postMessage("end");
    return Promise.resolve();
  }

  // Bound, as it serves as a callback.
  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#port.postMessage("close");
    this.#chunks.length = 0;
    this.#hasEnded = false;
    this.#end();
  };

  /** Ends it without a word: the other thread is gone. */
  abandon(): void {
    if (this.#isOpen) this.#end();
  }

  #end(): void {
    this.#isOpen = false;
    this.#port.close();
    this.#closed.resolve();
    this.#changed();
  }

  #take(message: PortMessage): void {
    if (typeof message === "number") this.#credit += message;
    else if (message === "end") this.#hasEnded = true;
    else if (message !== "close") {
      if (message.length > 0) this.#chunks.push(message);
    } else {
      // What has arrived can still be read, as that of a socket.
      this.#hasEnded = true;
      return this.#end();
    }
    this.#changed();
  }

  #changed(): void {
    const { resolve } = this.#onChange;
    this.#onChange = Promise.withResolvers();
    resolve();
  }
}
