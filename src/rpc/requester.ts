/**
 * The asking side of request and reply.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { Deadline, Deadlines, realClock } from "../actor/internal.ts";
import type { Codec } from "../codec/mod.ts";
import {
  ConnectionClosedError,
  ConnectionResetError,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../session/mod.ts";
import { checkDuration, checkInteger } from "../checks/internal.ts";
import { checkCodec } from "../codec/internal.ts";
import { RequestFailedError, RequestTimeoutError } from "./request_errors.ts";
import {
  addressRequest,
  decodeRequestFrame,
  encodeCancel,
  encodeRequest,
  nextRequestId,
  RequestFrameType,
} from "./request_frame.ts";

/** Options of a {@linkcode Requester}. */
export interface RequesterOptions<Req, Reply> {
  /** Encodes requests; the other side decodes them with the same. */
  readonly request: Codec<Req>;
  /** Decodes replies; the other side encodes them with the same. */
  readonly reply: Codec<Reply>;
  /**
   * Requests that may be in flight at once; further ones wait for their turn.
   * From 1 to 2³¹.
   * @default {1000}
   */
  readonly maxPending?: number;
  /**
   * Milliseconds that a request waits for its reply, its wait for its turn
   * among them; `Infinity` waits for ever.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** Options of a single request. */
export interface RequestOptions {
  /** In place of the requester's; `Infinity` waits for ever. */
  readonly timeoutMs?: number;
  /** Gives the request up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Counters of a {@linkcode Requester}. */
export interface RequesterStats {
  /** Requests that were sent and have no reply yet. */
  readonly inFlight: number;
  /** Requests that wait for their turn. */
  readonly waiting: number;
  /** Replies, failures too, that came after their request had been given up. */
  readonly lateReplies: number;
}

/** A request from its call to its reply. */
class PendingRequest<Reply> extends Deadline {
  override expiresAt = Infinity;
  /** Given when it is sent. */
  id = 0;
  readonly #timeoutMs: number;
  readonly #giveUp: (pending: PendingRequest<Reply>, error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;

  constructor(
    readonly resolve: (reply: Reply) => void,
    readonly reject: (error: unknown) => void,
    giveUp: (pending: PendingRequest<Reply>, error: unknown) => void,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ) {
    super();
    this.#giveUp = giveUp;
    this.#timeoutMs = timeoutMs;
    if (signal === undefined) return;
    this.#signal = signal;
    this.#onAbort = () => giveUp(this, signal.reason);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  expire(): void {
    const error = new RequestTimeoutError(
      `Cannot wait longer for a reply: there was none within ${this.#timeoutMs} ms`,
    );
    this.#giveUp(this, error);
  }

  /** Ends the watch of the signal. */
  unwatch(): void {
    if (this.#onAbort === undefined) return;
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

/**
 * Makes requests over a logical connection whose other side runs
 * {@linkcode serveRequests}. Many may be in flight at once, and replies come
 * in any order. The connection is the requester's alone from then on: nobody
 * else may read it or write to it.
 *
 * @example
 * ```ts
 * import { ActorSystem, ConnectionPool, json, listen, Requester, serveRequests } from "@troupe/troupe";
 *
 * const number = json({ parse: Number });
 * const codecs = { request: number, reply: number };
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   serve: (connection) => serveRequests(connection, codecs, (value) => value * 2),
 * });
 * await using pool = new ConnectionPool(system);
 * const connection = await pool.connect(listener.address);
 * await using doubler = new Requester(connection, codecs);
 * console.assert(await doubler.request(21, { timeoutMs: 1000 }) === 42);
 * ```
 */
export class Requester<Req, Reply> implements AsyncDisposable {
  /** The connection below, for its id and `closed`. */
  readonly connection: LogicalConnection;
  readonly #request: Codec<Req>;
  readonly #reply: Codec<Reply>;
  readonly #maxPending: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #inFlight = new Map<number, PendingRequest<Reply>>();
  /** With what they will send. Whatever is given up leaves it at once. */
  readonly #waiting = new Map<PendingRequest<Reply>, Uint8Array>();
  #lastId = 0;
  /** Messages that the connection has not taken yet. */
  #sending = 0;
  #lateReplies = 0;
  /** Why there are no more replies. */
  #error: unknown;

  /**
   * Takes the connection over.
   *
   * @throws {TypeError} without a codec, or when an option is no number.
   * @throws {RangeError} when an option is out of its range.
   */
  constructor(
    connection: LogicalConnection,
    options: RequesterOptions<Req, Reply>,
  ) {
    checkCodec("request", options?.request);
    checkCodec("reply", options?.reply);
    const { maxPending = 1000, timeoutMs = 5000, clock = realClock } = options;
    checkInteger("maxPending", maxPending, { min: 1, max: 2 ** 31 });
    checkDuration("timeoutMs", timeoutMs);
    this.connection = connection;
    this.#request = options.request;
    this.#reply = options.reply;
    this.#maxPending = maxPending;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
    void this.#read();
  }

  /**
   * Sends a request and waits for its reply. What is given up, by time-out or
   * signal, rejects at once and cancels its handler on the other side.
   *
   * @throws {CodecError} as a rejection, when the request cannot be encoded or
   * its reply decoded.
   * @throws {RequestFailedError} as a rejection, when the other side failed.
   * @throws {RequestTimeoutError} as a rejection, when there was no reply in
   * time. The handler may have run all the same.
   * @throws {ConnectionClosedError | ConnectionResetError | SessionLostError |
   * ProtocolError} as a rejection, when the connection ended, which ends all
   * requests.
   */
  request(value: Req, options: RequestOptions = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { timeoutMs = this.#timeoutMs, signal } = options;
      checkDuration("timeoutMs", timeoutMs);
      signal?.throwIfAborted();
      if (this.#error !== undefined) throw this.#error;
      const frame = encodeRequest(this.#request.encode(value));
      const pending = new PendingRequest<Reply>(
        resolve,
        reject,
        this.#giveUp,
        timeoutMs,
        signal,
      );
      this.#deadlines.add(pending, timeoutMs);
      this.#waiting.set(pending, frame);
      this.#admit();
    });
  }

  /** Counters, as they are now. */
  stats(): RequesterStats {
    return {
      inFlight: this.#inFlight.size,
      waiting: this.#waiting.size,
      lateReplies: this.#lateReplies,
    };
  }

  /**
   * Closes the connection. Requests that have no reply reject with
   * `ConnectionClosedError`, and their handlers are cancelled.
   */
  close(): Promise<void> {
    this.#end(
      new ConnectionClosedError("Cannot request: the requester is closed"),
    );
    return this.connection.close();
  }

  /** Closes; for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const message = await this.connection.receive();
        if (message === undefined) break;
        this.#take(message);
      }
      this.#end(
        new ConnectionResetError(
          "Cannot request: the other side has closed the connection",
          ErrorCode.NONE,
        ),
      );
    } catch (error) {
      this.#end(error);
      if (error instanceof ProtocolError) {
        this.connection.reset(ErrorCode.PROTOCOL, error.message);
      }
    }
  }

  #take(message: Uint8Array): void {
    const frame = decodeRequestFrame(message);
    switch (frame.type) {
      case RequestFrameType.REPLY:
      case RequestFrameType.FAILURE:
        break;
      case RequestFrameType.REQUEST:
      case RequestFrameType.CANCEL:
        throw new ProtocolError(
          `Cannot take a reply: the other side sent a message of type ${frame.type}`,
        );
      default:
        frame satisfies never;
    }
    const pending = this.#inFlight.get(frame.id);
    if (pending === undefined) {
      this.#lateReplies++;
      return;
    }
    this.#remove(pending);
    if (frame.type === RequestFrameType.FAILURE) {
      const { code, text } = frame.reason;
      pending.reject(new RequestFailedError(code, text));
    } else {
      try {
        pending.resolve(this.#reply.decode(frame.body));
      } catch (error) {
        pending.reject(error);
      }
    }
    this.#admit();
  }

  /** Sends what waits, as far as its turn has come. */
  #admit(): void {
    for (const [pending, frame] of this.#waiting) {
      // What the connection has not taken counts too, replied to or given up:
      // it is memory that a peer who does not read makes this side hold.
      if (
        this.#inFlight.size >= this.#maxPending ||
        this.#sending >= this.#maxPending
      ) return;
      this.#waiting.delete(pending);
      const id = nextRequestId(this.#lastId, this.#inFlight);
      addressRequest(frame, id, pending.expiresAt - this.#clock.now());
      pending.id = this.#lastId = id;
      this.#inFlight.set(id, pending);
      void this.#send(frame, pending);
    }
  }

  async #send(
    message: Uint8Array,
    pending?: PendingRequest<Reply>,
  ): Promise<void> {
    this.#sending++;
    try {
      await this.connection.send(message);
    } catch (error) {
      if (pending !== undefined && this.#remove(pending)) pending.reject(error);
    }
    this.#sending--;
    this.#admit();
  }

  readonly #giveUp = (pending: PendingRequest<Reply>, error: unknown): void => {
    const isSent = !this.#waiting.has(pending);
    if (!this.#remove(pending)) return;
    pending.reject(error);
    if (isSent) void this.#send(encodeCancel(pending.id));
    this.#admit();
  };

  /** Forgets a request; false when it had ended before. */
  #remove(pending: PendingRequest<Reply>): boolean {
    this.#deadlines.remove(pending);
    pending.unwatch();
    if (this.#waiting.delete(pending)) return true;
    // Its id may be another's by now.
    return this.#inFlight.get(pending.id) === pending &&
      this.#inFlight.delete(pending.id);
  }

  #end(error: unknown): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    for (
      const pending of [...this.#waiting.keys(), ...this.#inFlight.values()]
    ) {
      this.#remove(pending);
      pending.reject(error);
    }
    this.#deadlines.close();
  }
}
