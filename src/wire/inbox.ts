/**
 * The receiving half of a stream: what has arrived and not been read, bounded
 * by the credit that its sender has. Whoever fills it never waits for whoever
 * reads it.
 *
 * @module
 */
import { Ring } from "../actor/ring.ts";
import { TroupeError } from "../actor/errors.ts";
import { Assembly } from "./assembly.ts";
import { isFree, ReceiveCredit } from "./credit.ts";
import { ProtocolError } from "./errors.ts";
import { DataFlag } from "./protocol.ts";

/** A message is larger than its receiver allows; its stream is reset. */
export class MessageTooLargeError extends TroupeError {}

/** All empty messages that wait are one: they cost their place alone. */
const EMPTY = new Uint8Array(0);

/** Bounds of an {@linkcode Inbox}. */
export interface InboxOptions {
  /** Credit that the sender has beyond what was read, in bytes. */
  readonly windowBytes: number;
  /** The largest message that `receive` puts together, in bytes. */
  readonly maxMessageBytes: number;
  /** Tells the sender its new credit limit. */
  readonly onGrant: (limit: number) => void;
  /** A message is over the limit: the stream is to be reset. */
  readonly onTooLarge: (error: MessageTooLargeError) => void;
}

/** Someone who waits for a whole message, or for any bytes. */
interface Reader {
  readonly whole: boolean;
  readonly resolve: (bytes: Uint8Array | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Frames between the socket that brings them and the user who reads them. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #credit: ReceiveCredit;
  readonly #payloads = new Ring<Uint8Array>();
  readonly #ends = new Ring<boolean>();
  #assembly: Assembly | undefined;
  #reader: Reader | undefined;
  /** No more frames will come. */
  #finished = false;
  /** Why the stream broke, for readers who have read what arrived before. */
  #error: unknown;
  #discarding = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#credit = new ReceiveCredit(options.windowBytes);
  }

  /** Whether the sender has ended its direction, or the stream broke. */
  get finished(): boolean {
    return this.#finished;
  }

  /** The limit to tell the sender when the stream is opened or accepted. */
  firstLimit(): number {
    return this.#credit.grantAll();
  }

  /**
   * Takes a DATA frame in; copies what it keeps.
   *
   * @throws {ProtocolError} over the credit, or after the end.
   */
  deliver(flags: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#finished) {
      throw new ProtocolError("The peer sends data after the end of a stream");
    }
    if (!isFree(flags, end - start)) {
      this.#credit.receive(end - start);
      const last = (flags & (DataFlag.END | DataFlag.FIN)) !== 0;
      if (this.#discarding) {
        // Credit is not given back, so there is an end to this.
      } else if (this.#reader !== undefined) {
        this.#hand(this.#reader, bytes, start, end, last);
      } else {
        this.#payloads.push(end > start ? bytes.slice(start, end) : EMPTY);
        this.#ends.push(last);
      }
    }
    if ((flags & DataFlag.FIN) !== 0) this.fail(undefined);
  }

  /**
   * The next whole message, or `undefined` at the end of the stream.
   *
   * @throws {MessageTooLargeError} when it grows over the limit.
   */
  receive(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#read(true, signal);
  }

  /**
   * The next bytes, whatever message they belong to; an empty message has
   * none, and what a `receive` that was given up had gathered comes first.
   */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#read(false, signal);
  }

  /** Ends the stream: what has arrived can still be read, then `error`. */
  fail(error: unknown): void {
    if (this.#finished) return;
    this.#finished = true;
    // Why its user gave it up says more than what became of it then.
    this.#error ??= error;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) return;
    if (error !== undefined) reader.reject(error);
    else reader.resolve(this.#takePartial());
  }

  /** Nobody will read any more: drops what is here and what still comes. */
  discard(error: unknown): void {
    this.#discarding = true;
    while (this.#payloads.shift() !== undefined) this.#ends.shift();
    this.#assembly = undefined;
    this.#error ??= error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  #read(
    whole: boolean,
    signal: AbortSignal | undefined,
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
    while (this.#payloads.length > 0) {
      const payload = this.#payloads.shift() as Uint8Array;
      const last = this.#ends.shift() as boolean;
      this.#consume(payload.length);
      if (
        whole ? last && this.#isMessage(payload.length) : payload.length > 0
      ) {
        return Promise.resolve(payload);
      }
      if (!whole) continue;
      const error = this.#append(payload, 0, payload.length);
      if (error !== undefined) return Promise.reject(error);
      if (last) return Promise.resolve(this.#assembly?.take());
    }
    if (this.#finished || this.#discarding) {
      return this.#error === undefined
        ? Promise.resolve(this.#takePartial())
        : Promise.reject(this.#error);
    }
    return new Promise((resolve, reject) => {
      this.#reader = signal === undefined
        ? { whole, resolve, reject }
        : this.#abortable(whole, resolve, reject, signal);
    });
  }

  #abortable(
    whole: boolean,
    resolve: Reader["resolve"],
    reject: Reader["reject"],
    signal: AbortSignal,
  ): Reader {
    const abort = (): void => {
      this.#reader = undefined;
      reject(signal.reason);
    };
    const ended = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    return {
      whole,
      resolve: (bytes) => (ended(), resolve(bytes)),
      reject: (error) => (ended(), reject(error)),
    };
  }

  /** Gives a frame to someone who waits for it. */
  #hand(
    reader: Reader,
    bytes: Uint8Array,
    start: number,
    end: number,
    last: boolean,
  ): void {
    const length = end - start;
    this.#consume(length);
    if (reader.whole ? last && this.#isMessage(length) : length > 0) {
      this.#reader = undefined;
      reader.resolve(bytes.slice(start, end));
      return;
    }
    if (!reader.whole) return;
    const error = this.#append(bytes, start, end);
    // An error has reached the reader already.
    if (error !== undefined || !last) return;
    this.#reader = undefined;
    reader.resolve(this.#assembly?.take());
  }

  /** Whether a last frame of this length is a message, whole and in bounds. */
  #isMessage(length: number): boolean {
    return this.#partial === 0 && length <= this.#options.maxMessageBytes;
  }

  get #partial(): number {
    return this.#assembly?.length ?? 0;
  }

  #append(
    bytes: Uint8Array,
    start: number,
    end: number,
  ): MessageTooLargeError | undefined {
    const { maxMessageBytes } = this.#options;
    const length = this.#partial + end - start;
    if (length > maxMessageBytes) {
      const error = new MessageTooLargeError(
        `Cannot receive a message of over ${maxMessageBytes} bytes: raise maxMessageBytes, or read it as a stream`,
      );
      this.discard(error);
      this.#options.onTooLarge(error);
      return error;
    }
    (this.#assembly ??= new Assembly()).append(bytes, start, end);
    return undefined;
  }

  /** What has been gathered of a message, if anything. */
  #takePartial(): Uint8Array | undefined {
    return this.#partial > 0 ? this.#assembly?.take() : undefined;
  }

  #consume(payloadBytes: number): void {
    this.#credit.consume(payloadBytes);
    if (this.#finished) return;
    const limit = this.#credit.grant();
    if (limit > 0) this.#options.onGrant(limit);
  }
}
