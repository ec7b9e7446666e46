/**
 * The bytes of a file on their way to the storage: up to as many as its field
 * takes.
 *
 * @module
 */

/** Where the bytes of a file come from. */
export interface ByteSource {
  /** Returns the next bytes, or `null` at the end. */
  read(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Gives up what was not read. */
  cancel(reason: unknown): void;
}

/** Thrown where a file has more bytes than its field takes. */
export class FileTooLargeError extends Error {}

/** The bytes of one file. */
export class FileSource {
  readonly #source: ByteSource;
  readonly #maxBytes: number;
  readonly #ahead: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #isOver = false;
  /** Why it failed, if it has. */
  failure: unknown;

  constructor(source: ByteSource, maxBytes: number) {
    this.#source = source;
    this.#maxBytes = maxBytes;
  }

  /** Returns the first bytes, which are read again afterwards. */
  async sample(bytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const sample = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const chunk = await this.#next();
      if (chunk === null) break;
      this.#ahead.push(chunk);
      const part = chunk.subarray(0, bytes - filled);
      sample.set(part, filled);
      filled += part.length;
    }
    return sample.subarray(0, filled);
  }

  /** The bytes, as a stream. */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const chunk = this.#ahead.shift() ?? await this.#next();
          if (chunk === null) controller.close();
          else controller.enqueue(chunk);
        } catch (error) {
          this.failure = error;
          throw error;
        }
      },
      cancel: (reason) => this.#source.cancel(reason),
    }, { highWaterMark: 0 });
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | null> {
    if (this.#isOver) return null;
    const chunk = await this.#source.read();
    if (chunk === null) {
      this.#isOver = true;
      return null;
    }
    this.#size += chunk.length;
    if (this.#size > this.#maxBytes) {
      throw new FileTooLargeError(
        `it has more than ${this.#maxBytes} bytes`,
      );
    }
    return chunk;
  }
}

/** Returns a stream as a source of bytes. */
export function sourceOfStream(
  stream: ReadableStream<Uint8Array>,
): ByteSource {
  const reader = stream.getReader();
  return {
    read: async () => {
      const { done, value } = await reader.read();
      if (done) return null;
      if (value instanceof Uint8Array) {
        // What can be sent is not shared memory.
        return value as Uint8Array<ArrayBuffer>;
      }
      throw new TypeError(
        "Cannot use the stream of a file: a chunk of it is not a Uint8Array",
      );
    },
    cancel: (reason) => void reader.cancel(reason).catch(() => {}),
  };
}
