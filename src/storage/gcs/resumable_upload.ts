/**
 * One object that is written in parts, one after another, by the resumable
 * uploads of Google Cloud Storage.
 *
 * @module
 */
import type { Clock } from "../../actor/mod.ts";
import type { Part, PartReader } from "../http/part_reader.ts";
import { discard, textOf } from "../http/responses.ts";
import type { PutSource } from "../put_source.ts";
import { StorageRefusedError } from "../storage_errors.ts";
import type { GcsBackend } from "./gcs_backend.ts";
import { type GcsObject, readGcsObject } from "./gcs_json.ts";

/** How the object is written. */
export interface ResumableOptions {
  /** Where the upload is begun. */
  readonly url: string;
  /** What is stored with the object. */
  readonly metadata: object;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** Milliseconds in which an upload is given up, or left to the service. */
const CLEAN_UP_MS = 10_000;
/** The status that says that a part was taken, and more is expected. */
const RESUME = 308;

/** An object in parts. */
export class ResumableUpload {
  readonly #backend: GcsBackend;
  readonly #key: string;
  readonly #options: ResumableOptions;

  constructor(backend: GcsBackend, key: string, options: ResumableOptions) {
    this.#backend = backend;
    this.#key = key;
    this.#options = options;
  }

  /**
   * Writes the object and returns what the service says of it; `undefined` if
   * there is one, which may be this one: the response to an earlier try may
   * have been lost.
   */
  async run(
    parts: PartReader,
    first: Part,
    source: PutSource,
  ): Promise<GcsObject | undefined> {
    const session = await this.#begin();
    try {
      let offset = 0;
      let part = first;
      while (!part.isLast) {
        await this.#send(session, offset, part);
        offset += part.bytes.length;
        part = await parts.next();
      }
      source.finish();
      const object = await this.#sendLast(session, offset, part);
      if (object === undefined) await this.#abort(session);
      return object;
    } catch (error) {
      await this.#abort(session);
      throw error;
    }
  }

  async #begin(): Promise<string> {
    const key = this.#key;
    const { url, metadata, signal } = this.#options;
    const response = await this.#backend.send(`put ${key}`, {
      method: "POST",
      url,
      headers: { "content-type": "application/json; charset=UTF-8" },
      body: new TextEncoder().encode(JSON.stringify(metadata)),
    }, signal);
    if (!response.ok) throw await this.#backend.refusal("put", key, response);
    await discard(response);
    const session = response.headers.get("location");
    if (session !== null && URL.canParse(session)) return session;
    throw new StorageRefusedError(
      `Cannot put ${key}: the service gave no URL for the upload`,
      "unexpected_response",
      response.status,
    );
  }

  /** Sends a part that others follow. */
  async #send(session: string, offset: number, part: Part): Promise<void> {
    const key = this.#key;
    const end = offset + part.bytes.length;
    // The service may keep less of a part than was sent.
    for (let from = offset; from < end;) {
      const response = await this.#backend.send(`put ${key}`, {
        method: "PUT",
        url: session,
        headers: { "content-range": `bytes ${from}-${end - 1}/*` },
        body: part.bytes.subarray(from - offset),
      }, this.#options.signal);
      if (response.status !== RESUME) {
        throw await this.#backend.refusal("put", key, response);
      }
      await discard(response);
      const kept = response.headers.get("range")?.match(/^bytes=0-(\d+)$/)?.[1];
      const next = kept === undefined ? 0 : Number(kept) + 1;
      if (next <= from || next > end) {
        throw new StorageRefusedError(
          `Cannot put ${key}: the service has ${next} bytes of it, after ${end} were sent`,
          "unexpected_range",
          response.status,
        );
      }
      from = next;
    }
  }

  /** Sends the last part, which makes the object visible. */
  async #sendLast(
    session: string,
    offset: number,
    { bytes }: Part,
  ): Promise<GcsObject | undefined> {
    const key = this.#key;
    const total = offset + bytes.length;
    const range = bytes.length === 0
      ? `bytes */${total}`
      : `bytes ${offset}-${total - 1}/${total}`;
    const response = await this.#backend.send(`put ${key}`, {
      method: "PUT",
      url: session,
      headers: { "content-range": range },
      body: bytes,
    }, this.#options.signal);
    if (response.ok) return readGcsObject(await textOf(response));
    const error = await this.#backend.refusal("put", key, response);
    if ([404, 410, 412].includes(response.status)) return undefined;
    throw error;
  }

  /** Gives the upload up, as far as the service can be reached in time. */
  async #abort(session: string): Promise<void> {
    // Not with the signal of the put, which may be what has ended it.
    const limit = new AbortController();
    const timer = this.#options.clock.schedule(
      CLEAN_UP_MS,
      () => limit.abort(),
    );
    try {
      const response = await this.#backend.send(`put ${this.#key}`, {
        method: "DELETE",
        url: session,
      }, limit.signal);
      await discard(response);
    } catch {
      // The first error says what went wrong.
    } finally {
      timer.cancel();
    }
  }
}
