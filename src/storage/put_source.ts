/**
 * The bytes of a put: counted and hashed on their way, and never gathered.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { kindOf, reasonOf } from "../checks/internal.ts";
import type { PutBody } from "./object_storage.ts";
import { ObjectMismatchError, TransferCutError } from "./storage_errors.ts";

/** The most bytes of memory that one piece has: it is hashed at a stroke. */
const PIECE_BYTES = 2 ** 20;

/** What is known of the bytes before they come. */
export interface StatedBytes {
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
}

/** What was found of the bytes when all had come. */
export interface CountedBytes {
  readonly size: number;
  readonly sha256: string;
}

/** The bytes of one put, which a backend takes one after another. */
export class PutSource {
  /** Bytes that there will be, if that is known. */
  readonly expectedBytes: number | undefined;
  readonly #key: string;
  readonly #stated: StatedBytes;
  readonly #signal: AbortSignal | undefined;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  readonly #hash: Hash = createHash("sha256");
  readonly #onAbort: () => void;
  #rest: Uint8Array<ArrayBuffer>;
  #size = 0;
  #counted: CountedBytes | undefined;

  constructor(
    key: string,
    body: PutBody,
    stated: StatedBytes,
    signal: AbortSignal | undefined,
  ) {
    this.#key = key;
    this.#stated = stated;
    this.#signal = signal;
    const isMemory = body instanceof Uint8Array;
    this.expectedBytes = isMemory ? body.length : stated.bytes;
    this.#rest = isMemory ? body : new Uint8Array();
    this.#reader = isMemory ? undefined : body.getReader();
    // A read that waits ends with it.
    this.#onAbort = () => this.cancel(signal?.reason);
    signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Bytes that were taken. */
  get size(): number {
    return this.#size;
  }

  /**
   * Returns the next bytes, at most so many, or `null` at the end. They are
   * part of what the caller of the put holds, or of a chunk of the stream.
   *
   * @throws {TransferCutError} if the source fails.
   * @throws {ObjectMismatchError} if there are more bytes than were stated.
   */
  async next(
    maxBytes: number = PIECE_BYTES,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    while (this.#rest.length === 0) {
      const chunk = await this.#read();
      if (chunk === undefined) return null;
      this.#rest = chunk;
    }
    const piece = this.#rest.subarray(0, Math.min(maxBytes, PIECE_BYTES));
    this.#rest = this.#rest.subarray(piece.length);
    this.#size += piece.length;
    const { bytes } = this.#stated;
    if (bytes !== undefined && this.#size > bytes) {
      throw this.#mismatch(`more than ${bytes} bytes`, `${bytes}`);
    }
    this.#hash.update(piece);
    return piece;
  }

  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    this.#signal?.throwIfAborted();
    if (this.#reader === undefined) return undefined;
    let result: ReadableStreamReadResult<Uint8Array>;
    try {
      result = await this.#reader.read();
    } catch (cause) {
      this.#signal?.throwIfAborted();
      throw new TransferCutError(
        `Cannot put ${this.#key}: its source failed after ${this.#size} bytes: ${
          reasonOf(cause)
        }`,
        { cause },
      );
    }
    this.#signal?.throwIfAborted();
    if (result.done) return undefined;
    if (!(result.value instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot put ${this.#key}: a chunk of its stream is ${
          kindOf(result.value)
        }, it must be a Uint8Array`,
      );
    }
    return result.value as Uint8Array<ArrayBuffer>;
  }

  /**
   * Returns the number of the bytes and their hash, when all were taken.
   *
   * @throws {ObjectMismatchError} if they are not what was stated.
   */
  finish(): CountedBytes {
    if (this.#counted !== undefined) return this.#counted;
    const { bytes, sha256 } = this.#stated;
    if (bytes !== undefined && this.#size !== bytes) {
      throw this.#mismatch(`${this.#size} bytes`, `${bytes}`);
    }
    const found = this.#hash.digest("hex");
    if (sha256 !== undefined && found !== sha256) {
      throw this.#mismatch(`the SHA-256 ${found}`, sha256);
    }
    this.#counted = { size: this.#size, sha256: found };
    return this.#counted;
  }

  #mismatch(found: string, stated: string): ObjectMismatchError {
    return new ObjectMismatchError(
      `Cannot put ${this.#key}: it has ${found}, and ${stated} was stated`,
    );
  }

  /** Ends the source; nothing waits for it. */
  cancel(reason: unknown): void {
    this.#reader?.cancel(reason).catch(() => {});
  }

  /** Forgets the signal, when the put has ended. */
  release(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}
