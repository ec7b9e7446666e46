/**
 * One connection of HTTP/1.1.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { reasonOf } from "../../../checks/internal.ts";
import { DriverError } from "../driver_error.ts";
import type { Http1Exchange } from "./exchange.ts";
import { type Http1Request, SMALL_BYTES } from "./request.ts";
import { type ResponseHead, ResponseParser } from "./response_parser.ts";

/** Most responses fit; larger ones get the larger buffer. */
const BUFFER_BYTES = 4096;
const LARGE_BUFFER_BYTES = 65_536;

/** Who keeps connections. */
export interface ConnectionKeeper {
  /** The connection has nothing to do. */
  onIdle(connection: Http1Connection): void;
  /** The connection is over. */
  onOver(connection: Http1Connection): void;
  /** The exchange has come to nothing, and may be tried on another one. */
  retry(exchange: Http1Exchange): void;
}

/** One request at a time; it notices at once when the service closes it. */
export class Http1Connection {
  /** The scheme, host and port. */
  readonly origin: string;
  /** Resolves when it is over and nothing is read any more. */
  readonly ended: Promise<void>;
  readonly #conn: Deno.Conn;
  readonly #keeper: ConnectionKeeper;
  readonly #parser = new ResponseParser(this);
  #exchange: Http1Exchange | undefined;
  #isOver = false;
  /** Whether a response has come over it. */
  #isUsed = false;
  /** Whether anything has come since the request was sent. */
  #hasHeard = false;
  /** Whether what came last is the first since the request was sent. */
  #isFirst = false;
  /** When the request was sent. */
  #sentAt = 0;
  /** When the first byte of the response came. */
  #heardAt = 0;
  /** What is left of the piece that is being written. */
  #unwritten: Uint8Array | undefined;
  /** The pieces of the request that come after it, from the index on. */
  #rest: readonly Uint8Array[] = [];
  #next = 0;
  #head: ResponseHead | undefined;
  /** The body: pieces of earlier reads, and views of this one. */
  #pieces: Uint8Array[] = [];
  #copied = 0;
  #bodyBytes = 0;

  /** Takes over an open connection. */
  constructor(origin: string, conn: Deno.Conn, keeper: ConnectionKeeper) {
    this.origin = origin;
    this.#conn = conn;
    this.#keeper = keeper;
    this.ended = this.#read();
  }

  /** Sends a request; the connection is idle, and not over. */
  send(exchange: Http1Exchange): void {
    this.#exchange = exchange;
    exchange.connection = this;
    this.#hasHeard = false;
    const { bytes, rest } = exchange.request;
    this.#rest = rest;
    this.#next = 0;
    this.#sentAt = performance.now();
    this.#write(bytes);
  }

  /** Closes it; whoever waits for a response fails. */
  close(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#conn.close();
    this.#keeper.onOver(this);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(error);
  }

  #write(bytes: Uint8Array): void {
    this.#unwritten = bytes;
    this.#conn.write(bytes).then(this.#onWritten, this.#onUnwritable);
  }

  readonly #onWritten = (count: number): void => {
    const bytes = this.#unwritten;
    if (bytes === undefined) return;
    const next = count < bytes.length
      ? bytes.subarray(count)
      : this.#rest[this.#next++];
    if (next === undefined) this.#unwritten = undefined;
    else if (!this.#isOver) this.#write(next);
  };

  readonly #onUnwritable = (): void => {
    // The service may have sent a response before it closed the connection;
    // reading ends in any case.
  };

  async #read(): Promise<void> {
    let buffer = Buffer.alloc(BUFFER_BYTES);
    try {
      while (!this.#isOver) {
        const count = await this.#conn.read(buffer);
        if (count === null) break;
        this.#isFirst = !this.#hasHeard;
        if (this.#isFirst) {
          this.#hasHeard = true;
          this.#heardAt = performance.now();
        }
        this.#parser.push(buffer, count);
        this.#keepBody();
        if (count === buffer.length && count < LARGE_BUFFER_BYTES) {
          buffer = Buffer.alloc(LARGE_BUFFER_BYTES);
        }
      }
      if (!this.#isOver) this.#parser.end();
      this.#lose(undefined);
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Ends it when the service has closed it, or has sent something wrong. */
  #lose(cause: unknown): void {
    const exchange = this.#exchange;
    const isSilent = this.#isUsed && !this.#hasHeard;
    if (isSilent && !this.#isOver && exchange?.request.isIdempotent) {
      // The service had closed it before it got the request, most likely.
      this.#exchange = exchange.connection = undefined;
      this.close();
      this.#keeper.retry(exchange);
      return;
    }
    this.close(
      cause instanceof DriverError
        ? cause
        : new DriverError(`Cannot get a response: ${this.#whyLost(cause)}`, {
          cause,
        }),
    );
  }

  #whyLost(cause: unknown): string {
    if (cause !== undefined) return reasonOf(cause);
    return this.#head === undefined
      ? "the service closed the connection"
      : "the service closed the connection in the middle of it";
  }

  // What the parser finds.

  onHead(head: ResponseHead): boolean {
    const exchange = this.#exchange;
    if (exchange === undefined) {
      throw new DriverError("Cannot read a response: none was asked for");
    }
    this.#head = head;
    exchange.checkLength(head);
    return exchange.request.isHead;
  }

  onBody(piece: Uint8Array): void {
    this.#bodyBytes += piece.length;
    this.#exchange?.checkSize(this.#bodyBytes);
    this.#pieces.push(piece);
  }

  onEnd(): void {
    const exchange = this.#exchange;
    const head = this.#head;
    if (exchange === undefined || head === undefined) return;
    const pieces = this.#pieces;
    const [first] = pieces;
    const body = pieces.length === 1 && first !== undefined
      ? first
      : Buffer.concat(pieces, this.#bodyBytes);
    this.#head = undefined;
    this.#pieces = [];
    this.#copied = this.#bodyBytes = 0;
    this.#exchange = exchange.connection = undefined;
    this.#isUsed = true;
    const heardAt = this.#heardAt;
    exchange.firstByteMs += heardAt - this.#sentAt;
    if (!this.#isFirst) exchange.restMs += performance.now() - heardAt;
    if (!head.keepsAlive) this.close();
    else if (isSmall(exchange.request)) this.#keeper.onIdle(this);
    else setImmediate(() => this.#reuse());
    exchange.complete(head, body);
  }

  /** Keeps a connection whose large request has been read to its end. */
  #reuse(): void {
    if (this.#isOver) return;
    if (this.#unwritten === undefined) this.#keeper.onIdle(this);
    else this.close();
  }

  /** Copies what the next read would overwrite. */
  #keepBody(): void {
    const pieces = this.#pieces;
    while (this.#copied < pieces.length) {
      pieces[this.#copied] = new Uint8Array(pieces[this.#copied] ?? []);
      this.#copied++;
    }
  }
}

/** Returns whether a request is written in one call. */
function isSmall({ bytes, rest }: Http1Request): boolean {
  return rest.length === 0 && bytes.length <= SMALL_BYTES;
}
