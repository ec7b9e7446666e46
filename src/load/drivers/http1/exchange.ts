/**
 * One request of HTTP/1.1 and its response, redirects included.
 *
 * @module
 */
import type { OperationOutcome } from "../../driver.ts";
import { DriverError } from "../driver_error.ts";
import { type HttpOperation, outcomeOf, tooLarge } from "../http_outcome.ts";
import type { Cookies } from "../cookies.ts";
import { contentOf } from "./content.ts";
import {
  type Http1Request,
  http1Request,
  isRedirect,
  MAX_REDIRECTS,
  redirected,
  tooManyRedirects,
  withCookies,
} from "./request.ts";
import type { ResponseHead } from "./response_parser.ts";

/** Sends the requests of an exchange. */
export interface ExchangePool {
  run(exchange: Http1Exchange): void;
}

/** Whose exchange it is. */
export interface ExchangeUser {
  readonly signal: AbortSignal;
  /** Where it is listed until it is over. */
  readonly underWay: { delete(exchange: Http1Exchange): void };
  readonly cookies: Cookies;
  /** Whether the outcome has headers and cookies. */
  readonly wantsHeaders: boolean;
}

/** Settles once, with the outcome of the last response. */
export class Http1Exchange {
  request: Http1Request;
  /** Where the response comes from, or what is being opened for it. */
  connection: { close(): void } | undefined;
  /** For how long connections were opened, if any was. */
  connectMs: number | undefined;
  /** How long handshakes of TLS took, if there was any. */
  tlsMs: number | undefined;
  /** From the sending of requests to the first byte of the responses. */
  firstByteMs = 0;
  /** From there to the end of the responses. */
  restMs = 0;
  readonly signal: AbortSignal;
  readonly #operation: HttpOperation;
  readonly #pool: ExchangePool;
  readonly #user: ExchangeUser;
  readonly #resolve: (outcome: OperationOutcome) => void;
  readonly #reject: (error: unknown) => void;
  #redirects = 0;
  #isOver = false;

  constructor(
    request: Http1Request,
    operation: HttpOperation,
    pool: ExchangePool,
    user: ExchangeUser,
    resolve: (outcome: OperationOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    this.#operation = operation;
    this.signal = user.signal;
    this.#pool = pool;
    this.#user = user;
    this.request = this.#withCookies(request);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether nobody waits for it any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Gives it up; its connection is of no use any more. */
  abort(reason: unknown): void {
    this.fail(reason);
    this.connection?.close();
  }

  /** Ends it with an error, unless it is over. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#user.underWay.delete(this);
    this.#reject(error);
  }

  /** Refuses a body that is announced to be too large. */
  checkLength({ headers }: ResponseHead): void {
    const length = headerOf(headers, "content-length");
    if (length === undefined) return;
    if (!/^\d+$/.test(length)) {
      throw new DriverError(
        "Cannot read the response: its length is no number",
      );
    }
    if (!this.request.isHead) this.checkSize(Number(length));
  }

  /** Refuses a body that is too large. */
  checkSize(bytes: number): void {
    const { maxBodyBytes } = this.#operation;
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
  }

  /** Takes a response; the body is valid during the call alone. */
  complete({ status, headers }: ResponseHead, body: Uint8Array): void {
    if (this.#isOver) return;
    try {
      const { url } = this.request.message;
      const { cookies, wantsHeaders } = this.#user;
      if (this.#operation.keepsCookies) {
        const kept = headersOf(headers, "set-cookie");
        if (kept !== undefined) cookies.keep(url, kept);
      }
      const location = this.#operation.follows && isRedirect(status)
        ? headerOf(headers, "location")
        : undefined;
      if (location !== undefined) return this.#follow(status, location);
      const { maxBodyBytes } = this.#operation;
      const encoding = headerOf(headers, "content-encoding");
      const content = encoding === undefined
        ? body
        : contentOf(encoding, body, maxBodyBytes);
      const type = headerOf(headers, "content-type");
      let outcome = outcomeOf(this.#operation, status, type, content, this);
      if (this.connectMs !== undefined) outcome = this.#withOpening(outcome);
      this.#isOver = true;
      this.#user.underWay.delete(this);
      this.#resolve(
        wantsHeaders
          ? {
            ...outcome,
            headers: byName(headers),
            cookies: cookies.valuesFor(url),
          }
          : outcome,
      );
    } catch (error) {
      this.fail(error);
    }
  }

  #withOpening(outcome: OperationOutcome): OperationOutcome {
    const { connectMs, tlsMs } = this;
    return {
      ...outcome,
      ...connectMs === undefined ? {} : { connectMs },
      ...tlsMs === undefined ? {} : { tlsMs },
    };
  }

  #follow(status: number, location: string): void {
    if (++this.#redirects > MAX_REDIRECTS) throw tooManyRedirects();
    const message = redirected(this.request.message, status, location);
    this.request = this.#withCookies(http1Request(message));
    this.#pool.run(this);
  }

  #withCookies(request: Http1Request): Http1Request {
    if (!this.#operation.sendsCookies) return request;
    const cookies = this.#user.cookies.headerFor(request.message.url);
    return cookies === undefined
      ? request
      : { ...request, bytes: withCookies(request, cookies) };
  }
}

/** Returns the first header with a name in small letters. */
function headerOf(
  headers: readonly string[],
  name: string,
): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    const given = headers[index];
    if (given?.length === name.length && given.toLowerCase() === name) {
      return headers[index + 1];
    }
  }
  return undefined;
}

/** Returns all headers with a name, or nothing if there is none. */
function headersOf(
  headers: readonly string[],
  name: string,
): string[] | undefined {
  let found: string[] | undefined;
  for (let index = 0; index < headers.length; index += 2) {
    const given = headers[index];
    if (given?.length !== name.length || given.toLowerCase() !== name) continue;
    found ??= [];
    found.push(headers[index + 1] ?? "");
  }
  return found;
}

/** Returns headers by names in small letters, those of one name together. */
function byName(
  headers: readonly string[],
): { readonly [name: string]: string } {
  const all = new Map<string, string>();
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]?.toLowerCase() ?? "";
    const value = headers[index + 1] ?? "";
    const before = all.get(name);
    all.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(all);
}
