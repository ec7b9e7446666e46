/**
 * The driver for HTTP.
 *
 * @module
 */
import { checkOneOf } from "../../checks/internal.ts";
import type {
  Driver,
  DriverSession,
  OperationCall,
  OperationOutcome,
} from "../driver.ts";
import {
  choice,
  json,
  list,
  object,
  optional,
  text,
  texts,
  whole,
} from "../scenario/rule.ts";
import type { JsonValue } from "../../codec/mod.ts";
import { DriverError, fetchError } from "./driver_error.ts";
import { decode, decodeText, encode, jsonOrText } from "./payload.ts";
import { RequestReader } from "./request_reader.ts";
import { bytes, url } from "./request_rules.ts";
import { Shared } from "./shared.ts";

/** The request of an operation with the driver `http`. */
export interface HttpRequest {
  /** The URL, which starts with `http:` or `https:`. */
  readonly url: string;
  /**
   * The HTTP method, such as `"PUT"`.
   * @default {"GET", or "POST" with a body}
   */
  readonly method?: string;
  /** The headers of the request, by name. */
  readonly headers?: { readonly [name: string]: string };
  /** The body of the request as text. */
  readonly body?: string;
  /** The body of the request as JSON, instead of `body`. */
  readonly json?: JsonValue;
  /**
   * Whether redirects are followed, or returned as the response.
   * @default {"follow"}
   */
  readonly redirect?: "follow" | "manual";
  /**
   * The status codes with which the operation succeeds.
   * @default {all below 400}
   */
  readonly statuses?: readonly number[];
  /**
   * The largest response body in bytes; the operation fails above it.
   * @default {16777216}
   */
  readonly maxBodyBytes?: number;
}

/** Options of {@linkcode httpDriver}. */
export interface HttpDriverOptions {
  /**
   * Whether all users share one pool, which has as many connections as there
   * are concurrent requests, or each user has connections of its own, as
   * browsers do, for some 150 KB each.
   * @default {"shared"}
   */
  readonly connections?: "shared" | "per_user";
  /** Options of the client, such as certificates or a proxy. */
  readonly client?: Deno.CreateHttpClientOptions;
}

const rule = object<HttpRequest>({
  url: url("http:", "https:"),
  method: optional({
    kind: "text",
    refuses: (method) =>
      /^[A-Za-z]+$/.test(method)
        ? undefined
        : `is ${JSON.stringify(method)}, it must be a method such as "GET"`,
  }),
  headers: optional(texts),
  body: optional(text),
  json: optional(json),
  redirect: optional(choice("follow", "manual")),
  statuses: optional(list(whole(100, 599), 1)),
  maxBodyBytes: optional(bytes),
}, ["body", "json"]);

const DEFAULT_MAX_BODY_BYTES = 16_777_216;

interface Prepared {
  readonly url: string;
  readonly init: RequestInit;
  readonly sentBytes: number;
  readonly statuses: ReadonlySet<number> | undefined;
  readonly maxBodyBytes: number;
}

/** A client that is closed with its last user. */
interface Client extends AsyncDisposable {
  readonly client: Deno.HttpClient;
}

/**
 * Makes a driver for HTTP/1.1 and HTTP/2. An operation ends when the whole
 * response was received, and fails if the status is 400 or more, unless
 * `statuses` lists it. Checks can use `status`, the media type as `type`, and
 * `body` if it is text or JSON, by its type or, without one, by its content.
 *
 * @example
 * ```ts
 * import { httpDriver } from "@troupe/troupe/load";
 *
 * const driver = httpDriver({ connections: "per_user" });
 * console.assert(driver.validate({ url: "ftp://localhost/" }).length === 1);
 * ```
 */
export function httpDriver(options: HttpDriverOptions = {}): Driver {
  const { connections = "shared", client = {} } = options;
  checkOneOf("connections", connections, ["shared", "per_user"]);
  const requests = new RequestReader(rule, prepare);
  const shared = new Shared(() => Promise.resolve(openClient(client)));
  return {
    validate: (request) => requests.validate(request),
    async open(): Promise<DriverSession> {
      const isShared = connections === "shared";
      const own = isShared ? await shared.acquire() : openClient(client);
      return {
        perform: async (call) =>
          await perform(requests.of(call), own.client, call),
        [Symbol.asyncDispose]: () =>
          isShared ? shared.release() : own[Symbol.asyncDispose]().then(),
      };
    },
  };
}

function openClient(options: Deno.CreateHttpClientOptions): Client {
  const client = Deno.createHttpClient(options);
  return {
    client,
    [Symbol.asyncDispose]: () => Promise.resolve(client.close()),
  };
}

function prepare(request: HttpRequest): Prepared {
  const { json, body = json === undefined ? undefined : JSON.stringify(json) } =
    request;
  const { method = body === undefined ? "GET" : "POST" } = request;
  const headers = new Headers(request.headers);
  if (json !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/json");
  }
  const payload = body === undefined ? undefined : encode(body);
  return {
    url: request.url,
    init: {
      method,
      headers,
      redirect: request.redirect ?? "follow",
      ...(payload === undefined ? {} : { body: payload }),
    },
    sentBytes: payload?.length ?? 0,
    statuses: request.statuses && new Set(request.statuses),
    maxBodyBytes: request.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
  };
}

async function perform(
  { url, init, sentBytes, statuses, maxBodyBytes }: Prepared,
  client: Deno.HttpClient,
  { signal }: OperationCall,
): Promise<OperationOutcome> {
  const response = await fetch(url, { ...init, client, signal })
    .catch((error) => Promise.reject(fetchError(error)));
  // Also of failed requests, or their connections cannot be reused.
  const body = await readBody(response, maxBodyBytes);
  const { status } = response;
  if (statuses === undefined ? status >= 400 : !statuses.has(status)) {
    throw new DriverError(
      `Cannot accept the response: its status is ${status}`,
    );
  }
  const type = response.headers.get("content-type");
  const outcome = { status, sentBytes, receivedBytes: body.length };
  if (type === null) return { ...outcome, ...untyped(body) };
  const kind = kindOf(type);
  if (kind === "other") return { ...outcome, type: mediaTypeOf(type) };
  const text = decode(body);
  return {
    ...outcome,
    type: mediaTypeOf(type),
    body: kind === "json" ? jsonOrText(text) : text,
  };
}

/**
 * Returns the body of a response that does not say what it is: JSON if it is an
 * object or an array, or else text if it is valid UTF-8.
 */
function untyped(body: Uint8Array): { readonly body?: JsonValue } {
  const text = decodeText(body);
  if (text === undefined) return {};
  return { body: /^\s*[[{]/.test(text) ? jsonOrText(text) : text };
}

function mediaTypeOf(type: string): string {
  const [media = ""] = type.split(";");
  return media.trim().toLowerCase();
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
    if (size > maxBytes || announced > maxBytes) {
      throw new DriverError(
        `Cannot accept the response: it has more than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}

function kindOf(type: string): "json" | "text" | "other" {
  if (/[/+]json\b/.test(type)) return "json";
  return /^text\/|xml|javascript|urlencoded/.test(type) ? "text" : "other";
}
