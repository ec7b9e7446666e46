/**
 * One object that is written in parts; nothing of it is left if that fails.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Part, PartReader } from "../http/part_reader.ts";
import { discard, plainEtag, textOf } from "../http/responses.ts";
import { uploadParts } from "../http/upload_parts.ts";
import type { PutSource } from "../put_source.ts";
import { StorageRefusedError } from "../storage_errors.ts";
import type { S3Backend } from "./s3_backend.ts";
import { refusalError } from "./s3_refusal.ts";
import { completionOf, elementText, readRefusal } from "./s3_xml.ts";

/** How the object is written. */
export interface MultipartOptions {
  /** Headers of the object. */
  readonly object: Readonly<Record<string, string>>;
  /** Headers that make the whole depend on something. */
  readonly condition: Readonly<Record<string, string>>;
  readonly maxParts: number;
  readonly parallel: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** Milliseconds in which parts are removed, or left to the service. */
const CLEAN_UP_MS = 10_000;

/** An object in parts. */
export class MultipartUpload {
  readonly #backend: S3Backend;
  readonly #key: string;
  readonly #options: MultipartOptions;
  readonly #etags: string[] = [];

  constructor(backend: S3Backend, key: string, options: MultipartOptions) {
    this.#backend = backend;
    this.#key = key;
    this.#options = options;
  }

  /**
   * Writes the object, and returns its etag; `undefined` if there is one, which
   * may be this one: the response to an earlier try may have been lost.
   */
  async run(
    parts: PartReader,
    first: Part,
    source: PutSource,
  ): Promise<string | undefined> {
    const { parallel, signal } = this.#options;
    const uploadId = await this.#begin();
    try {
      await uploadParts(parts, {
        first,
        parallel,
        signal,
        send: (part, signal) => this.#send(uploadId, part, signal),
      });
      source.finish();
      const etag = await this.#complete(uploadId);
      if (etag === undefined) await this.#abort(uploadId);
      return etag;
    } catch (error) {
      // Of one that was completed after all, it removes nothing.
      await this.#abort(uploadId);
      throw error;
    }
  }

  async #begin(): Promise<string> {
    const key = this.#key;
    const { object, signal } = this.#options;
    const response = await this.#backend.send(`put ${key}`, key, {
      method: "POST",
      query: { uploads: "" },
      headers: object,
    }, signal);
    if (!response.ok) throw await this.#backend.refusal("put", key, response);
    const id = elementText(await textOf(response), "UploadId");
    if (id !== undefined && id !== "") return id;
    throw new StorageRefusedError(
      `Cannot put ${key}: the service gave no id for the upload`,
      "unexpected_response",
      response.status,
    );
  }

  async #send(
    uploadId: string,
    { index, bytes, sha256 }: Part,
    signal: AbortSignal,
  ): Promise<void> {
    const key = this.#key;
    const { maxParts } = this.#options;
    if (index >= maxParts) {
      throw new StorageRefusedError(
        `Cannot put ${key}: it has more than ${maxParts} parts, give the option bytes or larger parts`,
        "too_many_parts",
      );
    }
    const response = await this.#backend.send(`put ${key}`, key, {
      method: "PUT",
      query: { partNumber: String(index + 1), uploadId },
      headers: { "x-amz-content-sha256": sha256 },
      body: bytes,
    }, signal);
    if (!response.ok) throw await this.#backend.refusal("put", key, response);
    await discard(response);
    this.#etags[index] = response.headers.get("etag") ?? "";
  }

  async #complete(uploadId: string): Promise<string | undefined> {
    const key = this.#key;
    const { condition, signal } = this.#options;
    const body = completionOf(this.#etags);
    const response = await this.#backend.send(
      `put ${key}`,
      key,
      {
        method: "POST",
        query: { uploadId },
        headers: {
          "content-type": "application/xml",
          ...condition,
          "x-amz-content-sha256": await sha256Of(body),
        },
        body,
      },
      signal,
    );
    const { status } = response;
    const text = await textOf(response);
    // The status comes before the work is done: the document has the outcome.
    const refused = readRefusal(text);
    if (response.ok && refused === undefined) {
      const etag = elementText(text, "ETag");
      return etag === undefined ? undefined : plainEtag(etag);
    }
    if (refused?.code === "NoSuchUpload" || status === 412) return undefined;
    throw refusalError("put", key, status, refused?.code, refused?.message);
  }

  /** Removes the parts, as far as the service can be reached in time. */
  async #abort(uploadId: string): Promise<void> {
    const key = this.#key;
    // Not with the signal of the put, which may be what has ended it.
    const limit = new AbortController();
    const timer = this.#options.clock.schedule(
      CLEAN_UP_MS,
      () => limit.abort(),
    );
    try {
      const response = await this.#backend.send(`put ${key}`, key, {
        method: "DELETE",
        query: { uploadId },
      }, limit.signal);
      await discard(response);
    } catch {
      // The first error says what went wrong.
    } finally {
      timer.cancel();
    }
  }
}

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
