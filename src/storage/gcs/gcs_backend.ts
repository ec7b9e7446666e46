/**
 * Objects in a bucket of Google Cloud Storage, by its JSON API.
 *
 * @module
 */
import { reasonOf } from "../../checks/internal.ts";
import type {
  Backend,
  CheckedRange,
  ListRequest,
  OpenedObject,
  WriteOptions,
} from "../backend.ts";
import { HttpExchange } from "../http/http_exchange.ts";
import { PartReader } from "../http/part_reader.ts";
import { discard, openedBy, rangeHeader, textOf } from "../http/responses.ts";
import type { ResolvedTransfer } from "../http/transfer_options.ts";
import {
  conflictError,
  existsError,
  notFoundError,
  rangeError,
} from "../known_errors.ts";
import { compareKeys } from "../object_key.ts";
import type { ObjectDetails, ObjectInfo } from "../object_storage.ts";
import type { PutSource } from "../put_source.ts";
import { ObjectNotFoundError, StorageRefusedError } from "../storage_errors.ts";
import {
  type GcsObject,
  type MultipartBody,
  multipartOf,
  readGcsObject,
  readGcsPage,
  readGcsRefusal,
} from "./gcs_json.ts";
import { ResumableUpload } from "./resumable_upload.ts";

/** The most objects of a page. */
const MAX_PAGE = 1000;
/** What the bytes of a part must be a multiple of. */
const STEP_BYTES = 2 ** 18;

/** What the backend needs to know. */
export interface GcsBackendOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly token: () => string | Promise<string>;
  readonly transfer: ResolvedTransfer;
}

/** A request, as far as the backend writes it. */
export interface GcsRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Requests about one bucket, over the JSON API of Google Cloud Storage. */
export class GcsBackend implements Backend {
  readonly name = "gcs";
  readonly #options: GcsBackendOptions;
  readonly #exchange: HttpExchange;

  constructor(options: GcsBackendOptions) {
    this.#options = options;
    const { token, transfer } = options;
    this.#exchange = new HttpExchange(async ({ headers = {} }) => {
      const signed = new Headers(headers);
      signed.set("authorization", `Bearer ${await tokenOf(token)}`);
      return signed;
    }, transfer);
  }

  /** Sends a request. */
  async send(
    what: string,
    request: GcsRequest,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    return await this.#exchange.send(what, request, signal);
  }

  #objectUrl(key: string, query: Readonly<Record<string, string>> = {}) {
    const { endpoint, bucket } = this.#options;
    const url = `${endpoint}/storage/v1/b/${bucket}/o/${
      encodeURIComponent(key)
    }`;
    const search = new URLSearchParams(query).toString();
    return search === "" ? url : `${url}?${search}`;
  }

  async write(
    key: string,
    source: PutSource,
    { contentType, ifAbsent, signal }: WriteOptions,
  ): Promise<string> {
    // It spares the transfer.
    if (ifAbsent && await this.#exists(key, signal)) throw existsError(key);
    const { endpoint, bucket, transfer } = this.#options;
    const parts = new PartReader(
      source,
      Math.floor(transfer.partBytes / STEP_BYTES) * STEP_BYTES,
    );
    const first = await parts.next();
    const putId = crypto.randomUUID();
    const metadata = { name: key, contentType, metadata: { putId } };
    const url = (uploadType: string) => {
      const query = new URLSearchParams({
        uploadType,
        ...(ifAbsent ? { ifGenerationMatch: "0" } : {}),
      });
      return `${endpoint}/upload/storage/v1/b/${bucket}/o?${query}`;
    };
    let written: GcsObject | undefined;
    if (first.isLast) {
      source.finish();
      const body = multipartOf(metadata, first.bytes);
      written = await this.#upload(key, url("multipart"), body, signal);
    } else {
      const upload = new ResumableUpload(this, key, {
        url: url("resumable"),
        metadata,
        signal,
        clock: transfer.clock,
      });
      written = await upload.run(parts, first, source);
    }
    if (written !== undefined) return written.etag;
    return await this.#etagIfOurs(key, putId, signal);
  }

  /**
   * Returns the etag of the object if this put has written it: the response to
   * an earlier try may have been lost.
   */
  async #etagIfOurs(
    key: string,
    putId: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    try {
      const object = await this.#find(key, signal);
      if (object.putId === putId) return object.etag;
    } catch (error) {
      if (error instanceof ObjectNotFoundError) throw conflictError(key);
      throw error;
    }
    throw existsError(key);
  }

  /** Writes an object in one request; `undefined` as in `ResumableUpload`. */
  async #upload(
    key: string,
    url: string,
    { contentType, body }: MultipartBody,
    signal: AbortSignal | undefined,
  ): Promise<GcsObject | undefined> {
    const response = await this.send(`put ${key}`, {
      method: "POST",
      url,
      headers: { "content-type": contentType },
      body,
    }, signal);
    if (response.ok) return readGcsObject(await textOf(response));
    const error = await this.refusal("put", key, response);
    // It may be this put that has made it: the response may have been lost.
    if (response.status === 412) return undefined;
    throw error;
  }

  async #exists(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    try {
      await this.#find(key, signal);
      return true;
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return false;
      throw error;
    }
  }

  async #find(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<GcsObject> {
    const response = await this.send(`find ${key}`, {
      method: "GET",
      url: this.#objectUrl(key),
    }, signal);
    if (!response.ok) throw await this.refusal("find", key, response);
    const object = readGcsObject(await textOf(response));
    if (object !== undefined) return object;
    throw unexpected(`find ${key}`, response.status);
  }

  async read(
    key: string,
    range: CheckedRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<OpenedObject> {
    const response = await this.send(`get ${key}`, {
      method: "GET",
      url: this.#objectUrl(key, { alt: "media" }),
      headers: rangeHeader(range),
    }, signal);
    if (response.ok) return openedBy(key, range, response);
    if (response.status !== 416) {
      throw await this.refusal("get", key, response);
    }
    await discard(response);
    throw rangeError(key, range, undefined);
  }

  async head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<ObjectDetails> {
    const { putId: _, ...details } = await this.#find(key, signal);
    return details;
  }

  async remove(key: string, signal: AbortSignal | undefined): Promise<void> {
    const response = await this.send(`delete ${key}`, {
      method: "DELETE",
      url: this.#objectUrl(key),
    }, signal);
    if (response.ok) return await discard(response);
    const error = await this.refusal("delete", key, response);
    if (!(error instanceof ObjectNotFoundError)) throw error;
  }

  async *pages(
    { prefix, after, limit, signal }: ListRequest,
  ): AsyncGenerator<ObjectInfo[]> {
    const { endpoint, bucket } = this.#options;
    let token: string | undefined;
    do {
      const query = new URLSearchParams({
        // One more: the list begins with what it is to come after.
        maxResults: String(Math.min(limit + 1, MAX_PAGE)),
        ...(prefix === "" ? {} : { prefix }),
        ...(after === "" ? {} : { startOffset: after }),
        ...(token === undefined ? {} : { pageToken: token }),
      });
      const response = await this.send(`list ${prefix}`, {
        method: "GET",
        url: `${endpoint}/storage/v1/b/${bucket}/o?${query}`,
      }, signal);
      if (!response.ok) throw await this.refusal("list", prefix, response);
      const page = readGcsPage(await textOf(response));
      if (page === undefined) throw unexpected("list", response.status);
      yield page.objects
        .filter(({ key }) => after === "" || compareKeys(key, after) > 0)
        .map(({ putId: _, contentType: __, ...info }) => info);
      token = page.nextPageToken;
    } while (token !== undefined);
  }

  /** Returns the error for a response that refuses something. */
  async refusal(
    verb: string,
    key: string,
    response: Response,
  ): Promise<Error> {
    const { status } = response;
    const { code, message } = readGcsRefusal(await textOf(response), status);
    // The bucket is missing, too, with that status; then the message says so.
    if (status === 404 && !/bucket/i.test(message)) return notFoundError(key);
    if (status === 412) return existsError(key);
    return new StorageRefusedError(
      `Cannot ${verb} ${key}: ${code}: ${message}`,
      code,
      status,
    );
  }
}

async function tokenOf(token: () => string | Promise<string>): Promise<string> {
  let value: unknown;
  try {
    value = await token();
  } catch (cause) {
    throw new StorageRefusedError(
      `Cannot get a token: ${reasonOf(cause)}`,
      "no_token",
      undefined,
      { cause },
    );
  }
  if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
  throw new TypeError(
    "Cannot use what token() returns: it is no token, it must be printable ASCII without spaces",
  );
}

/** The error of a response that cannot be read. */
export function unexpected(what: string, status: number): StorageRefusedError {
  return new StorageRefusedError(
    `Cannot ${what}: the response is not what the JSON API sends, see the endpoint`,
    "unexpected_response",
    status,
  );
}
