/**
 * The receiving half of a stream: what has arrived and not been read, bounded
 * by the credit that its sender has. Whoever fills it never waits for whoever
 * reads it.
 *
 * @module
 */
import { Arrivals } from "./arrivals.ts";
import type { Unread } from "./backlog.ts";
import { BatchReader } from "./batch_reader.ts";
import { isFree } from "./credit.ts";
import { ProtocolError } from "./errors.ts";
import type { InboxPort, ReadOptions } from "./inbox_port.ts";
import type { LargeFrame } from "./large_frame.ts";
import { LargeFrames } from "./large_frames.ts";
import { abortable, otherReadPending, rejectRead } from "./pending_read.ts";
import { DataFlag, FRAME_COST } from "./protocol.ts";
import type { ReceivedBatch } from "./received_batch.ts";

function afterEnd(): ProtocolError {
  return new ProtocolError("The peer sends data after the end of a stream");
}

/** Frames between the socket that brings them and the user who reads them. */
export class Inbox {
  readonly #all: Arrivals;
  /** Reads of batches, once there has been one. */
  #batches: BatchReader | undefined;
  /** Frames that are larger than a read, once there has been one. */
  #large: LargeFrames | undefined;
  constructor(port: InboxPort, stream: number) {
    this.#all = new Arrivals(port, stream);
  }

  /** Whether the sender has ended its direction, or the stream has failed. */
  get finished(): boolean {
    return this.#all.finished;
  }

  /** Whether everything was read or dropped, and nothing more comes. */
  get drained(): boolean {
    return (this.#all.finished || this.#all.discarding) &&
      this.#all.frames.length === 0 &&
      this.#all.partial.length === 0;
  }

  /** What waits to be read. */
  get unread(): Unread {
    const { unread, left } = this.#all.credit;
    return { bytes: unread, credit: left, isReading: this.#isRead };
  }

  /** Why the stream failed, or was discarded; `undefined` if it did neither. */
  get error(): unknown {
    return this.#all.error;
  }

  /** Returns the limit for the sender when the stream is opened or accepted. */
  firstLimit(): number {
    return this.#all.credit.grantAll();
  }

  /**
   * Takes a DATA frame, whose header is right before `start`. What is kept of it
   * is copied before `endRead` returns.
   *
   * @throws {ProtocolError} when it exceeds the credit or comes after the end.
   */
  deliver(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#all.finished) throw afterEnd();
    if (!isFree(flags, end - start)) {
      this.#all.credit.receive(end - start);
      const last = (flags & DataFlag.END) !== 0;
      if (this.#all.discarding) {
        // No credit is given back, so this comes to an end.
      } else if (this.#all.reader !== undefined) {
        this.#all.hand(this.#all.reader, bytes, start, end, last);
      } else if (
        !last && this.#all.frames.length === 0 && this.#isBatchPending
      ) {
        this.#all.append(bytes, start, end, undefined);
      } else {
        this.#all.frames.push(bytes, start, end, last);
        this.#batches?.wake();
      }
    }
    if ((flags & DataFlag.FIN) !== 0) this.fail(undefined);
  }

  /**
   * Takes the header of a large DATA frame, as `deliver` does a whole one.
   * Returns where its payload goes; `undefined` if nobody wants it.
   */
  begin(flags: number, length: number): LargeFrame | undefined {
    if (this.#all.finished) throw afterEnd();
    this.#all.credit.receive(length);
    if (this.#all.discarding) return undefined;
    this.#large ??= new LargeFrames(this.#all);
    return this.#large.begin(flags, length);
  }

  /** Takes the large frame that `begin` was called for: all of it is here. */
  endLarge(): void {
    const flags = this.#large?.end() ?? 0;
    if ((flags & DataFlag.FIN) !== 0) this.fail(undefined);
  }

  /** Forgets it: another socket brings it again. */
  revokeLarge(): void {
    this.#large?.revoke();
  }

  /** Called before the bytes of the frames that were delivered change. */
  endRead(): void {
    this.#all.frames.endRead();
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
    const length = this.#all.frames.nextEnd;
    if (length === undefined || this.#isRead) return undefined;
    if (!this.#all.isMessage(true, length)) return undefined;
    const message = this.#all.frames.shift();
    this.#all.consume(length + FRAME_COST);
    return message;
  }

  /**
   * Reads the next bytes, of whatever message; an empty message has none, and
   * small ones come together. What a `receive` had assembled before it was
   * cancelled comes first.
   */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    if (!this.#isRead && this.#all.partial.length === 0 && !signal?.aborted) {
      const bytes = this.#all.frames.gather();
      this.#all.consume(bytes.length + this.#all.frames.taken * FRAME_COST);
      if (bytes.length > 0) return Promise.resolve(bytes);
    }
    return this.#read(false, { signal });
  }

  /**
   * Reads the next bytes into `buffer`, as many as it has room for; returns the
   * view of them. The buffer is in use until the read settles.
   */
  readInto(buffer: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#isRead) return this.#read(false, {});
    if (this.#all.partial.length > 0) {
      const count = this.#all.partial.moveTo(buffer);
      return Promise.resolve(buffer.subarray(0, count));
    }
    const filled = this.#all.frames.fill(buffer);
    this.#all.consume(filled + this.#all.frames.taken * FRAME_COST);
    if (filled > 0) return Promise.resolve(buffer.subarray(0, filled));
    return this.#read(false, { into: buffer });
  }

  /** Ends the stream: what has arrived can still be read, then `error`. */
  fail(error: unknown): void {
    if (this.#all.finished) return;
    this.#all.finished = true;
    // Why the user discarded it says more than what happened afterwards.
    this.#all.error ??= error;
    const reader = this.#all.reader;
    this.#all.reader = undefined;
    this.#large?.cancel();
    // The reader's buffer is the reader's own again.
    this.#all.partial.detach();
    if (reader !== undefined) {
      if (error !== undefined) rejectRead(reader, error);
      else this.#all.end(reader.whole).then(reader.resolve, reader.reject);
    }
    this.#all.partial.leave();
    if (this.#all.frames.length === 0) this.release();
    this.#batches?.wake();
  }

  release(): void {
    this.#all.release();
  }

  /** Drops what has arrived and what still comes: nobody will read it. */
  discard(error: unknown): void {
    this.#all.discard(error);
  }

  /** Whether a read is pending. */
  get #isRead(): boolean {
    return this.#all.reader !== undefined || this.#isBatchPending;
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
    if (!whole && this.#all.partial.length > 0) {
      return Promise.resolve(this.#all.takePartial());
    }
    if (into !== undefined && this.#all.partial.length > 0) {
      if (this.#all.partial.length > into.length) {
        return Promise.reject(this.#all.tooLarge(into.length));
      }
      this.#all.partial.into(into);
    }
    let payload: Uint8Array | undefined;
    while ((payload = this.#all.frames.shift()) !== undefined) {
      const last = this.#all.frames.endsMessage;
      const { length } = payload;
      if (
        whole ? into === undefined && this.#all.isMessage(last, length) : length
      ) {
        this.#all.consume(length + FRAME_COST);
        return Promise.resolve(payload);
      }
      if (!whole) {
        this.#all.consume(FRAME_COST);
        continue;
      }
      const error = this.#all.append(payload, 0, length, into);
      if (error !== undefined) return Promise.reject(error);
      if (last) return Promise.resolve(this.#all.partial.take());
    }
    if (this.#all.finished || this.#all.discarding) {
      this.#all.partial.detach();
      return this.#all.ended(whole);
    }
    return new Promise((resolve, reject) => {
      const isCancellable = false;
      const loan = undefined;
      const reader = { whole, into, isCancellable, loan, resolve, reject };
      this.#all.reader = signal === undefined
        ? reader
        : abortable(reader, signal, () => {
          this.#all.reader = undefined;
          this.#all.partial.detach();
        });
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
    this.#batches ??= new BatchReader(this.#all);
    return this.#batches.read(maxBytes, signal);
  }
}
