/**
 * What a response of HTTP is to a load test: pure decisions without I/O.
 *
 * @module
 */
import type { JsonValue } from "../../codec/mod.ts";
import type { OperationOutcome } from "../driver.ts";
import { DriverError } from "./driver_error.ts";
import { decode, decodeText, exampleText, jsonOrText } from "./payload.ts";

/** What an operation accepts as a response. */
export interface HttpOperation {
  readonly sentBytes: number;
  /** The status codes of success; all below 400 without it. */
  readonly statuses: ReadonlySet<number> | undefined;
  readonly maxBodyBytes: number;
  /** Whether redirects are followed. */
  readonly follows: boolean;
  /** Whether cookies of responses are kept. */
  readonly keepsCookies: boolean;
  /** Whether the cookies that were kept are sent. */
  readonly sendsCookies: boolean;
}

/** What is known of the time of a response, in milliseconds. */
export interface ResponseParts {
  readonly firstByteMs: number;
  readonly restMs: number;
}

/** Returns the error of a body that is too large. */
export function tooLarge(maxBytes: number): DriverError {
  return new DriverError(
    `Cannot accept the response: it has more than ${maxBytes} bytes`,
  );
}

/**
 * Returns the outcome of a whole response; its body may be overwritten then.
 *
 * @throws {DriverError} if its status is not one of success.
 */
export function outcomeOf(
  { sentBytes, statuses }: HttpOperation,
  status: number,
  type: string | undefined,
  body: Uint8Array,
  parts?: ResponseParts,
): OperationOutcome {
  if (statuses === undefined ? status >= 400 : !statuses.has(status)) {
    throw new DriverError(
      `Cannot accept the response: its status is ${status}`,
      { received: { status, body: exampleText(body) } },
    );
  }
  const receivedBytes = body.length;
  if (type === undefined) {
    return {
      status,
      sentBytes,
      receivedBytes,
      ...known(parts),
      ...untyped(body),
    };
  }
  const { media, kind } = mediaOf(type);
  if (kind === "other") {
    return {
      status,
      sentBytes,
      receivedBytes,
      ...known(parts),
      type: media,
    };
  }
  const text = decode(body);
  const content = kind === "json" ? jsonOrText(text) : text;
  if (parts === undefined) {
    return { status, sentBytes, receivedBytes, type: media, body: content };
  }
  // Most responses: nothing is copied.
  return {
    status,
    sentBytes,
    receivedBytes,
    firstByteMs: parts.firstByteMs,
    restMs: parts.restMs,
    type: media,
    body: content,
  };
}

function known(parts: ResponseParts | undefined): Partial<ResponseParts> {
  if (parts === undefined) return {};
  return { firstByteMs: parts.firstByteMs, restMs: parts.restMs };
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

interface Media {
  /** The media type without parameters. */
  readonly media: string;
  readonly kind: "json" | "text" | "other";
}

let lastType = "";
let lastMedia: Media = { media: "", kind: "other" };

/** Reads a content type; the last one is known, as most responses share it. */
function mediaOf(type: string): Media {
  if (type === lastType) return lastMedia;
  const [media = ""] = type.split(";");
  lastType = type;
  lastMedia = { media: media.trim().toLowerCase(), kind: kindOf(type) };
  return lastMedia;
}

function kindOf(type: string): Media["kind"] {
  if (/[/+]json\b/.test(type)) return "json";
  return /^text\/|xml|javascript|urlencoded/.test(type) ? "text" : "other";
}
