/**
 * Reads of batches: each takes all messages that are here once something is.
 *
 * @module
 */
import { ReceivedBatch } from "./received_batch.ts";
import type { Arrivals } from "./arrivals.ts";
import type { MessageTooLargeError } from "./errors.ts";
import { onAbort } from "./pending_read.ts";
import { FRAME_COST } from "./protocol.ts";

const END_OF_TURN = Promise.resolve();

/** Hands out what waits in an inbox. */
export class BatchReader {
  readonly #all: Arrivals;
  /** Looks whether there is something for the pending read. */
  #take: (() => void) | undefined;
  #isWoken = false;

  constructor(all: Arrivals) {
    this.#all = all;
    all.frames.reuses = true;
    all.onArrival = () => this.wake();
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
    if (error !== undefined) return Promise.reject(error);
    const { finished, discarding } = this.#all;
    if (!finished && !discarding) return undefined;
    return this.#all.ended(true).then(() => undefined);
  }

  #fill(
    batch: ReceivedBatch,
    maxBytes: number,
  ): MessageTooLargeError | undefined {
    const { frames, partial, port: { options: { maxMessageBytes } } } =
      this.#all;
    let left = maxBytes;
    while (frames.length > 0) {
      if (partial.length === 0) {
        const bytes = frames.takeMessages(batch, left, maxMessageBytes);
        left -= bytes;
        this.#all.consume(bytes + frames.taken * FRAME_COST);
        if (frames.length === 0) return undefined;
      }
      // What is next is of several frames, or too large.
      const isSome = batch.messages.length > 0;
      const bytes = partial.length + frames.nextBytes;
      if (isSome && bytes > Math.min(left, maxMessageBytes)) return undefined;
      const payload = frames.shift() as Uint8Array;
      const error = this.#all.append(payload, 0, payload.length, undefined);
      if (error !== undefined) return error;
      if (!frames.endsMessage) continue;
      const message = partial.take() as Uint8Array;
      left -= message.length;
      batch.add(message);
    }
    return undefined;
  }
}
