/**
 * Recordings in memory.
 *
 * @module
 */
import type { AsciicastEvent } from "../../../src/terminal/recording/asciicast.ts";
import {
  readAsciicast,
  type ReadAsciicastOptions,
} from "../../../src/terminal/recording/asciicast_reader.ts";

/** The first line of a small recording. */
export const HEADER = '{"version":3,"term":{"cols":80,"rows":24}}\n';

/** A stream of the text, in chunks of so many bytes. */
export function streamOf(
  text: string | Uint8Array,
  chunkBytes = 1024,
): ReadableStream<Uint8Array> {
  const bytes = typeof text === "string"
    ? new TextEncoder().encode(text)
    : text;
  const chunks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    chunks.push(bytes.subarray(start, start + chunkBytes));
  }
  return ReadableStream.from(chunks);
}

/** All events of a recording. */
export async function eventsOf(
  text: string | Uint8Array,
  { chunkBytes, ...options }: ReadAsciicastOptions & {
    chunkBytes?: number;
  } = {},
): Promise<AsciicastEvent[]> {
  const source = streamOf(text, chunkBytes);
  await using cast = await readAsciicast(source, options);
  return await Array.fromAsync(cast.events);
}

/** A sink that keeps what is written, once its gate is open. */
export class Sink {
  readonly #parts: Uint8Array[] = [];
  readonly #gate = Promise.withResolvers<void>();
  /** What a recorder writes to. */
  readonly writable: WritableStream<Uint8Array>;

  constructor({ isOpen = true }: { isOpen?: boolean } = {}) {
    if (isOpen) this.open();
    this.writable = new WritableStream({
      write: async (part) => {
        await this.#gate.promise;
        this.#parts.push(part);
      },
    });
  }

  /** Lets the writes through. */
  open(): void {
    this.#gate.resolve();
  }

  /** Breaks the writes. */
  fail(reason: unknown): void {
    this.#gate.reject(reason);
  }

  /** What was written. */
  text(): Promise<string> {
    return new Response(ReadableStream.from(this.#parts)).text();
  }
}
