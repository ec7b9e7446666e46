/**
 * Requests to a service whose process may be restarted.
 *
 * @module
 */
import { type BackoffOptions, type Clock, realClock } from "../actor/mod.ts";
import { resolveBackoff } from "../actor/internal.ts";
import {
  checkBoolean,
  checkDuration,
  checkFunction,
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import { type Codec, raw } from "../codec/mod.ts";
import {
  ConnectionClosedError,
  ConnectionRefusedError,
  ConnectionResetError,
  type LogicalConnection,
  SessionLostError,
} from "../session/mod.ts";
import { Reconnector } from "./reconnector.ts";
import { RequestTimeoutError } from "./request_errors.ts";
import { hasEnded, Requester, requestOver } from "./requester.ts";
import {
  checkRequesterOptions,
  REQUESTER_OPTIONS,
  type RequesterOptions,
  type RequestOptions,
} from "./requester_options.ts";

/** Options of a {@linkcode ReconnectingRequester}. */
export interface ReconnectingRequesterOptions<Req, Reply>
  extends RequesterOptions<Req, Reply> {
  /**
   * Opens a connection to the service, such as
   * `(signal) => pool.connect(address, { signal })`. It is called for the first
   * request, and for a request that finds the last connection ended. When the
   * signal aborts, nobody waits for the connection any more.
   */
  readonly connect: (signal: AbortSignal) => Promise<LogicalConnection>;
  /** Delays before each connection but the first. */
  readonly backoff?: BackoffOptions;
}

/** Options of a request of a {@linkcode ReconnectingRequester}. */
export interface ReconnectingRequestOptions extends RequestOptions {
  /**
   * Whether the service may handle the request twice without harm, as it may a
   * query. Then it is sent again over the next connection if the last one ends
   * before the reply.
   * @default {false}
   */
  readonly idempotent?: boolean;
}

/** The counters of a {@linkcode ReconnectingRequester}. */
export interface ReconnectingRequesterStats {
  /** Number of connections that were opened so far. */
  readonly connections: number;
  /** Number of requests that were sent and have no reply yet. */
  readonly inFlight: number;
  /** Number of requests that wait for a connection, or for their turn. */
  readonly waiting: number;
  /** How often requests were sent again so far. */
  readonly repeats: number;
}

const OPTIONS: OptionNames<ReconnectingRequesterOptions<unknown, unknown>> = {
  ...REQUESTER_OPTIONS,
  connect: true,
  backoff: true,
};

const REQUEST_OPTIONS: OptionNames<ReconnectingRequestOptions> = {
  timeoutMs: true,
  signal: true,
  idempotent: true,
};

/**
 * Makes requests as a {@linkcode Requester} does, over one connection after
 * another: when the process of the service is restarted, or the session with it
 * is lost, the next request opens a new connection.
 *
 * What happens to a request whose connection ends before the reply depends on
 * whether it can have been handled:
 *
 * - One that is marked as `idempotent` is sent again, for as long as its
 *   `timeoutMs` allows.
 * - So is one that was not sent, or whose connection was refused: the service
 *   has not seen it.
 * - Any other one rejects with the error of the connection. Whether it was
 *   handled is not known, and its caller must find out.
 *
 * @example
 * ```ts
 * import {
 *   ActorSystem,
 *   ConnectionPool,
 *   json,
 *   listen,
 *   ReconnectingRequester,
 *   serveRequests,
 * } from "@troupe/troupe";
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
 * await using doubler = new ReconnectingRequester({
 *   ...codecs,
 *   connect: (signal) => pool.connect(listener.address, { signal }),
 * });
 * console.assert(await doubler.request(21, { idempotent: true }) === 42);
 * ```
 */
export class ReconnectingRequester<Req, Reply> implements AsyncDisposable {
  readonly #codec: Codec<Req>;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #connections: Reconnector<Requester<Uint8Array, Reply>>;
  #repeats = 0;

  /**
   * Creates a requester that is not connected yet.
   *
   * @throws {TypeError} if `connect` or a codec is missing, or an option has the
   * wrong type or is not known.
   * @throws {RangeError} if an option is out of its range.
   */
  constructor(options: ReconnectingRequesterOptions<Req, Reply>) {
    checkOptionNames<ReconnectingRequesterOptions<Req, Reply>>(
      "ReconnectingRequester",
      options,
      OPTIONS,
    );
    checkRequesterOptions(options);
    const { connect, backoff, clock = realClock, ...others } = options;
    checkFunction("connect", connect);
    this.#codec = options.request;
    this.#timeoutMs = options.timeoutMs ?? 5000;
    this.#clock = clock;
    this.#connections = new Reconnector({
      clock,
      backoff: resolveBackoff(backoff),
      async open(signal) {
        const connection = await connect(signal);
        return new Requester(connection, { ...others, clock, request: raw });
      },
      isOver: hasEnded,
      ended: ({ connection }) => connection.closed,
      close: (requester) => requester.close(),
      // Not the requester: it has its own error for those that are in flight.
      discard: ({ connection }) => void connection.close(),
    });
  }

  /**
   * Sends a request and waits for its reply, over another connection if need
   * be.
   *
   * @param options May be left out; each option has its default.
   * @throws {RequestTimeoutError} as a rejection, if no reply came in time, with
   * the last failure to connect as its `cause` if there was no connection.
   * @throws {ConnectionClosedError | ConnectionResetError | SessionLostError} as
   * a rejection, if the connection ended and the request is not to be repeated.
   * @throws {CodecError | RequestFailedError} as a rejection, as
   * {@linkcode Requester.request} does. What `connect` rejects with is passed
   * on, unless it is one of these: `ConnectError`, `HandshakeTimeoutError`,
   * `ConnectionResetError`, or a `SessionLostError` that may not last.
   * @throws {TypeError | RangeError} as a rejection, if an option is wrong or
   * not known.
   */
  async request(
    value: Req,
    options: ReconnectingRequestOptions = {},
  ): Promise<Reply> {
    checkOptionNames("request()", options, REQUEST_OPTIONS);
    const { timeoutMs = this.#timeoutMs, signal, idempotent = false } = options;
    checkDuration("timeoutMs", timeoutMs);
    if (signal !== undefined) checkSignal("signal", signal);
    checkBoolean("idempotent", idempotent);
    // Once, however often it is sent.
    const body = this.#codec.encode(value);
    const expiresAt = this.#clock.now() + timeoutMs;
    let remainingMs = timeoutMs;
    for (;;) {
      signal?.throwIfAborted();
      let requester = this.#connections.current;
      if (requester === undefined) {
        requester = await this.#connect(expiresAt, timeoutMs, signal);
        remainingMs = this.#msUntil(expiresAt);
      }
      const record = { isSent: false };
      try {
        return await requestOver(requester, body, {
          timeoutMs: remainingMs,
          ...(signal === undefined ? {} : { signal }),
        }, record);
      } catch (error) {
        const isSafe = idempotent || !record.isSent ||
          error instanceof ConnectionRefusedError;
        if (!isSafe || !isEndOfConnection(error)) throw error;
        if (this.#connections.isClosed) throw error;
        this.#connections.lost(requester, error);
        this.#repeats++;
        remainingMs = this.#msUntil(expiresAt);
      }
    }
  }

  #msUntil(moment: number): number {
    return Math.max(0, Math.ceil(moment - this.#clock.now()));
  }

  /** Waits for a connection. */
  async #connect(
    expiresAt: number,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Requester<Uint8Array, Reply>> {
    const over = Promise.withResolvers<never>();
    const remainingMs = expiresAt - this.#clock.now();
    const timer = remainingMs === Infinity
      ? undefined
      : this.#clock.schedule(remainingMs, () => {
        const cause = this.#connections.failure;
        over.reject(
          new RequestTimeoutError(
            `Cannot wait longer for a reply: there was no connection within ${timeoutMs} ms`,
            cause === undefined ? {} : { cause },
          ),
        );
      });
    const onAbort = (): void => over.reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      return await this.#connections.next(over.promise);
    } finally {
      timer?.cancel();
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Returns the counters, as they are now. */
  stats(): ReconnectingRequesterStats {
    const { current, opened, waiting } = this.#connections;
    const stats = current?.stats();
    return {
      connections: opened,
      inFlight: stats?.inFlight ?? 0,
      waiting: waiting + (stats?.waiting ?? 0),
      repeats: this.#repeats,
    };
  }

  /**
   * Closes the requester and its connection. Requests without a reply reject
   * with `ConnectionClosedError`, and their handlers are cancelled.
   */
  close(): Promise<void> {
    return this.#connections.close(
      new ConnectionClosedError("Cannot request: the requester is closed"),
    );
  }

  /** Closes the requester, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Returns whether a request failed as its connection ended. */
function isEndOfConnection(error: unknown): boolean {
  return error instanceof ConnectionClosedError ||
    error instanceof ConnectionResetError ||
    error instanceof SessionLostError;
}
