/**
 * The side of a connection that makes requests.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import { Deadlines } from "../actor/internal.ts";
import type { Codec } from "../codec/mod.ts";
import { type MessageEncoder, messageEncoder } from "../codec/internal.ts";
import {
  ConnectionClosedError,
  ConnectionResetError,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../session/mod.ts";
import {
  checkDuration,
  checkOptionNames,
  checkSignal,
} from "../checks/internal.ts";
import { checkConnection } from "./check_connection.ts";
import { PendingRequest, type SendRecord } from "./pending_request.ts";
import { RequestFailedError } from "./request_errors.ts";
import {
  decodeRequestFrame,
  encodeCancel,
  nextRequestId,
  REQUEST_HEAD_BYTES,
  RequestFrameType,
  writeRequestHead,
} from "./request_frame.ts";
import {
  checkRequesterOptions,
  NO_REQUEST_OPTIONS,
  REQUEST_OPTIONS,
  REQUESTER_OPTIONS,
  type RequesterOptions,
  type RequesterStats,
  type RequestOptions,
} from "./requester_options.ts";

/**
 * Makes a request, and keeps a record of whether it was sent; set by the class.
 */
export let requestOver: <Req, Reply>(
  requester: Requester<Req, Reply>,
  value: Req,
  options: RequestOptions,
  record: SendRecord,
) => Promise<Reply>;

/** Returns whether a requester gets no more replies; set by its class. */
export let hasEnded: <Req, Reply>(
  requester: Requester<Req, Reply>,
) => boolean;

/**
 * Makes requests over a logical connection whose other side runs
 * {@linkcode serveRequests}. Many requests may be in flight at once, and
 * replies come in any order. The requester takes over the connection: nothing
 * else may read from it or write to it.
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
  /** The underlying connection, for its id and `closed`. */
  readonly connection: LogicalConnection;
  readonly #encode: MessageEncoder<Req>;
  readonly #reply: Codec<Reply>;
  readonly #maxPending: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #inFlight = new Map<number, PendingRequest<Reply>>();
  /** Requests with their messages. A cancelled request leaves at once. */
  readonly #waiting = new Map<PendingRequest<Reply>, Uint8Array>();
  #lastId = 0;
  /** Number of messages that the connection has not accepted yet. */
  #sending = 0;
  #lateReplies = 0;
  /** Why there are no more replies. */
  #error: unknown;

  static {
    hasEnded = (requester) => requester.#error !== undefined;
    requestOver = (requester, value, options, record) =>
      requester.#start(value, options, record);
  }

  /**
   * Creates a requester that takes over the connection.
   *
   * @throws {TypeError} if the connection or a codec is missing, or an option
   * has the wrong type or is not known.
   * @throws {RangeError} if an option is out of its range.
   */
  constructor(
    connection: LogicalConnection,
    options: RequesterOptions<Req, Reply>,
  ) {
    checkConnection(connection);
    checkOptionNames<RequesterOptions<Req, Reply>>(
      "Requester",
      options,
      REQUESTER_OPTIONS,
    );
    checkRequesterOptions(options);
    const { maxPending = 1000, timeoutMs = 5000, clock = realClock } = options;
    this.connection = connection;
    this.#encode = messageEncoder(options.request, REQUEST_HEAD_BYTES);
    this.#reply = options.reply;
    this.#maxPending = maxPending;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#deadlines = new Deadlines(clock);
    void this.#read();
  }

  /**
   * Sends a request and waits for its reply. A time-out or an abort of the
   * signal rejects at once, and cancels the handler on the other side.
   *
   * @param options May be left out; each option has its default.
   * @throws {CodecError} as a rejection, if the request cannot be encoded or
   * its reply decoded.
   * @throws {RequestFailedError} as a rejection, if the other side failed.
   * @throws {RequestTimeoutError} as a rejection, if no reply came in time. The
   * handler may have run nevertheless.
   * @throws {ConnectionClosedError | ConnectionResetError | SessionLostError |
   * ProtocolError} as a rejection, if the connection ended, which ends all
   * requests.
   * @throws {TypeError | RangeError} as a rejection, if an option is wrong or
   * not known.
   */
  request(
    value: Req,
    options: RequestOptions = NO_REQUEST_OPTIONS,
  ): Promise<Reply> {
    return this.#start(value, options, undefined);
  }

  #start(
    value: Req,
    options: RequestOptions,
    record: SendRecord | undefined,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (options !== NO_REQUEST_OPTIONS) {
        checkOptionNames("request()", options, REQUEST_OPTIONS);
      }
      const { timeoutMs = this.#timeoutMs, signal } = options;
      checkDuration("timeoutMs", timeoutMs);
      if (signal !== undefined) checkSignal("signal", signal);
      signal?.throwIfAborted();
      if (this.#error !== undefined) throw this.#error;
      const frame = this.#encode(value);
      const pending = new PendingRequest<Reply>(
        resolve,
        reject,
        this.#cancel,
        timeoutMs,
        signal,
        record,
      );
      this.#deadlines.add(pending, timeoutMs);
      this.#waiting.set(pending, frame);
      this.#admit();
    });
  }

  /** Returns the counters, as they are now. */
  stats(): RequesterStats {
    return {
      inFlight: this.#inFlight.size,
      waiting: this.#waiting.size,
      lateReplies: this.#lateReplies,
    };
  }

  /**
   * Closes the requester and its connection. Requests without a reply reject
   * with `ConnectionClosedError`, and their handlers are cancelled.
   */
  close(): Promise<void> {
    this.#end(
      new ConnectionClosedError("Cannot request: the requester is closed"),
    );
    return this.connection.close();
  }

  /** Closes the requester, for `await using`. */
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
          `Cannot accept a reply: the other side sent a message of type ${frame.type}`,
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

  /** Sends the waiting requests whose turn has come. */
  #admit(): void {
    for (const [pending, frame] of this.#waiting) {
      // Messages that the connection has not accepted count too: a peer that
      // does not read makes this side hold their memory.
      if (
        this.#inFlight.size >= this.#maxPending ||
        this.#sending >= this.#maxPending
      ) return;
      this.#waiting.delete(pending);
      const id = nextRequestId(this.#lastId, this.#inFlight);
      writeRequestHead(frame, id, pending.expiresAt - this.#clock.now());
      pending.id = this.#lastId = id;
      this.#inFlight.set(id, pending);
      if (pending.record !== undefined) pending.record.isSent = true;
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
      // It was not sent as a whole, so nobody has seen it.
      if (pending?.record !== undefined) pending.record.isSent = false;
      if (pending !== undefined && this.#remove(pending)) pending.reject(error);
    }
    this.#sending--;
    this.#admit();
  }

  readonly #cancel = (pending: PendingRequest<Reply>, error: unknown): void => {
    const isSent = !this.#waiting.has(pending);
    if (!this.#remove(pending)) return;
    pending.reject(error);
    if (isSent) void this.#send(encodeCancel(pending.id));
    this.#admit();
  };

  /** Forgets a request; returns false if it had ended before. */
  #remove(pending: PendingRequest<Reply>): boolean {
    this.#deadlines.remove(pending);
    pending.unwatch();
    if (this.#waiting.delete(pending)) return true;
    // The id may have been reused by now.
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
