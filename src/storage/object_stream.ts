/**
 * The stream in which an object is read: it ends well only when all came.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { reasonOf } from "../checks/internal.ts";
import type { OpenedObject } from "./backend.ts";
import {
  ObjectMismatchError,
  StorageError,
  TransferCutError,
} from "./storage_errors.ts";

/** What the stream checks. */
export interface StreamChecks {
  readonly sha256: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Returns the bytes of an object that was opened, as a stream. */
export function objectStream(
  opened: OpenedObject,
  checks: StreamChecks,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Nothing is read before somebody asks for it.
  return new ReadableStream(new ObjectSource(opened, checks), {
    highWaterMark: 0,
  });
}

class ObjectSource implements UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #opened: OpenedObject;
  readonly #signal: AbortSignal | undefined;
  readonly #sha256: string | undefined;
  readonly #hash: Hash | undefined;
  #onAbort: (() => void) | undefined;
  #read = 0;
  #isClosed = false;

  constructor(opened: OpenedObject, { sha256, signal }: StreamChecks) {
    this.#opened = opened;
    this.#signal = signal;
    this.#sha256 = sha256;
    this.#hash = sha256 === undefined ? undefined : createHash("sha256");
  }

  start(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): void {
    const signal = this.#signal;
    if (signal === undefined) return;
    this.#onAbort = () => {
      if (this.#isClosed) return;
      controller.error(signal.reason);
      void this.#close(signal.reason);
    };
    signal.addEventListener("abort", this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  async pull(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): Promise<void> {
    let chunk: Uint8Array<ArrayBuffer> | null;
    try {
      chunk = await this.#next();
    } catch (error) {
      if (this.#isClosed) return;
      await this.#close(error);
      throw error;
    }
    if (this.#isClosed) return;
    if (chunk !== null) return controller.enqueue(chunk);
    await this.#close();
    controller.close();
  }

  async cancel(reason: unknown): Promise<void> {
    await this.#close(reason);
  }

  async #next(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { details: { key }, length, chunks } = this.#opened;
    let chunk: Uint8Array<ArrayBuffer> | null;
    try {
      chunk = await chunks.read();
    } catch (cause) {
      if (cause instanceof StorageError) throw cause;
      throw this.#cut(reasonOf(cause), cause);
    }
    if (chunk === null) {
      if (this.#read !== length) throw this.#cut("the rest did not come");
      const found = this.#hash?.digest("hex");
      if (found === this.#sha256) return null;
      throw new ObjectMismatchError(
        `Cannot get ${key}: it has the SHA-256 ${found}, and ${this.#sha256} was stated`,
      );
    }
    this.#read += chunk.length;
    this.#hash?.update(chunk);
    return chunk;
  }

  #cut(reason: string, cause?: unknown): TransferCutError {
    const { details: { key }, length } = this.#opened;
    return new TransferCutError(
      `Cannot get ${key}: it was cut after ${this.#read} of ${length} bytes: ${reason}`,
      { cause },
    );
  }

  async #close(reason?: unknown): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#onAbort !== undefined) {
      this.#signal?.removeEventListener("abort", this.#onAbort);
    }
    await this.#opened.chunks.close(reason);
  }
}
