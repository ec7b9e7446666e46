/**
 * The receiving half of a stream: what has arrived and not been read, bounded
 * by the credit that its sender has. Whoever fills it never waits for whoever
 * reads it.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import type { ReceivedBatch } from "./received_batch.ts";
import { BatchReader } from "./batch_reader.ts";
import { isFree, ReceiveCredit } from "./credit.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
  ProtocolError,
} from "./errors.ts";
import { FrameQueue } from "./frame_queue.ts";
import type { InboxPort, ReadOptions } from "./inbox_port.ts";
import { PartialMessage } from "./partial_message.ts";
import { onAbort, type PendingRead } from "./pending_read.ts";
import { DataFlag, FRAME_COST } from "./protocol.ts";

/** Where small frames are gathered, by one inbox at a time. */
const GATHERED = new Uint8Array(16_384);

function otherReadPending(): TroupeError {
  return new TroupeError("Cannot read: another read of this stream is pending");
}

/** Frames between the socket that brings them and the user who reads them. */
export class Inbox {
  readonly #port: InboxPort;
  readonly #stream: number;
  readonly #credit: ReceiveCredit;
  readonly #frames = new FrameQueue();
  readonly #partial: PartialMessage;
  #reader: PendingRead | undefined;
  /** Reads of batches, once there has been one. */
  #batches: BatchReader | undefined;
  /** No more frames will come. */
  #finished = false;
  /** Why the stream failed, for readers who have read what arrived before. */
  #error: unknown;
  #discarding = false;

  constructor(port: InboxPort, stream: number) {
    this.#port = port;
    this.#stream = stream;
    const { options: { windowBytes, maxWindowBytes }, windows } = port;
    this.#credit = new ReceiveCredit(windowBytes, maxWindowBytes, windows);
    this.#partial = new PartialMessage(
      port,
      this.#credit,
      (cost) => this.#consume(cost),
    );
  }

  /** Whether the sender has ended its direction, or the stream has failed. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether everything was read or dropped, and nothing more comes. */
  get drained(): boolean {
    return (this.#finished || this.#discarding) && this.#frames.length === 0 &&
      this.#partial.length === 0;
  }

  /** Why the stream failed, or was discarded; `undefined` if it did neither. */
  get error(): unknown {
    return this.#error;
  }

  /** Returns the limit for the sender when the stream is opened or accepted. */
  firstLimit(): number {
    return this.#credit.grantAll();
  }

  /**
   * Takes a DATA frame, whose header is right before `start`. What is kept of it
   * is copied before `endRead` returns.
   *
   * @throws {ProtocolError} when it exceeds the credit or comes after the end.
   */
  deliver(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#finished) {
      throw new ProtocolError("The peer sends data after the end of a stream");
    }
    if (!isFree(flags, end - start)) {
      this.#credit.receive(end - start);
      const last = (flags & DataFlag.END) !== 0;
      if (this.#discarding) {
        // No credit is given back, so this comes to an end.
      } else if (this.#reader !== undefined) {
        this.#hand(this.#reader, bytes, start, end, last);
      } else if (!last && this.#frames.length === 0 && this.#isBatchPending) {
        this.#append(bytes, start, end, undefined);
      } else {
        this.#frames.push(bytes, start, end, last);
        this.#batches?.wake();
      }
    }
    if ((flags & DataFlag.FIN) !== 0) this.fail(undefined);
  }

  /** Called before the bytes of the frames that were delivered change. */
  endRead(): void {
    this.#frames.endRead();
  }

  /**
   * Receives the next whole message, or `undefined` at the end of the stream.
   *
   * @throws {MessageTooLargeError} when the message exceeds the limit.
   * @throws {MessageTruncatedError} when the stream ends in the middle of it.
   */
  receive(options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    return this.#read(true, options);
  }

  /** Returns the next message if it is one frame that waits; else `receive` it. */
  takeMessage(): Uint8Array | undefined {
    const length = this.#frames.nextEnd;
    if (length === undefined || this.#isRead) return undefined;
    if (!this.#isMessage(true, length)) return undefined;
    const message = this.#frames.shift();
    this.#consume(length + FRAME_COST);
    return message;
  }

  /**
   * Reads the next bytes, of whatever message; an empty message has none, and
   * small ones come together. What a `receive` had assembled before it was
   * cancelled comes first.
   */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    const isNext = !this.#isRead && this.#partial.length === 0;
    const bytes = isNext && !signal?.aborted ? this.#gather() : undefined;
    return bytes ? Promise.resolve(bytes) : this.#read(false, { signal });
  }

  /**
   * Reads the next bytes into `buffer`, as many as it has room for; returns the
   * view of them. The buffer is in use until the read settles.
   */
  readInto(buffer: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isRead) return this.#read(false, {});
    if (this.#partial.length > 0) {
      const count = this.#partial.moveTo(buffer);
      return Promise.resolve(buffer.subarray(0, count));
    }
    const filled = this.#frames.fill(buffer);
    this.#consume(filled + this.#frames.taken * FRAME_COST);
    if (filled > 0) return Promise.resolve(buffer.subarray(0, filled));
    return this.#read(false, { into: buffer });
  }

  /** Ends the stream: what has arrived can still be read, then `error`. */
  fail(error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    // Why the user discarded it says more than what happened afterwards.
    this.#error ??= error;
    const reader = this.#reader;
    this.#reader = undefined;
    // The reader's buffer is the reader's own again.
    this.#partial.detach();
    if (reader !== undefined) {
      if (error !== undefined) reader.reject(error);
      else this.#end(reader.whole).then(reader.resolve, reader.reject);
    }
    this.#partial.leave();
    if (this.#frames.length === 0) this.release();
    this.#batches?.wake();
  }

  /**
   * Gives back what the window has of the session's budget. Called when the
   * stream has ended and either was read to its end or has no reader any more.
   */
  release(): void {
    this.#credit.end();
  }

  /** Drops what has arrived and what still comes: nobody will read it. */
  discard(error: unknown): void {
    this.#discarding = true;
    this.#frames.clear();
    this.#partial.drop();
    this.#error ??= error;
    this.#reader?.reject(error);
    this.#reader = undefined;
    this.#batches?.wake();
  }

  /** Whether a read is pending. */
  get #isRead(): boolean {
    return this.#reader !== undefined || this.#isBatchPending;
  }

  get #isBatchPending(): boolean {
    return this.#batches !== undefined && this.#batches.isPending;
  }

  #read(
    whole: boolean,
    { signal, into }: ReadOptions,
  ): Promise<Uint8Array | undefined> {
    if (this.#isRead) return Promise.reject(otherReadPending());
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!whole && this.#partial.length > 0) {
      return Promise.resolve(this.#takePartial());
    }
    if (into !== undefined && this.#partial.length > 0) {
      if (this.#partial.length > into.length) {
        return Promise.reject(this.#tooLarge(into.length));
      }
      this.#partial.into(into);
    }
    let payload: Uint8Array | undefined;
    while ((payload = this.#frames.shift()) !== undefined) {
      const last = this.#frames.endsMessage;
      const { length } = payload;
      if (
        whole ? into === undefined && this.#isMessage(last, length) : length
      ) {
        this.#consume(length + FRAME_COST);
        return Promise.resolve(payload);
      }
      if (!whole) {
        this.#consume(FRAME_COST);
        continue;
      }
      const error = this.#append(payload, 0, length, into);
      if (error !== undefined) return Promise.reject(error);
      if (last) return Promise.resolve(this.#partial.take());
    }
    if (this.#finished || this.#discarding) {
      this.#partial.detach();
      return this.#ended(whole);
    }
    return new Promise((resolve, reject) => {
      this.#reader = signal === undefined
        ? { whole, into, resolve, reject }
        : this.#abortable({ whole, into, resolve, reject }, signal);
    });
  }

  /**
   * Receives all messages that are here, up to `maxBytes` and at least one;
   * `undefined` at the end of the stream. Rejects as `receive` does.
   */
  receiveBatch(
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<ReceivedBatch | undefined> {
    if (this.#isRead) return Promise.reject(otherReadPending());
    this.#batches ??= this.#batchReader();
    return this.#batches.read(maxBytes, signal);
  }

  #batchReader(): BatchReader {
    this.#frames.reuses = true;
    return new BatchReader({
      frames: this.#frames,
      partial: this.#partial,
      maxMessageBytes: this.#port.options.maxMessageBytes,
      consume: (cost) => this.#consume(cost),
      append: (bytes, start, end) => this.#append(bytes, start, end, undefined),
      ended: () =>
        this.#finished || this.#discarding
          ? this.#ended(true).then(() => undefined)
          : undefined,
    });
  }

  /** Takes the small frames that are next; `undefined` if they have no bytes. */
  #gather(): Uint8Array | undefined {
    const filled = this.#frames.fillSmall(GATHERED);
    this.#consume(filled + this.#frames.taken * FRAME_COST);
    return filled === 0 ? undefined : GATHERED.slice(0, filled);
  }

  #abortable(reader: PendingRead, signal: AbortSignal): PendingRead {
    const { resolve, reject } = reader;
    const ended = onAbort(signal, (reason) => {
      this.#reader = undefined;
      this.#partial.detach();
      reject(reason);
    });
    return {
      ...reader,
      resolve: (bytes) => (ended(), resolve(bytes)),
      reject: (error) => (ended(), reject(error)),
    };
  }

  /** Gives a frame to the pending read. */
  #hand(
    reader: PendingRead,
    bytes: Uint8Array,
    start: number,
    end: number,
    last: boolean,
  ): void {
    const length = end - start;
    if (reader.whole && !this.#isMessage(last, length, reader.into)) {
      const error = this.#append(bytes, start, end, reader.into);
      // An error has rejected the read already.
      if (error !== undefined || !last) return;
      this.#reader = undefined;
      return reader.resolve(this.#partial.take());
    }
    const { into } = reader;
    // Only a read of any bytes has room for less than a frame.
    const cut = into !== undefined && into.length < length ? into.length : -1;
    if (cut > 0) {
      this.#frames.pushRest(bytes.slice(start + cut, end), last);
      end = start + cut;
    }
    this.#consume(end - start + (cut > 0 ? 0 : FRAME_COST));
    if (!reader.whole && length === 0) return;
    this.#reader = undefined;
    if (into === undefined) reader.resolve(bytes.slice(start, end));
    else {
      into.set(bytes.subarray(start, end));
      reader.resolve(into.subarray(0, end - start));
    }
  }

  /** Returns whether a frame is a whole message within the limit. */
  #isMessage(last: boolean, length: number, into?: Uint8Array): boolean {
    const limit = into === undefined
      ? this.#port.options.maxMessageBytes
      : into.length;
    return last && this.#partial.length === 0 && length <= limit;
  }

  #append(
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint8Array | undefined,
  ): MessageTooLargeError | undefined {
    const limit = into === undefined
      ? this.#port.options.maxMessageBytes
      : into.length;
    if (this.#partial.length + end - start > limit) {
      return this.#tooLarge(limit);
    }
    this.#partial.append(bytes, start, end, into, limit, this.#finished);
    return undefined;
  }

  #tooLarge(limit: number): MessageTooLargeError {
    const error = new MessageTooLargeError(
      `Cannot receive the message: it is larger than ${limit} bytes; raise maxMessageBytes, give a larger buffer, or read it as a stream`,
    );
    this.discard(error);
    this.#port.tooLarge(this.#stream, error);
    return error;
  }

  /** Takes what was assembled of a message, if anything. */
  #takePartial(): Uint8Array | undefined {
    return this.#partial.length > 0 ? this.#partial.take() : undefined;
  }

  /** Returns how the stream has ended, for a reader who has read the rest. */
  #ended(whole: boolean): Promise<Uint8Array | undefined> {
    if (this.#finished) this.release();
    return this.#error === undefined
      ? this.#end(whole)
      : Promise.reject(this.#error);
  }

  /** Returns what is left for a reader at the end. */
  #end(whole: boolean): Promise<Uint8Array | undefined> {
    if (!whole || this.#partial.length === 0) {
      return Promise.resolve(this.#takePartial());
    }
    return Promise.reject(
      new MessageTruncatedError(
        "Cannot receive the message: its sender ended the connection in the middle of it",
      ),
    );
  }

  #consume(cost: number): void {
    this.#credit.consume(cost);
    if (this.#finished || !this.#credit.isDue) return;
    const { clock, shortestTripMs } = this.#port;
    const keptUp = this.#frames.length === 0;
    const limit = this.#credit.grant(clock.now(), keptUp ? shortestTripMs : 0);
    this.#port.grant(this.#stream, limit);
  }
}
