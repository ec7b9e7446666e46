/**
 * The receiving half of a stream: what has arrived and not been read, bounded
 * by the credit that its sender has. Whoever fills it never waits for whoever
 * reads it.
 *
 * @module
 */
import { TroupeError } from "../../actor/mod.ts";
import { Assembly } from "./assembly.ts";
import { isFree, ReceiveCredit } from "./credit.ts";
import {
  MessageTooLargeError,
  MessageTruncatedError,
  ProtocolError,
} from "./errors.ts";
import { FrameQueue } from "./frame_queue.ts";
import type { InboxPort, ReadOptions } from "./inbox_port.ts";
import { DataFlag, FRAME_COST } from "./protocol.ts";

/** Where small frames are gathered, by one inbox at a time. */
const GATHERED = new Uint8Array(16_384);

/** A pending read, of a whole message or of any bytes. */
interface Reader {
  readonly whole: boolean;
  readonly into: Uint8Array | undefined;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Frames between the socket that brings them and the user who reads them. */
export class Inbox {
  readonly #port: InboxPort;
  readonly #stream: number;
  readonly #credit: ReceiveCredit;
  readonly #frames = new FrameQueue();
  #assembly: Assembly | undefined;
  #reader: Reader | undefined;
  /** Cost of the parts of a message that the sender's credit still pays for. */
  #held = 0;
  /** Gives back the reservation for a large message, or withdraws it. */
  #leaveLine: (() => void) | undefined;
  #admitted = false;
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
  }

  /** Whether the sender has ended its direction, or the stream has failed. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Whether everything was read or dropped, and nothing more comes. */
  get drained(): boolean {
    return (this.#finished || this.#discarding) && this.#frames.length === 0 &&
      this.#partial === 0;
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
   * Takes a DATA frame, and copies what it keeps of it.
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
      } else {
        this.#frames.push(bytes, start, end, last);
      }
    }
    if ((flags & DataFlag.FIN) !== 0) this.fail(undefined);
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
    const there = length !== undefined && this.#reader === undefined;
    if (!there || !this.#isMessage(true, length)) return undefined;
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
    const isFree = this.#reader === undefined && this.#partial === 0;
    const bytes = isFree && !signal?.aborted ? this.#gather() : undefined;
    return bytes ? Promise.resolve(bytes) : this.#read(false, { signal });
  }

  /**
   * Reads the next bytes into `buffer`, as many as it has room for; returns the
   * view of them. The buffer is in use until the read settles.
   */
  readInto(buffer: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#reader !== undefined) return this.#read(false, {});
    if (this.#partial > 0) {
      const count = this.#assembly?.moveTo(buffer);
      if (this.#partial === 0) this.#takeMessage();
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
    this.#assembly?.detach();
    if (reader !== undefined) {
      if (error !== undefined) reader.reject(error);
      else this.#end(reader.whole).then(reader.resolve, reader.reject);
    }
    this.#leave();
    if (this.#frames.length === 0) this.release();
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
    this.#assembly = undefined;
    this.#leave();
    this.#error ??= error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  #read(
    whole: boolean,
    { signal, into }: ReadOptions,
  ): Promise<Uint8Array | undefined> {
    if (this.#reader !== undefined) {
      return Promise.reject(
        new TroupeError("Cannot read: another read of this stream is pending"),
      );
    }
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!whole && this.#partial > 0) {
      return Promise.resolve(this.#takePartial());
    }
    if (into !== undefined && this.#partial > 0) {
      if (this.#partial > into.length) {
        return Promise.reject(this.#tooLarge(into.length));
      }
      this.#assembly?.into(into);
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
      if (last) return Promise.resolve(this.#takeMessage());
    }
    if (this.#finished || this.#discarding) {
      this.#assembly?.detach();
      if (this.#finished) this.release();
      return this.#error === undefined
        ? this.#end(whole)
        : Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => {
      this.#reader = signal === undefined
        ? { whole, into, resolve, reject }
        : this.#abortable({ whole, into, resolve, reject }, signal);
    });
  }

  /** Takes the small frames that are next; `undefined` if they have no bytes. */
  #gather(): Uint8Array | undefined {
    const filled = this.#frames.fillSmall(GATHERED);
    this.#consume(filled + this.#frames.taken * FRAME_COST);
    return filled === 0 ? undefined : GATHERED.slice(0, filled);
  }

  #abortable(reader: Reader, signal: AbortSignal): Reader {
    const { resolve, reject } = reader;
    const abort = (): void => {
      this.#reader = undefined;
      this.#assembly?.detach();
      reject(signal.reason);
    };
    const ended = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    return {
      ...reader,
      resolve: (bytes) => (ended(), resolve(bytes)),
      reject: (error) => (ended(), reject(error)),
    };
  }

  /** Gives a frame to the pending read. */
  #hand(
    reader: Reader,
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
      return reader.resolve(this.#takeMessage());
    }
    const { into } = reader;
    // Only a read of any bytes has room for less than a frame.
    const cut = into !== undefined && into.length < length ? into.length : -1;
    if (cut > 0) {
      this.#frames.push(bytes, start + cut, end, last);
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
    return last && this.#partial === 0 && length <= limit;
  }

  get #partial(): number {
    return this.#assembly?.length ?? 0;
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
    const length = this.#partial + end - start;
    if (length > limit) return this.#tooLarge(limit);
    const assembly = this.#assembly ??= new Assembly();
    if (into !== undefined && assembly.length === 0) assembly.into(into);
    // Until it is admitted, a message has the room of its window; but it may be
    // larger if it was admitted before the stream ended.
    const { window } = this.#credit;
    const most = this.#finished ? Math.max(window, 2 * length) : window;
    const room = this.#admitted ? limit : most;
    assembly.append(bytes, start, end, room);
    const cost = end - start + FRAME_COST;
    if (into !== undefined || this.#admitted) this.#consume(cost);
    else this.#hold(cost);
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

  /** Keeps a part of a message at the expense of its sender's credit. */
  #hold(cost: number): void {
    // All of it is here once the sender has ended.
    if (this.#finished) return;
    this.#held += cost;
    // Together with what was read and not granted yet, which is less than half a
    // window, it leaves credit for another byte.
    if (this.#held < this.#credit.window / 2 - FRAME_COST) return;
    if (this.#leaveLine !== undefined) return;
    // It may not fit the window, so it needs memory of the session's budget.
    const { partials, options: { maxMessageBytes } } = this.#port;
    const withdraw = partials.reserve(maxMessageBytes, () => {
      this.#admitted = true;
      this.#leaveLine = () => partials.give(maxMessageBytes);
      this.#consume(this.#held);
      this.#held = 0;
    });
    this.#leaveLine ??= withdraw;
  }

  #leave(): void {
    const leave = this.#leaveLine;
    this.#leaveLine = undefined;
    this.#admitted = false;
    this.#held = 0;
    leave?.();
  }

  #takeMessage(): Uint8Array | undefined {
    const held = this.#held;
    this.#leave();
    if (held > 0) this.#consume(held);
    return this.#assembly?.take();
  }

  /** Takes what was assembled of a message, if anything. */
  #takePartial(): Uint8Array | undefined {
    return this.#partial > 0 ? this.#takeMessage() : undefined;
  }

  /** Returns what is left for a reader at the end. */
  #end(whole: boolean): Promise<Uint8Array | undefined> {
    if (!whole || this.#partial === 0) {
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
