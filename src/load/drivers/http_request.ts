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
  name,
  object,
  type ObjectRule,
  optional,
  type Rule,
  text,
  texts,
  whole,
} from "../scenario/rule.ts";
import type { HttpOperation } from "./http_outcome.ts";
import { bodyOf, formBody, type FormPart, type HttpBody } from "./http_body.ts";
import { encode } from "./payload.ts";
import { type RequestFiles, typeOf } from "./request_files.ts";
import { CA_FILE_MEANT, caFileRule } from "./trusting_clients.ts";
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
   * The path of a file that is the body, instead of `body`: from the folder of
   * the scenario, or in code from the current directory. It is read once, before
   * the run unless `${…}` is in its path, and its name says the type of the
   * content, unless `headers` do. All files together have at most 256 MiB.
   */
  readonly bodyFile?: string;
  /**
   * The fields of a form in `multipart/form-data`, instead of `body`: texts, and
   * files that are read like a `bodyFile`. A file has its own name for the
   * service, and its type by that, unless `fileName` and `type` say otherwise; a
   * text has no type of its own.
   */
  readonly multipart?: readonly (
    | { readonly name: string; readonly value: string; readonly type?: string }
    | {
      readonly name: string;
      readonly file: string;
      readonly fileName?: string;
      readonly type?: string;
    }
  )[];
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
   * The version of HTTP that is spoken, and no other one. With HTTP/2 all
   * concurrent requests share one connection, or one for each user.
   * @default {that of the driver}
   */
  readonly version?: "1.1" | "2" | 1.1 | 2;
  /**
   * Whether all users share one pool, or each user has connections of its own.
   * @default {that of the driver}
   */
  readonly connections?: "shared" | "per_user";
  /**
   * The path of a file of certificates in PEM that are trusted, beside those of
   * the system: from the folder of the scenario, or in code from the current
   * directory.
   */
  readonly caFile?: string;
  /**
   * Whether the user keeps the cookies of the response, and sends those that it
   * has. A `cookie` header of the request takes their place.
   * @default {true}
   */
  readonly cookies?: boolean;
}

/** Returns which requests are valid. */
export function httpRequestRule(files: RequestFiles): ObjectRule {
  const file: Rule = {
    kind: "text",
    refuses: (path) => files.refuses(path),
  };
  const fields = object<HttpRequest>({
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
    bodyFile: optional(file),
    multipart: optional(list({
      kind: "shape",
      by: "file",
      having: object<FilePart>({
        name,
        file,
        fileName: optional(name),
        type: optional(mediaType),
      }),
      lacking: object<TextPart>({
        name,
        value: text,
        type: optional(mediaType),
      }),
    }, 1)),
    redirect: optional(choice("follow", "manual")),
    statuses: optional(list(whole(100, 599), 1)),
    maxBodyBytes: optional(bytes),
    version: optional({
      kind: "choice",
      of: ["1.1", "2"] satisfies HttpVersion[],
      orNumber: true,
    }),
    connections: optional(choice("shared", "per_user")),
    caFile: caFileRule(files),
    cookies: optional(flag),
  }, ["body", "json", "bodyFile", "multipart"]);
  return { ...fields, meant: MEANT };
}

type Part = NonNullable<HttpRequest["multipart"]>[number];
type FilePart = Extract<Part, { readonly file: string }>;
type TextPart = Exclude<Part, FilePart>;

/** A version of HTTP that can be spoken. */
export type HttpVersion = "1.1" | "2";

/** What other load generators, and older versions, call it. */
const MEANT = {
  http2: "version",
  httpVersion: "version",
  ...CA_FILE_MEANT,
  data: "body",
  file: "bodyFile",
  files: "multipart",
  form: "multipart",
  formData: "multipart",
};

const mediaType: Rule = {
  kind: "text",
  refuses: (type) =>
    /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+\s*(;[^\r\n]*)?$/.test(type)
      ? undefined
      : `is ${
        JSON.stringify(type)
      }, it must be a media type such as "image/png"`,
};

const DEFAULT_MAX_BODY_BYTES = 16_777_216;

/** A request that is prepared once, and sent again and again. */
export interface HttpMessage extends HttpOperation {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: HttpBody | undefined;
}

/**
 * Prepares a request.
 *
 * @throws {DriverError} if one of its files cannot be read.
 */
export function httpMessage(
  request: HttpRequest,
  files: RequestFiles,
): HttpMessage {
  const headers = new Headers(request.headers);
  const { body, type } = contentOf(request, files);
  // The boundary of a form is in its type, which nobody else knows.
  if (
    type !== undefined &&
    (request.multipart !== undefined || !headers.has("content-type"))
  ) headers.set("content-type", type);
  const { redirect = "follow", statuses, maxBodyBytes } = request;
  const { method = body === undefined ? "GET" : "POST" } = request;
  return {
    url: request.url,
    method,
    headers,
    body,
    sentBytes: body?.length ?? 0,
    statuses: statuses && new Set(statuses),
    maxBodyBytes: maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    follows: redirect === "follow",
    keepsCookies: request.cookies ?? true,
    sendsCookies: (request.cookies ?? true) && !headers.has("cookie"),
  };
}

function contentOf(
  { body, json, bodyFile, multipart }: HttpRequest,
  files: RequestFiles,
): { readonly body?: HttpBody; readonly type?: string } {
  if (multipart !== undefined) {
    const boundary = `troupe-${crypto.randomUUID()}`;
    const parts: readonly FormPart[] = multipart;
    return {
      body: formBody(parts, boundary, (file) => files.bytesOf(file)),
      type: `multipart/form-data; boundary=${boundary}`,
    };
  }
  if (bodyFile !== undefined) {
    return { body: bodyOf(files.bytesOf(bodyFile)), type: typeOf(bodyFile) };
  }
  if (json !== undefined) {
    return {
      body: bodyOf(encode(JSON.stringify(json))),
      type: "application/json",
    };
  }
  return body === undefined ? {} : { body: bodyOf(encode(body)) };
}
