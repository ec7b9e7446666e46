/**
 * What is behind a connection: the user of an id.
 *
 * @module
 */
import type { Clock, Timer } from "../actor/mod.ts";
import {
  checkOptionNames,
  checkSignal,
  type OptionNames,
} from "../checks/internal.ts";
import {
  type Address,
  ConnectionClosedError,
  MessageTooLargeError,
} from "../session/mod.ts";
import {
  ByteReadable,
  CloseDeadline,
  MessageWritable,
} from "../session/internal.ts";
import type { TcpConnConnection, TcpConnReceiveOptions } from "./connection.ts";
import { IdleTimeoutError } from "./errors.ts";
import { type Holdings, Inbox } from "./inbox.ts";
import type { ResolvedTcpConnOptions } from "./options.ts";
import { MAX_MESSAGE_BYTES } from "./protocol.ts";

const READER_LEFT = "The reader has left";

/** What a connection needs of its socket. */
export interface ConnectionPort {
  readonly clock: Clock;
  readonly limits: ResolvedTcpConnOptions;
  readonly remote: Required<Address>;
  readonly holdings: Holdings;
  /** Sends a message of the connection. */
  send(connection: RoutedConnection, message: Uint8Array): Promise<void>;
  /** Rejects what the connection has not sent, and frees its id. */
  release(connection: RoutedConnection, error: unknown): void;
}

/** A connection, seen from its socket. */
export class RoutedConnection implements TcpConnConnection {
  readonly id: string;
  /** Called once, when the connection has ended; set by the pool. */
  onRelease: (() => void) | undefined;
  readonly #port: ConnectionPort;
  readonly #inbox: Inbox;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers();
  #readable: ByteReadable | undefined;
  #writable: MessageWritable | undefined;
  /** What reads reject with after a `close` of this side. */
  #closedHere: ConnectionClosedError | undefined;
  #lastSend: Promise<void> = Promise.resolve();
  /** Why nothing can be sent any more. */
  #sendError: unknown;
  #ended = false;
  #sentChunks = 0;
  #usedAt: number;
  #idle: Timer | undefined;

  constructor(port: ConnectionPort, id: string) {
    this.id = id;
    this.#port = port;
    this.#inbox = new Inbox(port.holdings);
    this.#usedAt = port.clock.now();
    this.#waitForIdle();
  }

  get remote(): Required<Address> {
    return this.#port.remote;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  send(message: Uint8Array): Promise<void> {
    const error = this.#sendError ?? refusal(message);
    const sent = error === undefined
      ? this.#lastSend = this.#port.send(this, message)
      : Promise.reject(error);
    // A sender that does not wait learns of the failure from its reads.
    sent.catch(() => {});
    return sent;
  }

  receive(options?: TcpConnReceiveOptions): Promise<Uint8Array> {
    const refused = options === undefined ? undefined : refuseReceive(options);
    return refused ?? this.#inbox.receive(options?.signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array, void, void> {
    const toEnd = (error: unknown): IteratorResult<Uint8Array, void> => {
      if (error === undefined || error !== this.#closedHere) throw error;
      return { done: true, value: undefined };
    };
    return {
      next: () => this.#inbox.receive().then(toResult, toEnd),
      return: () => {
        this.#stopReading(READER_LEFT);
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  get readable(): ReadableStream<Uint8Array> {
    this.#readable ??= new ByteReadable(
      this.#inbox,
      () => this.#stopReading(READER_LEFT),
    );
    return this.#readable.stream;
  }

  get writable(): WritableStream<Uint8Array> {
    if (this.#writable === undefined) {
      this.#writable = new MessageWritable({
        write: (message) => this.send(message),
        close() {},
        abort: () => this.reset(),
      });
      if (this.#sendError !== undefined) this.#writable.fail(this.#sendError);
    }
    return this.#writable.stream;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const error = this.#closedHere ??= new ConnectionClosedError(
      "The connection is closed",
    );
    this.#sendError ??= error;
    this.#inbox.discard(error);
    this.#writable?.fail(error);
    this.#readable?.settle();
    const { clock, limits: { closeMs } } = this.#port;
    const deadline = new CloseDeadline(
      clock,
      closeMs,
      () => this.#sentChunks,
      () => this.reset(),
    );
    // Its sender knows of a failure; closing what is broken is no error.
    await this.#lastSend.catch(() => {});
    deadline.stop();
    this.end(error);
  }

  reset(): void {
    this.spoil(new ConnectionClosedError("The connection was reset here"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // For the socket.

  /** Bytes that are held for its reader. */
  get heldBytes(): number {
    return this.#inbox.heldBytes;
  }

  /** Takes the next bytes of a message; returns false if nobody reads them. */
  deliver(data: Uint8Array, totalBytes: number): boolean {
    this.touch();
    if (this.#inbox.ended) return false;
    this.#inbox.append(data, totalBytes);
    return true;
  }

  /** Notes that something went over it, in either direction. */
  touch(): void {
    this.#usedAt = this.#port.clock.now();
  }

  /** Notes that the socket has taken a chunk. */
  onSent(): void {
    this.#sentChunks++;
    this.touch();
  }

  /** Ends it; what is unread is lost. */
  spoil(error: unknown): void {
    // Its actor does so when it stops: by then the rest is the reader's.
    if (this.#ended) return;
    this.#inbox.discard(error);
    this.end(error);
  }

  /** Ends it: what is whole and unread can still be read, then `error`. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#sendError = error;
    this.#idle?.cancel();
    this.#inbox.end(error);
    this.#writable?.fail(error);
    this.#readable?.settle();
    this.#port.release(this, error);
    this.#closed.resolve();
    this.onRelease?.();
  }

  #stopReading(text: string): void {
    this.#inbox.discard(new ConnectionClosedError(text));
    this.#readable?.settle();
  }

  #waitForIdle(): void {
    const { clock, limits: { idleMs } } = this.#port;
    if (idleMs === Infinity) return;
    const left = this.#usedAt + idleMs - clock.now();
    if (left > 0) {
      this.#idle = clock.schedule(left, () => this.#waitForIdle());
      return;
    }
    this.end(
      new IdleTimeoutError(
        `The connection was idle for ${idleMs} ms, open it again or raise idleMs`,
      ),
    );
  }
}

function toResult(value: Uint8Array): IteratorResult<Uint8Array, void> {
  return { done: false, value };
}

/** Returns why a message cannot be sent at all, if that is so. */
function refusal(message: Uint8Array): Error | undefined {
  if (!(message instanceof Uint8Array)) {
    return new TypeError(
      "Cannot send: the message is not a Uint8Array, encode it first",
    );
  }
  if (message.length > MAX_MESSAGE_BYTES) {
    return new MessageTooLargeError(
      `Cannot send: the message has ${message.length} bytes, tcp-conn allows ${MAX_MESSAGE_BYTES}, split it`,
    );
  }
  return undefined;
}

const RECEIVE_OPTIONS: OptionNames<TcpConnReceiveOptions> = { signal: true };

/** Returns a rejection if options of a `receive` cannot be used. */
function refuseReceive(
  options: TcpConnReceiveOptions,
): Promise<never> | undefined {
  try {
    checkOptionNames("receive()", options, RECEIVE_OPTIONS);
    if (options.signal !== undefined) checkSignal("signal", options.signal);
    return undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}
