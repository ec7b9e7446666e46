/**
 * The requests of the driver for HTTP.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import {
  choice,
  flag,
  json,
  list,
  object,
  type ObjectRule,
  optional,
  text,
  texts,
  whole,
} from "../scenario/rule.ts";
import type { HttpOperation } from "./http_outcome.ts";
import { encode } from "./payload.ts";
import { bytes, url } from "./request_rules.ts";

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
  /**
   * Whether HTTP/2 is spoken, and nothing else: all concurrent requests share
   * one connection then.
   * @default {that of the driver}
   */
  readonly http2?: boolean;
  /**
   * Whether all users share one pool, or each user has connections of its own.
   * @default {that of the driver}
   */
  readonly connections?: "shared" | "per_user";
  /**
   * Whether the user keeps the cookies of the response, and sends those that it
   * has. A `cookie` header of the request takes their place.
   * @default {true}
   */
  readonly cookies?: boolean;
}

/** Which requests are valid. */
export const httpRequestRule: ObjectRule = object<HttpRequest>({
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
  http2: optional(flag),
  connections: optional(choice("shared", "per_user")),
  cookies: optional(flag),
}, ["body", "json"]);

const DEFAULT_MAX_BODY_BYTES = 16_777_216;

/** A request that is prepared once, and sent again and again. */
export interface HttpMessage extends HttpOperation {
  readonly url: string;
  readonly init: RequestInit & {
    readonly method: string;
    readonly headers: Headers;
    readonly body?: Uint8Array<ArrayBuffer>;
  };
}

/** Prepares a request. */
export function httpMessage(request: HttpRequest): HttpMessage {
  const { json, body = json === undefined ? undefined : JSON.stringify(json) } =
    request;
  const { method = body === undefined ? "GET" : "POST" } = request;
  const { redirect = "follow", statuses, maxBodyBytes } = request;
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
      redirect,
      ...(payload === undefined ? {} : { body: payload }),
    },
    sentBytes: payload?.length ?? 0,
    statuses: statuses && new Set(statuses),
    maxBodyBytes: maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    follows: redirect === "follow",
    keepsCookies: request.cookies ?? true,
    sendsCookies: (request.cookies ?? true) && !headers.has("cookie"),
  };
}
