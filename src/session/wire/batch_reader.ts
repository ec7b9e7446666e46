/**
 * Reads of batches: each takes all messages that are here once something is.
 *
 * @module
 */
import { ReceivedBatch } from "./received_batch.ts";
import type { MessageTooLargeError } from "./errors.ts";
import type { FrameQueue } from "./frame_queue.ts";
import type { PartialMessage } from "./partial_message.ts";
import { onAbort } from "./pending_read.ts";
import { FRAME_COST } from "./protocol.ts";

const END_OF_TURN = Promise.resolve();

/** What a {@linkcode BatchReader} needs of its inbox. */
export interface BatchSource {
  readonly frames: FrameQueue;
  readonly partial: PartialMessage;
  readonly maxMessageBytes: number;
  /** Counts `cost` of frames that were read. */
  consume(cost: number): void;
  /** Adds a part to the message that is arriving; an error is its end. */
  append(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): MessageTooLargeError | undefined;
  /** Returns how the stream has ended; `undefined` while it has not. */
  ended(): Promise<undefined> | undefined;
}

/** Hands out what waits in an inbox. */
export class BatchReader {
  readonly #source: BatchSource;
  /** Looks whether there is something for the pending read. */
  #take: (() => void) | undefined;
  #isWoken = false;

  constructor(source: BatchSource) {
    this.#source = source;
  }

  /** Whether a read is pending. */
  get isPending(): boolean {
    return this.#take !== undefined;
  }

  /** Called when something has arrived, or nothing more will. */
  wake(): void {
    if (this.#take === undefined || this.#isWoken) return;
    this.#isWoken = true;
    // More may come with the same read.
    END_OF_TURN.then(() => {
      this.#isWoken = false;
      this.#take?.();
    });
  }

  /** Reads a batch; see `Inbox.receiveBatch`. */
  read(
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<ReceivedBatch | undefined> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return this.#batch(maxBytes) ?? new Promise((resolve, reject) => {
      const ended = signal && onAbort(signal, (reason) => {
        this.#take = undefined;
        reject(reason);
      });
      this.#take = () => {
        const batch = this.#batch(maxBytes);
        if (batch === undefined) return;
        this.#take = undefined;
        ended?.();
        batch.then(resolve, reject);
      };
    });
  }

  /** Takes a batch, or the end of the stream; `undefined` if neither is here. */
  #batch(maxBytes: number): Promise<ReceivedBatch | undefined> | undefined {
    const batch = new ReceivedBatch();
    const error = this.#fill(batch, maxBytes);
    if (batch.messages.length > 0) return Promise.resolve(batch);
    return error === undefined ? this.#source.ended() : Promise.reject(error);
  }

  #fill(
    batch: ReceivedBatch,
    maxBytes: number,
  ): MessageTooLargeError | undefined {
    const { frames, partial, maxMessageBytes } = this.#source;
    let left = maxBytes;
    while (frames.length > 0) {
      if (partial.length === 0) {
        const bytes = frames.takeMessages(batch, left, maxMessageBytes);
        left -= bytes;
        this.#source.consume(bytes + frames.taken * FRAME_COST);
        if (frames.length === 0) return undefined;
      }
      // What is next is of several frames, or too large.
      const isSome = batch.messages.length > 0;
      const bytes = partial.length + frames.nextBytes;
      if (isSome && bytes > Math.min(left, maxMessageBytes)) return undefined;
      const payload = frames.shift() as Uint8Array;
      const error = this.#source.append(payload, 0, payload.length);
      if (error !== undefined) return error;
      if (!frames.endsMessage) continue;
      const message = partial.take() as Uint8Array;
      left -= message.length;
      batch.add(message);
    }
    return undefined;
  }
}
