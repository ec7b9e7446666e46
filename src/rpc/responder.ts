/**
 * The side of a connection that serves requests.
 *
 * @module
 */
import { type Clock, realClock } from "../actor/mod.ts";
import { callGuarded, checkClock, report } from "../actor/internal.ts";
import { type Codec, CodecError } from "../codec/mod.ts";
import {
  ConnectionClosedError,
  ErrorCode,
  type LogicalConnection,
  ProtocolError,
} from "../session/mod.ts";
import {
  checkFunction,
  checkNumber,
  checkOptionNames,
  countFrom,
  type OptionNames,
} from "../checks/internal.ts";
import {
  checkCodec,
  type MessageEncoder,
  messageEncoder,
} from "../codec/internal.ts";
import { checkConnection } from "./check_connection.ts";
import { Exchange, type RequestContext } from "./request_context.ts";
import { RequestCancelledError, RequestFailure } from "./request_errors.ts";
import {
  decodeRequestFrame,
  encodeFailure,
  HEAD_BYTES,
  RequestFrameType,
  writeReplyHead,
} from "./request_frame.ts";

/** Options of a {@linkcode serveRequests} call. */
export interface ServeRequestsOptions<Req, Reply> {
  /** The codec of the requests, the same as on the other side. */
  readonly request: Codec<Req>;
  /** The codec of the replies, the same as on the other side. */
  readonly reply: Codec<Reply>;
  /**
   * Number of handlers that may run at once, at least 1. Further requests are
   * queued.
   * @default {100}
   */
  readonly maxConcurrent?: number;
  /**
   * Number of requests that may be queued, at least 0. When the queue is full,
   * nothing more is read, and the credit of the connection stops its sender. As
   * cancellations then wait too, it should not be less than the `maxPending` of
   * the other side.
   * @default {1000}
   */
  readonly maxQueued?: number;
  /**
   * Bytes of queued requests, at least 0, at which nothing more is read. The
   * last request may exceed it.
   * @default {4194304}
   */
  readonly maxQueuedBytes?: number;
  /**
   * Called with what a handler threw, unless it was a
   * {@linkcode RequestFailure} or the reason of its own signal, and with what a
   * listener to that signal threw. What it throws itself, or its promise rejects
   * with, is printed on stderr.
   * @default {console.error}
   */
  readonly onError?: (error: unknown) => void;
  /**
   * The source of time for the deadlines.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

const OPTIONS: OptionNames<ServeRequestsOptions<unknown, unknown>> = {
  request: true,
  reply: true,
  maxConcurrent: true,
  maxQueued: true,
  maxQueuedBytes: true,
  onError: true,
  clock: true,
};

/**
 * Returns the reply to a request, or throws, {@linkcode RequestFailure} to say
 * why.
 */
export type RequestHandler<Req, Reply> = (
  request: Req,
  context: RequestContext,
) => Reply | Promise<Reply>;

/**
 * Serves the requests of a {@linkcode Requester} on the other side of a logical
 * connection. It calls `handle` for each request, for many at once, and
 * resolves when the other side has closed the connection, or its direction, and
 * every handler has ended, even a handler that ignores its signal.
 *
 * @example
 * ```ts
 * import { ActorSystem, ConnectionPool, json, listen, Requester, serveRequests } from "@troupe/troupe";
 *
 * const text = json({ parse: String });
 * const codecs = { request: text, reply: text };
 *
 * await using system = new ActorSystem();
 * await using listener = listen(system, {
 *   port: 0,
 *   serve: (connection) =>
 *     serveRequests(connection, codecs, (name) => `Hello, ${name}`),
 * });
 * await using pool = new ConnectionPool(system);
 * const connection = await pool.connect(listener.address);
 * await using greeter = new Requester(connection, codecs);
 * console.assert(await greeter.request("Ada") === "Hello, Ada");
 * ```
 *
 * @throws {TypeError} as a rejection, if the connection, a codec or the handler
 * is missing, or an option has the wrong type or is not known.
 * @throws {RangeError} as a rejection, if an option is out of its range.
 * @throws {ProtocolError} as a rejection, if the other side sends something
 * else than requests; the connection is reset.
 * @throws {ConnectionClosedError | ConnectionResetError | SessionLostError |
 * MessageTooLargeError} as a rejection, if the connection broke.
 */
export async function serveRequests<Req, Reply>(
  connection: LogicalConnection,
  options: ServeRequestsOptions<Req, Reply>,
  handle: RequestHandler<Req, Reply>,
): Promise<void> {
  await new Responder(connection, options, handle).serve();
}

/** Serves the requests of one connection. */
class Responder<Req, Reply> {
  readonly #connection: LogicalConnection;
  readonly #options: Required<ServeRequestsOptions<Req, Reply>>;
  readonly #encode: MessageEncoder<Reply>;
  readonly #handle: RequestHandler<Req, Reply>;
  /** Requests that get a reply when their handler ends: not cancelled ones. */
  readonly #running = new Map<number, Exchange>();
  /** Queued requests in their order. A cancelled one leaves at once. */
  readonly #queued = new Map<number, Exchange>();
  #queuedBytes = 0;
  /** Running handlers, cancelled ones too, and replies being sent. */
  #active = 0;
  /** Whether the connection has ended, so that no reply can be sent. */
  #isEnded = false;
  /** Wakes `serve` when a handler or the connection has ended. */
  #wake: (() => void) | undefined;

  constructor(
    connection: LogicalConnection,
    options: ServeRequestsOptions<Req, Reply>,
    handle: RequestHandler<Req, Reply>,
  ) {
    checkConnection(connection);
    checkOptionNames<ServeRequestsOptions<Req, Reply>>(
      "serveRequests()",
      options,
      OPTIONS,
    );
    checkCodec("request", options.request);
    checkCodec("reply", options.reply);
    checkFunction("handle", handle);
    const {
      maxConcurrent = 100,
      maxQueued = 1000,
      maxQueuedBytes = 4_194_304,
      onError = printError,
      clock = realClock,
    } = options;
    checkNumber("maxConcurrent", maxConcurrent, countFrom(1));
    checkNumber("maxQueued", maxQueued, countFrom(0));
    checkNumber("maxQueuedBytes", maxQueuedBytes, countFrom(0));
    checkFunction("onError", onError);
    checkClock("clock", clock);
    this.#connection = connection;
    this.#options = {
      ...options,
      maxConcurrent,
      maxQueued,
      maxQueuedBytes,
      onError,
      clock,
    };
    this.#encode = messageEncoder(options.reply, HEAD_BYTES);
    this.#handle = handle;
  }

  async serve(): Promise<void> {
    const connection = this.#connection;
    // The connection may end while nothing is read.
    void connection.closed.then(() =>
      this.#end(
        new ConnectionClosedError("Cannot reply: the connection has ended"),
      )
    );
    try {
      await this.#read();
    } catch (error) {
      this.#end(error);
      if (error instanceof ProtocolError) {
        connection.reset(ErrorCode.PROTOCOL, error.message);
      }
      throw error;
    } finally {
      while (this.#active > 0) await this.#change();
    }
  }

  async #read(): Promise<void> {
    for (;;) {
      while (this.#isFull()) await this.#change();
      const message = await this.#connection.receive();
      if (message === undefined) return;
      // After the end, it matters only how the connection ended.
      if (!this.#isEnded) this.#take(message);
    }
  }

  #isFull(): boolean {
    const { maxConcurrent, maxQueued, maxQueuedBytes } = this.#options;
    return !this.#isEnded && this.#active >= maxConcurrent &&
      (this.#queued.size >= maxQueued || this.#queuedBytes >= maxQueuedBytes);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #take(message: Uint8Array): void {
    const frame = decodeRequestFrame(message);
    switch (frame.type) {
      case RequestFrameType.REQUEST: {
        const { id, body, deadlineMs } = frame;
        if (this.#running.has(id) || this.#queued.has(id)) {
          throw new ProtocolError(
            `Cannot accept a request: its id ${id} is already in flight`,
          );
        }
        const { clock, maxConcurrent } = this.#options;
        const exchange = new Exchange(
          id,
          body,
          deadlineMs,
          clock,
          this.#listenerFailed,
        );
        if (this.#active < maxConcurrent) return void this.#run(exchange);
        this.#queued.set(id, exchange);
        this.#queuedBytes += body.length;
        return;
      }
      case RequestFrameType.CANCEL:
        return this.#cancel(frame.id);
      case RequestFrameType.REPLY:
      case RequestFrameType.FAILURE:
        throw new ProtocolError(
          `Cannot accept a request: the other side sent a message of type ${frame.type}`,
        );
      default:
        frame satisfies never;
    }
  }

  #cancel(id: number): void {
    const queued = this.#queued.get(id);
    if (queued !== undefined) return this.#unqueue(queued);
    const running = this.#running.get(id);
    // The reply may already be on its way.
    if (running === undefined) return;
    this.#running.delete(id);
    running.abort(
      new RequestCancelledError(
        "Cannot reply: the requester cancelled the request",
      ),
    );
  }

  #unqueue(exchange: Exchange): void {
    this.#queued.delete(exchange.id);
    this.#queuedBytes -= exchange.body.length;
  }

  async #run(exchange: Exchange): Promise<void> {
    const { id } = exchange;
    this.#active++;
    this.#running.set(id, exchange);
    const reply = await this.#reply(exchange);
    exchange.end();
    // The id may have been reused by now.
    if (this.#running.get(id) === exchange) {
      this.#running.delete(id);
      // The read loop learns why it could not be sent.
      await this.#connection.send(reply).catch(() => {});
    }
    this.#active--;
    const [next] = this.#queued.values();
    if (next !== undefined) {
      this.#unqueue(next);
      void this.#run(next);
    }
    this.#wake?.();
  }

  async #reply(exchange: Exchange): Promise<Uint8Array> {
    const { id, body } = exchange;
    try {
      if (exchange.remainingMs === 0) {
        throw new RequestFailure(
          ErrorCode.TIMEOUT,
          "The deadline had passed before its turn came",
        );
      }
      const value = await this.#handle(this.#decode(body), exchange);
      const message = this.#encode(value);
      writeReplyHead(message, id);
      return message;
    } catch (error) {
      if (error instanceof RequestFailure) {
        return encodeFailure(id, { code: error.code, text: error.message });
      }
      if (exchange.isAbort(error)) {
        const text = "The deadline has passed";
        return encodeFailure(id, { code: ErrorCode.TIMEOUT, text });
      }
      this.#report(error);
      const text = "The handler failed";
      return encodeFailure(id, { code: ErrorCode.INTERNAL, text });
    }
  }

  #decode(body: Uint8Array): Req {
    try {
      return this.#options.request.decode(body);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      throw new RequestFailure(ErrorCode.PROTOCOL, error.message, {
        cause: error,
      });
    }
  }

  /** A listener to the signal of a request threw. */
  readonly #listenerFailed = (error: unknown): void => this.#report(error);

  #report(error: unknown): void {
    callGuarded(() => this.#options.onError(error), (thrown) => {
      report("The onError of serveRequests threw:", thrown);
    });
  }

  #end(reason: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#queued.clear();
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const exchange of running) exchange.abort(reason);
    this.#wake?.();
  }
}

function printError(error: unknown): void {
  console.error("A request handler failed:", error);
}
