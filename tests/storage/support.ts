/**
 * Bytes and streams for tests of storages.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { ObjectRead } from "../../src/storage/mod.ts";

/** Returns the bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Returns bytes of which no two parts are alike. */
export function manyBytes(length: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let word = 1;
  for (let index = 0; index < words.length; index++) {
    word = Math.imul(word, 1_664_525) + 1_013_904_223;
    words[index] = word;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Returns the SHA-256 of bytes as hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Returns a stream of bytes in chunks of that size; each is a copy. */
export function streamOf(
  bytes: Uint8Array<ArrayBuffer>,
  chunkBytes = 100_003,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + chunkBytes));
      at += chunkBytes;
    },
  }, { highWaterMark: 0 });
}

/** A stream that gives bytes, and then nothing until it ends as it is told. */
export class HeldStream {
  readonly #held = Promise.withResolvers<void>();
  readonly #asked = Promise.withResolvers<void>();
  /** What it was cancelled with, when it was. */
  readonly cancelled: Promise<unknown>;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

  constructor(bytes: Uint8Array<ArrayBuffer>, chunkBytes = 100_003) {
    const cancelled = Promise.withResolvers<unknown>();
    this.cancelled = cancelled.promise;
    let at = 0;
    this.stream = new ReadableStream({
      pull: async (controller) => {
        if (at >= bytes.length) {
          this.#asked.resolve();
          await this.#held.promise;
          return controller.close();
        }
        controller.enqueue(bytes.slice(at, at + chunkBytes));
        at += chunkBytes;
      },
      cancel: (reason) => {
        cancelled.resolve(reason);
        this.#held.resolve();
      },
    }, { highWaterMark: 0 });
  }

  /** Resolves when all its bytes were taken, and more are asked for. */
  get exhausted(): Promise<void> {
    return this.#asked.promise;
  }

  /** Makes it end. */
  end(): void {
    this.#held.resolve();
  }

  /** Makes it fail. */
  fail(error: unknown): void {
    this.#held.reject(error);
  }
}

/** Reads an object to its end. */
export async function readAll({ body }: ObjectRead): Promise<Uint8Array> {
  return await new Response(body).bytes();
}

/** Reads an object to its end as text. */
export async function readText({ body }: ObjectRead): Promise<string> {
  return await new Response(body).text();
}
