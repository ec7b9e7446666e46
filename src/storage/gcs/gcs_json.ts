/**
 * The documents of the JSON API of Google Cloud Storage.
 *
 * @module
 */
import type { ObjectDetails } from "../object_storage.ts";

/** What is known of an object, and which put has written it. */
export interface GcsObject extends ObjectDetails {
  readonly putId: string | undefined;
}

/** A page of a list. */
export interface GcsPage {
  readonly objects: readonly GcsObject[];
  readonly nextPageToken: string | undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Reads an object's document, or returns `undefined` if it is none. */
export function readGcsObject(json: string): GcsObject | undefined {
  return objectOf(parse(json));
}

function objectOf(value: unknown): GcsObject | undefined {
  const { name, size, etag, contentType, updated, metadata } = Object(value);
  if (typeof name !== "string" || !/^\d+$/.test(String(size))) return undefined;
  const { putId } = Object(metadata);
  const modifiedAt = Date.parse(String(updated));
  return {
    key: name,
    size: Number(size),
    etag: typeof etag === "string" ? etag : "",
    contentType: typeof contentType === "string"
      ? contentType
      : "application/octet-stream",
    modifiedAt: Number.isNaN(modifiedAt) ? 0 : modifiedAt,
    putId: typeof putId === "string" ? putId : undefined,
  };
}

/** Reads a page of a list, or returns `undefined` if it is none. */
export function readGcsPage(json: string): GcsPage | undefined {
  const { kind, items = [], nextPageToken } = Object(parse(json));
  if (kind !== "storage#objects" || !Array.isArray(items)) return undefined;
  return {
    objects: items.map(objectOf).filter((one) => one !== undefined),
    nextPageToken: typeof nextPageToken === "string"
      ? nextPageToken
      : undefined,
  };
}

/** Reads why a request was refused. */
export function readGcsRefusal(
  text: string,
  status: number,
): { readonly code: string; readonly message: string } {
  const { error } = Object(parse(text));
  const { message, errors } = Object(error);
  const { reason } = Object(Array.isArray(errors) ? errors[0] : undefined);
  return {
    code: typeof reason === "string" ? reason : String(status),
    message: typeof message === "string"
      ? message
      : text.slice(0, 200) || `the response has status ${status}`,
  };
}

/** A body that has the metadata of an object, and its bytes. */
export interface MultipartBody {
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Returns the body that writes an object in one request. */
export function multipartOf(
  metadata: { readonly contentType: string },
  bytes: Uint8Array<ArrayBuffer>,
): MultipartBody {
  // One that no object contains.
  const boundary = `troupe-${crypto.randomUUID()}`;
  const { contentType } = metadata;
  const utf8 = new TextEncoder();
  const head = utf8.encode(
    `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${
      JSON.stringify(metadata)
    }\r\n--${boundary}\r\nContent-Type: ${contentType}\r\n\r\n`,
  );
  const tail = utf8.encode(`\r\n--${boundary}--\r\n`);
  const body = new Uint8Array(head.length + bytes.length + tail.length);
  body.set(head);
  body.set(bytes, head.length);
  body.set(tail, head.length + bytes.length);
  return { contentType: `multipart/related; boundary=${boundary}`, body };
}
