/**
 * A logical connection: one of many over a session, with its own credit and
 * its own end. What its user holds.
 *
 * @module
 */
import type { Reason } from "../wire/frame.ts";
import { Inbox } from "../wire/inbox.ts";
import { Outbox } from "../wire/outbox.ts";
import { ErrorCode, FrameType } from "../wire/protocol.ts";
import { encodeLimit, encodeReason } from "../wire/frame.ts";
import { ConnectionClosedError, ConnectionResetError } from "./errors.ts";
import type { Session } from "./session.ts";

/** Options of a single read. */
export interface ReceiveOptions {
  /** Gives the read up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

function toResult(
  message: Uint8Array | undefined,
): IteratorResult<Uint8Array, void> {
  return message === undefined
    ? { done: true, value: undefined }
    : { done: false, value: message };
}

/**
 * A two-way connection that carries messages, or bytes as Web Streams.
 *
 * Iterating it gives whole messages until the peer closes its side.
 */
export class LogicalConnection
  implements AsyncDisposable, AsyncIterable<Uint8Array> {
  /** The name that both sides know the connection by. */
  readonly id: string;
  /** What the opener said in the open; at most 4 KiB. */
  readonly metadata: Uint8Array;
  /** The receiving half; for the session. */
  readonly inbox: Inbox;
  /** Called once, when its user has closed it or it has ended; the pool's. */
  onRelease: (() => void) | undefined;
  readonly #session: Session;
  readonly #stream: number;
  readonly #outbox: Outbox;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #removed = false;
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /** Made by a session alone; users get one from a pool or a listener. */
  constructor(
    session: Session,
    stream: number,
    id: string,
    metadata: Uint8Array,
  ) {
    this.#session = session;
    this.#stream = stream;
    this.id = id;
    this.metadata = metadata;
    this.#outbox = new Outbox(session, stream);
    const { windowBytes, maxMessageBytes } = session.options;
    this.inbox = new Inbox({
      windowBytes,
      maxMessageBytes,
      onGrant: (limit) =>
        session.control(FrameType.WINDOW, stream, encodeLimit(limit)),
      onTooLarge: (error) =>
        this.reset(ErrorCode.MESSAGE_TOO_LARGE, error.message),
    });
  }

  /** Resolves when both directions have ended, however; never rejects. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Sends one message. Resolves when the session has taken all of it, which
   * is the backpressure: then `message` may be reused. Rejects when it was
   * not sent, with {@linkcode ConnectionClosedError},
   * {@linkcode ConnectionResetError} or `SessionLostError`.
   */
  send(message: Uint8Array): Promise<void> {
    return this.#outbox.send(message);
  }

  /**
   * The next message, in a buffer of its own; `undefined` when the peer has
   * closed its side. One read may be pending at a time.
   */
  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined> {
    return this.inbox.receive(options?.signal);
  }

  /** Messages until the peer closes its side; leaving early reads no more. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, void> {
    return {
      next: () => this.inbox.receive().then(toResult),
      return: () => {
        this.#stopReading("The reader has left");
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  /** The peer's bytes, whatever messages they belong to. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const bytes = await this.inbox.read();
        if (bytes === undefined) controller.close();
        else controller.enqueue(bytes);
      },
      cancel: (reason) => this.#stopReading(String(reason)),
    }, { highWaterMark: 0 });
  }

  /** Bytes to the peer; each chunk is one message. Closing it half-closes. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream<Uint8Array>({
      write: (chunk) => this.send(chunk),
      close: () => this.closeWrite(),
      abort: (reason) => this.reset(ErrorCode.CANCELLED, String(reason)),
    });
  }

  /** Ends this side's direction after what was sent; reading goes on. */
  async closeWrite(): Promise<void> {
    await this.#outbox.finish();
    this.#removeIfDone();
  }

  /**
   * Closes in order: what was sent is delivered, and nothing more is read.
   * Resolves when the session has taken everything.
   */
  async close(): Promise<void> {
    if (this.#removed) return;
    this.#stopReading("The connection is closed");
    // Whoever had sent was told; closing what is broken is no error.
    await this.closeWrite().catch(() => {});
    this.#release();
  }

  /** Ends both directions at once; what was not sent is lost. */
  reset(code: ErrorCode | number = ErrorCode.CANCELLED, reason = ""): void {
    if (this.#removed) return;
    this.#session.reset(this.#stream, code, reason);
    this.broken(new ConnectionClosedError("The connection was reset here"));
  }

  /** Closes; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // For the session.

  /** Lets the peer go on, when it opened the connection. */
  accept(): void {
    this.#session.accept(this.#stream, this.inbox.firstLimit());
  }

  /** Takes a DATA frame. */
  data(flags: number, bytes: Uint8Array, start: number, end: number): void {
    this.inbox.deliver(flags, bytes, start, end);
    if (this.inbox.finished) this.#removeIfDone();
  }

  /** Takes a credit limit. */
  raise(limit: number): void {
    this.#outbox.raise(limit);
  }

  /** The peer reads no more. */
  stopped({ code, text }: Reason): void {
    const error = new ConnectionResetError(
      `The peer reads this connection no more (code ${code}): ${text}`,
      code,
    );
    const finished = this.#outbox.finished;
    this.#outbox.fail(error);
    // The peer keeps the stream until this direction ends.
    if (!finished) this.#session.endStream(this.#stream);
    this.#removeIfDone();
  }

  /** Both directions have ended with `error`. */
  broken(error: unknown): void {
    this.#outbox.fail(error);
    this.inbox.fail(error);
    this.#remove();
  }

  #stopReading(text: string): void {
    if (this.inbox.finished) return;
    this.inbox.discard(new ConnectionClosedError(text));
    if (this.#removed) return;
    const reason = encodeReason({ code: ErrorCode.CANCELLED, text });
    this.#session.control(FrameType.STOP, this.#stream, reason);
  }

  #removeIfDone(): void {
    if (this.#outbox.finished && this.inbox.finished) this.#remove();
  }

  #remove(): void {
    if (this.#removed) return;
    this.#removed = true;
    this.#session.remove(this.#stream);
    this.#closed.resolve();
    this.#release();
  }

  #release(): void {
    this.onRelease?.();
    this.onRelease = undefined;
  }
}
