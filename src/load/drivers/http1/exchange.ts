/**
 * One request of HTTP/1.1 and its response, redirects included.
 *
 * @module
 */
import type { OperationOutcome } from "../../driver.ts";
import { DriverError } from "../driver_error.ts";
import { type HttpOperation, outcomeOf, tooLarge } from "../http_outcome.ts";
import type { Http1Connection } from "./connection.ts";
import { contentOf } from "./content.ts";
import {
  type Http1Request,
  http1Request,
  isRedirect,
  redirected,
} from "./request.ts";
import type { ResponseHead } from "./response_parser.ts";

/** As many as `fetch` follows. */
const MAX_REDIRECTS = 20;

/** Where an exchange takes place. */
export interface ExchangeHost {
  /** Sends its requests. */
  readonly pool: { run(exchange: Http1Exchange): void };
  /** Where it is listed until it is over. */
  readonly underWay: { delete(exchange: Http1Exchange): void };
}

/** Settles once, with the outcome of the last response. */
export class Http1Exchange {
  request: Http1Request;
  /** Where the response comes from, if the request has been sent. */
  connection: Http1Connection | undefined;
  readonly signal: AbortSignal;
  readonly #operation: HttpOperation;
  readonly #host: ExchangeHost;
  readonly #resolve: (outcome: OperationOutcome) => void;
  readonly #reject: (error: unknown) => void;
  #redirects = 0;
  #isOver = false;

  constructor(
    request: Http1Request,
    operation: HttpOperation,
    signal: AbortSignal,
    host: ExchangeHost,
    resolve: (outcome: OperationOutcome) => void,
    reject: (error: unknown) => void,
  ) {
    this.request = request;
    this.#operation = operation;
    this.signal = signal;
    this.#host = host;
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
    this.#host.underWay.delete(this);
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
      const outcome = outcomeOf(this.#operation, status, type, content);
      this.#isOver = true;
      this.#host.underWay.delete(this);
      this.#resolve(outcome);
    } catch (error) {
      this.fail(error);
    }
  }

  #follow(status: number, location: string): void {
    if (++this.#redirects > MAX_REDIRECTS) {
      throw new DriverError(
        `Cannot follow the redirect: it is beyond the limit of ${MAX_REDIRECTS}`,
      );
    }
    const message = redirected(this.request.message, status, location);
    this.request = http1Request(message);
    this.#host.pool.run(this);
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
