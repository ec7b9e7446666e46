/**
 * Objects in a bucket of S3, or of what speaks its protocol.
 *
 * @module
 */
import type {
  Backend,
  CheckedRange,
  ListRequest,
  OpenedObject,
  WriteOptions,
} from "../backend.ts";
import { HttpExchange, type Signer } from "../http/http_exchange.ts";
import { PartReader } from "../http/part_reader.ts";
import {
  detailsOf,
  discard,
  openedBy,
  plainEtag,
  rangeHeader,
  textOf,
} from "../http/responses.ts";
import type { ResolvedTransfer } from "../http/transfer_options.ts";
import { conflictError, existsError, rangeError } from "../known_errors.ts";
import type { ObjectDetails, ObjectInfo } from "../object_storage.ts";
import type { PutSource } from "../put_source.ts";
import { ObjectNotFoundError, StorageRefusedError } from "../storage_errors.ts";
import { MultipartUpload } from "./multipart_upload.ts";
import { refusalError } from "./s3_refusal.ts";
import { readPage, readRefusal } from "./s3_xml.ts";

/** The most parts of an object. */
const MAX_PARTS = 10_000;
/** The most objects of a page. */
const MAX_PAGE = 1000;

/** What a backend of this protocol needs to know. */
export interface S3BackendOptions {
  readonly name: string;
  /** The URL of the bucket, without a slash at the end. */
  readonly bucketUrl: string;
  readonly sign: Signer;
  readonly transfer: ResolvedTransfer;
  /** Whether the service makes a put depend on `If-None-Match`. */
  readonly hasIfNoneMatch: boolean;
}

/** A request for an object, as far as the backend writes it. */
export interface S3Request {
  readonly method: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Requests about one bucket, over the API of S3. */
export class S3Backend implements Backend {
  readonly name: string;
  readonly #options: S3BackendOptions;
  readonly #exchange: HttpExchange;

  constructor(options: S3BackendOptions) {
    this.name = options.name;
    this.#options = options;
    this.#exchange = new HttpExchange(options.sign, options.transfer);
  }

  /** Sends a request for an object, or for the bucket if the key is empty. */
  async send(
    what: string,
    key: string,
    { method, query = {}, headers = {}, body }: S3Request,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    const search = Object.entries(query)
      .map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
    const path = key.split("/").map(encode).join("/");
    const url = `${this.#options.bucketUrl}/${path}`;
    return await this.#exchange.send(what, {
      method,
      url: search === "" ? url : `${url}?${search}`,
      headers,
      ...(body === undefined ? {} : { body }),
    }, signal);
  }

  async write(
    key: string,
    source: PutSource,
    options: WriteOptions,
  ): Promise<string> {
    const { contentType, ifAbsent, signal } = options;
    const { transfer, hasIfNoneMatch } = this.#options;
    // It spares the transfer, and is all there is where puts have no condition.
    if (ifAbsent && await this.#exists(key, signal)) throw existsError(key);
    const { expectedBytes = 0 } = source;
    const partBytes = Math.max(
      transfer.partBytes,
      Math.ceil(expectedBytes / MAX_PARTS),
    );
    const parts = new PartReader(source, partBytes);
    const first = await parts.next();
    const putId = crypto.randomUUID();
    const object = { "content-type": contentType, "x-amz-meta-put-id": putId };
    const condition: Record<string, string> = ifAbsent && hasIfNoneMatch
      ? { "if-none-match": "*" }
      : {};
    if (!first.isLast) {
      const upload = new MultipartUpload(this, key, {
        object,
        condition,
        maxParts: MAX_PARTS,
        parallel: transfer.parallelParts,
        signal,
        clock: transfer.clock,
      });
      const etag = await upload.run(parts, first, source);
      return etag ?? await this.#etagIfOurs(key, putId, signal);
    }
    const { sha256 } = source.finish();
    const response = await this.send(`put ${key}`, key, {
      method: "PUT",
      headers: { ...object, ...condition, "x-amz-content-sha256": sha256 },
      body: first.bytes,
    }, signal);
    if (response.ok) {
      await discard(response);
      return plainEtag(response.headers.get("etag") ?? "");
    }
    if (response.status === 412) {
      await discard(response);
      return await this.#etagIfOurs(key, putId, signal);
    }
    throw await this.refusal("put", key, response);
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
      const { details, headers } = await this.#head(key, signal);
      if (headers.get("x-amz-meta-put-id") === putId) return details.etag;
    } catch (error) {
      if (error instanceof ObjectNotFoundError) throw conflictError(key);
      throw error;
    }
    throw existsError(key);
  }

  async #exists(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    try {
      await this.head(key, signal);
      return true;
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return false;
      throw error;
    }
  }

  async read(
    key: string,
    range: CheckedRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<OpenedObject> {
    const response = await this.send(`get ${key}`, key, {
      method: "GET",
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
    return (await this.#head(key, signal)).details;
  }

  async #head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly details: ObjectDetails; readonly headers: Headers }> {
    const response = await this.send(`find ${key}`, key, {
      method: "HEAD",
    }, signal);
    if (!response.ok) throw await this.refusal("find", key, response);
    await discard(response);
    const { headers } = response;
    const size = Number(headers.get("content-length"));
    return { details: detailsOf(key, headers, size), headers };
  }

  async remove(key: string, signal: AbortSignal | undefined): Promise<void> {
    const response = await this.send(`delete ${key}`, key, {
      method: "DELETE",
    }, signal);
    if (response.ok) return await discard(response);
    const error = await this.refusal("delete", key, response);
    if (!(error instanceof ObjectNotFoundError)) throw error;
  }

  async *pages(
    { prefix, after, limit, signal }: ListRequest,
  ): AsyncGenerator<readonly ObjectInfo[]> {
    let last = after;
    while (true) {
      const response = await this.send(`list ${prefix}`, "", {
        method: "GET",
        query: {
          "list-type": "2",
          "encoding-type": "url",
          "max-keys": String(Math.min(limit, MAX_PAGE)),
          ...(prefix === "" ? {} : { prefix }),
          ...(last === "" ? {} : { "start-after": last }),
        },
      }, signal);
      if (!response.ok) throw await this.refusal("list", prefix, response);
      const page = readPage(await textOf(response));
      if (page === undefined) {
        throw new StorageRefusedError(
          `Cannot list ${prefix}: the response is no list of objects, see that the endpoint is that of a bucket`,
          "unexpected_response",
          response.status,
        );
      }
      const { objects, isTruncated } = page;
      yield objects.map((one) => ({ ...one, etag: plainEtag(one.etag) }));
      const next = objects.at(-1)?.key;
      if (!isTruncated || next === undefined) return;
      last = next;
    }
  }

  /** Returns the error for a response that refuses something. */
  async refusal(
    verb: string,
    key: string,
    response: Response,
  ): Promise<Error> {
    const { status } = response;
    const said = readRefusal(await textOf(response));
    return refusalError(verb, key, status, said?.code, said?.message);
  }
}

/** Returns text as it stands in a URL, and in what is signed of it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
