/**
 * How requests of HTTP get to a service and responses back.
 *
 * @module
 */
import type { OperationOutcome } from "../driver.ts";
import type { Cookies } from "./cookies.ts";
import { fetchError } from "./driver_error.ts";
import type { HttpBody } from "./http_body.ts";
import { outcomeOf, tooLarge } from "./http_outcome.ts";
import type { HttpMessage } from "./http_request.ts";
import type { Way } from "./http_way.ts";
import { decode } from "./payload.ts";
import type { RequestFiles } from "./request_files.ts";
import { Http1Exchange } from "./http1/exchange.ts";
import { Http1Pool } from "./http1/pool.ts";
import {
  type Http1Message,
  type Http1Request,
  http1Request,
  isRedirect,
  MAX_REDIRECTS,
  redirected,
  tooManyRedirects,
} from "./http1/request.ts";
import type { UnderWay } from "./http1/under_way.ts";

/** Sends requests over connections that it has. */
export interface Carrier extends AsyncDisposable {
  /**
   * Resolves to the outcome of the response; rejects if there is none, or the
   * request does not accept it, or with the reason of the signal.
   */
  send(message: HttpMessage, user: HttpUser): Promise<OperationOutcome>;
}

/** Who sends a request. */
export interface HttpUser {
  readonly signal: AbortSignal;
  readonly underWay: UnderWay;
  readonly cookies: Cookies;
  /** Whether the outcome has headers and cookies. */
  readonly wantsHeaders: boolean;
}

/** Opens connections for a way. */
export type OpenCarrier = (way: Way) => Carrier;

/** What our own connections can do; for all else there is `fetch`. */
const OWN_OPTIONS: ReadonlySet<string> = new Set(["caCerts", "http1", "http2"]);

/** Returns how connections with these options are opened. */
export function openCarriers(
  options: Deno.CreateHttpClientOptions,
  files: RequestFiles,
): OpenCarrier {
  const isPlain = Object.keys(options).every((name) => OWN_OPTIONS.has(name)) &&
    !hasProxy();
  return ({ version, caFile }) => {
    const caCerts = [
      ...options.caCerts ?? [],
      ...caFile === undefined ? [] : [decode(files.bytesOf(caFile))],
    ];
    if (version === "1.1" && isPlain) return new Http1Carrier(caCerts);
    const http2 = version === "2";
    return new FetchCarrier({ ...options, caCerts, http1: !http2, http2 });
  };
}

/** Returns whether the environment names a proxy, as far as it may be read. */
function hasProxy(): boolean {
  return PROXIES.flatMap((name) => [name, name.toLowerCase()])
    .some((variable) =>
      Deno.permissions.querySync({ name: "env", variable }).state ===
        "granted" && Boolean(Deno.env.get(variable))
    );
}

const PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/** Speaks HTTP/1.1 over connections of its own: three times as fast. */
class Http1Carrier implements Carrier {
  readonly #pool: Http1Pool;
  readonly #requests = new WeakMap<HttpMessage, Http1Request>();

  constructor(caCerts: readonly string[]) {
    this.#pool = new Http1Pool(caCerts);
  }

  send(message: HttpMessage, user: HttpUser): Promise<OperationOutcome> {
    return new Promise((resolve, reject) => {
      const exchange = new Http1Exchange(
        this.#requestOf(message),
        message,
        this.#pool,
        user,
        resolve,
        reject,
      );
      user.underWay.add(exchange);
      this.#pool.run(exchange);
    });
  }

  #requestOf(message: HttpMessage): Http1Request {
    const known = this.#requests.get(message);
    if (known !== undefined) return known;
    const { url, body } = message;
    // It refuses what `fetch` would.
    const { method, headers } = new Request(url, {
      method: message.method,
      headers: message.headers,
      ...body === undefined ? {} : { body: new Uint8Array() },
    });
    const request = http1Request({ url: new URL(url), method, headers, body });
    this.#requests.set(message, request);
    return request;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool[Symbol.asyncDispose]();
  }
}

/** Leaves all to `fetch`. */
class FetchCarrier implements Carrier {
  readonly #client: Deno.HttpClient;

  constructor(options: Deno.CreateHttpClientOptions) {
    this.#client = Deno.createHttpClient(options);
  }

  async send(
    message: HttpMessage,
    user: HttpUser,
  ): Promise<OperationOutcome> {
    const { cookies, wantsHeaders } = user;
    const { url, response } = await this.#follow(message, user);
    // Also of failed requests, or their connections cannot be reused.
    const body = await readBody(response, message.maxBodyBytes)
      .catch((error) => Promise.reject(fetchError(error)));
    const type = response.headers.get("content-type") ?? undefined;
    const outcome = outcomeOf(message, response.status, type, body);
    return wantsHeaders
      ? {
        ...outcome,
        headers: Object.fromEntries(response.headers),
        cookies: cookies.valuesFor(url),
      }
      : outcome;
  }

  /** Follows redirects here, as each response may have cookies. */
  async #follow(
    message: HttpMessage,
    { signal, cookies }: HttpUser,
  ): Promise<{ readonly url: URL; readonly response: Response }> {
    const { follows, keepsCookies, sendsCookies, method, headers, body } =
      message;
    let next: Http1Message = {
      url: new URL(message.url),
      method,
      headers,
      body,
    };
    for (let redirects = 0;; redirects++) {
      const cookie = sendsCookies ? cookies.headerFor(next.url) : undefined;
      const sent = new Headers(next.headers);
      if (cookie !== undefined) sent.set("cookie", cookie);
      const response = await fetch(next.url, {
        method: next.method,
        headers: sent,
        ...next.body === undefined ? {} : { body: contentOf(next.body) },
        redirect: "manual",
        client: this.#client,
        signal,
      }).catch((error) => Promise.reject(fetchError(error)));
      if (keepsCookies) cookies.keep(next.url, response.headers.getSetCookie());
      const { status } = response;
      const location = follows && isRedirect(status)
        ? response.headers.get("location")
        : null;
      if (location === null) return { url: next.url, response };
      await response.body?.cancel();
      if (redirects >= MAX_REDIRECTS) throw tooManyRedirects();
      next = redirected(next, status, location);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }
}

/** Returns a body in one piece. */
function contentOf({ pieces, length }: HttpBody): Uint8Array<ArrayBuffer> {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const content = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}

async function readBody(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? NaN);
  if (announced <= maxBytes) return await response.bytes();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Leaving the loop early cancels the body.
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > maxBytes || announced > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}
