/**
 * What has arrived of a stream and was not read, and how it is counted: the
 * state that the ways to read share.
 *
 * @module
 */
import { ReceiveCredit } from "./credit.ts";
import { MessageTooLargeError, MessageTruncatedError } from "./errors.ts";
import { FrameQueue } from "./frame_queue.ts";
import type { InboxPort } from "./inbox_port.ts";
import { PartialMessage } from "./partial_message.ts";
import { type PendingRead, rejectRead } from "./pending_read.ts";
import { FRAME_COST } from "./protocol.ts";

/** Frames that have arrived, and the read that waits for more. */
export class Arrivals {
  readonly port: InboxPort;
  readonly credit: ReceiveCredit;
  readonly frames: FrameQueue = new FrameQueue();
  /** The message of which a part has arrived and was taken from `frames`. */
  readonly partial: PartialMessage;
  /** The pending read of a message or of bytes. */
  reader: PendingRead | undefined;
  /** No more frames will come. */
  finished = false;
  /** Why the stream failed, for readers who have read what arrived before. */
  error: unknown;
  /** What has arrived is dropped, as nobody reads it. */
  discarding = false;
  /** Called when something has arrived, or nothing more will. */
  onArrival: (() => void) | undefined;
  /** Called when what is arriving is of no use any more. */
  onDrop: (() => void) | undefined;
  readonly #stream: number;

  constructor(port: InboxPort, stream: number) {
    this.port = port;
    this.#stream = stream;
    const { options: { windowBytes, maxWindowBytes }, windows } = port;
    this.credit = new ReceiveCredit(windowBytes, maxWindowBytes, windows);
    this.partial = new PartialMessage(
      port,
      this.credit,
      (cost) => this.consume(cost),
    );
  }

  /**
   * Gives back what the window has of the session's budget. Called when the
   * stream has ended and either was read to its end or has no reader any more.
   */
  release(): void {
    this.credit.end();
  }

  /** Drops what has arrived and what still comes: nobody will read it. */
  discard(error: unknown): void {
    this.discarding = true;
    this.frames.clear();
    this.partial.drop();
    this.error ??= error;
    this.onDrop?.();
    if (this.reader !== undefined) rejectRead(this.reader, error);
    this.reader = undefined;
    this.onArrival?.();
  }

  /** Takes a frame whose payload is in a buffer of its own. */
  takeOwn(payload: Uint8Array, last: boolean): void {
    const reader = this.reader;
    const { length } = payload;
    if (reader === undefined) {
      this.frames.pushRest(payload, last);
      this.onArrival?.();
    } else if (
      reader.into === undefined &&
      (!reader.whole || this.isMessage(last, length))
    ) {
      this.reader = undefined;
      this.consume(length + FRAME_COST);
      reader.resolve(payload);
    } else this.hand(reader, payload, 0, length, last);
  }

  /** Gives a frame to the pending read. */
  hand(
    reader: PendingRead,
    bytes: Uint8Array,
    start: number,
    end: number,
    last: boolean,
  ): void {
    const length = end - start;
    if (reader.whole && !this.isMessage(last, length, reader.into)) {
      const error = this.append(bytes, start, end, reader.into);
      // An error has rejected the read already.
      if (error !== undefined || !last) return;
      this.reader = undefined;
      return reader.resolve(this.partial.take());
    }
    const { into } = reader;
    // Only a read of any bytes has room for less than a frame.
    const cut = into !== undefined && into.length < length ? into.length : -1;
    if (cut > 0) {
      this.frames.pushRest(bytes.slice(start + cut, end), last);
      end = start + cut;
    }
    this.consume(end - start + (cut > 0 ? 0 : FRAME_COST));
    if (!reader.whole && length === 0) return;
    this.reader = undefined;
    if (into === undefined) reader.resolve(bytes.slice(start, end));
    else {
      into.set(bytes.subarray(start, end));
      reader.resolve(into.subarray(0, end - start));
    }
  }

  /** Returns whether a frame is a whole message within the limit. */
  isMessage(last: boolean, length: number, into?: Uint8Array): boolean {
    const limit = into === undefined
      ? this.port.options.maxMessageBytes
      : into.length;
    return last && this.partial.length === 0 && length <= limit;
  }

  append(
    bytes: Uint8Array,
    start: number,
    end: number,
    into: Uint8Array | undefined,
  ): MessageTooLargeError | undefined {
    const limit = into === undefined
      ? this.port.options.maxMessageBytes
      : into.length;
    if (this.partial.length + end - start > limit) {
      return this.tooLarge(limit);
    }
    this.partial.append(bytes, start, end, into, limit, this.finished);
    return undefined;
  }

  tooLarge(limit: number): MessageTooLargeError {
    const error = new MessageTooLargeError(
      `Cannot receive the message: it is larger than ${limit} bytes; raise maxMessageBytes, give a larger buffer, or read it as a stream`,
    );
    this.discard(error);
    this.port.tooLarge(this.#stream, error);
    return error;
  }

  /** Takes what was assembled of a message, if anything. */
  takePartial(): Uint8Array | undefined {
    return this.partial.length > 0 ? this.partial.take() : undefined;
  }

  /** Returns how the stream has ended, for a reader who has read the rest. */
  ended(whole: boolean): Promise<Uint8Array | undefined> {
    if (this.finished) this.release();
    return this.error === undefined
      ? this.end(whole)
      : Promise.reject(this.error);
  }

  /** Returns what is left for a reader at the end. */
  end(whole: boolean): Promise<Uint8Array | undefined> {
    if (!whole || this.partial.length === 0) {
      return Promise.resolve(this.takePartial());
    }
    return Promise.reject(
      new MessageTruncatedError(
        "Cannot receive the message: its sender ended the connection in the middle of it",
      ),
    );
  }

  consume(cost: number): void {
    this.credit.consume(cost);
    if (this.finished || !this.credit.isDue) return;
    const { clock, shortestTripMs } = this.port;
    const keptUp = this.frames.length === 0;
    const limit = this.credit.grant(clock.now(), keptUp ? shortestTripMs : 0);
    this.port.grant(this.#stream, limit);
  }
}
