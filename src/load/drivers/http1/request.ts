/**
 * Requests as they are written to a connection of HTTP/1.1: pure decisions
 * without I/O.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { DriverError } from "../driver_error.ts";
import type { HttpBody } from "../http_body.ts";

/** What is asked for; redirects make others of it. */
export interface Http1Message {
  readonly url: URL;
  /** The method in capital letters, as far as HTTP knows it. */
  readonly method: string;
  readonly headers: Headers;
  readonly body: HttpBody | undefined;
}

/** A request with its bytes, which are the same each time that it is sent. */
export interface Http1Request {
  readonly message: Http1Message;
  /** The scheme, host and port: connections are kept by it. */
  readonly origin: string;
  readonly hostname: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** The head, with the body after it if both are small. */
  readonly bytes: Uint8Array;
  /** The pieces of a body that is larger. */
  readonly rest: readonly Uint8Array[];
  /** Whether the response has a head alone. */
  readonly isHead: boolean;
  /** Whether the service may get the request twice. */
  readonly isIdempotent: boolean;
}

/** A request up to this size is written in one call. */
export const SMALL_BYTES = 16_384;

const IDEMPOTENT = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
/** The headers that belong to the connection, not to whoever asks. */
const OWN = ["host", "content-length", "transfer-encoding"];
/** What `fetch` sends too, unless the request says otherwise. */
const DEFAULTS = {
  "accept": "*/*",
  "accept-language": "*",
  "user-agent": `Deno/${Deno.version.deno}`,
};

/** Prepares a request. */
export function http1Request(message: Http1Message): Http1Request {
  const { url, method, body } = message;
  const isSecure = url.protocol === "https:";
  const head = headOf(message);
  const isSmall = head.length + (body?.length ?? 0) <= SMALL_BYTES;
  const pieces = body?.pieces ?? [];
  return {
    message,
    origin: url.origin,
    hostname: url.hostname,
    port: Number(url.port) || (isSecure ? 443 : 80),
    isSecure,
    bytes: isSmall ? Buffer.concat([head, ...pieces]) : head,
    rest: isSmall ? [] : pieces,
    isHead: method === "HEAD",
    isIdempotent: IDEMPOTENT.includes(method) && body === undefined,
  };
}

function headOf({ url, method, headers, body }: Http1Message): Buffer {
  const sent = new Headers(headers);
  for (const name of OWN) sent.delete(name);
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (!sent.has(name)) sent.set(name, value);
  }
  if (!sent.has("accept-encoding")) {
    // A part of a compressed body could not be read.
    sent.set("accept-encoding", sent.has("range") ? "identity" : "gzip,br");
  }
  if ((url.username || url.password) && !sent.has("authorization")) {
    const [name, password] = [url.username, url.password]
      .map(decodeURIComponent);
    const credentials = Buffer.from(`${name}:${password}`).toString("base64");
    sent.set("authorization", `Basic ${credentials}`);
  }
  if (body !== undefined || method === "POST" || method === "PUT") {
    sent.set("content-length", `${body?.length ?? 0}`);
  }
  const head = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `host: ${url.host}`,
    ...[...sent].map(([name, value]) => `${name}: ${value}`),
    "\r\n",
  ].join("\r\n");
  return Buffer.from(head, "latin1");
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What is about the body, which some redirects take away. */
const OF_BODY = [
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
];
/** What is not for another origin. */
const SECRETS = ["authorization", "proxy-authorization", "cookie"];

/** As many as `fetch` follows. */
export const MAX_REDIRECTS = 20;

/** Makes the error of more redirects than that. */
export function tooManyRedirects(): DriverError {
  return new DriverError(
    `Cannot follow the redirect: it is beyond the limit of ${MAX_REDIRECTS}`,
  );
}

/** Returns the bytes of a request with cookies after its first line. */
export function withCookies(
  { bytes }: Http1Request,
  cookies: string,
): Uint8Array {
  const request = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const head = request.indexOf("\r\n") + 2;
  return Buffer.concat([
    request.subarray(0, head),
    Buffer.from(`cookie: ${cookies}\r\n`, "latin1"),
    request.subarray(head),
  ]);
}

/** Returns whether a status asks to send the request elsewhere. */
export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Returns the request that a redirect asks for, as the Fetch standard has it.
 *
 * @throws {DriverError} if the location is no URL of HTTP.
 */
export function redirected(
  { url, method, headers, body }: Http1Message,
  status: number,
  location: string,
): Http1Message {
  const next = URL.parse(location, url.href);
  if (next === null || !/^https?:$/.test(next.protocol)) {
    throw new DriverError(
      "Cannot follow the redirect: its location is no URL of HTTP",
    );
  }
  const kept = new Headers(headers);
  const becomesGet = status === 303
    ? method !== "GET" && method !== "HEAD"
    : status < 303 && method === "POST";
  if (becomesGet) { for (const name of OF_BODY) kept.delete(name); }
  if (next.origin !== url.origin) {
    for (const name of SECRETS) kept.delete(name);
  }
  return {
    url: next,
    method: becomesGet ? "GET" : method,
    headers: kept,
    body: becomesGet ? undefined : body,
  };
}
