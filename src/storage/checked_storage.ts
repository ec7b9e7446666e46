/**
 * What all backends have in common: checks, hashes, and the signal's reason.
 *
 * @module
 */
import type { Backend } from "./backend.ts";
import {
  checkBody,
  checkCallOptions,
  resolveGetOptions,
  resolveListOptions,
  resolvePutOptions,
} from "./call_options.ts";
import { checkKey, isKey } from "./object_key.ts";
import type {
  GetOptions,
  ListOptions,
  ObjectDetails,
  ObjectInfo,
  ObjectRead,
  ObjectStorage,
  PutBody,
  PutOptions,
  PutReceipt,
  StorageCallOptions,
} from "./object_storage.ts";
import { objectStream } from "./object_stream.ts";
import { PutSource } from "./put_source.ts";

/** Returns the storage that users hold, on a backend. */
export function checkedStorage(backend: Backend): ObjectStorage {
  return new CheckedStorage(backend);
}

class CheckedStorage implements ObjectStorage {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  get name(): string {
    return this.#backend.name;
  }

  async put(
    key: string,
    body: PutBody,
    options: PutOptions = {},
  ): Promise<PutReceipt> {
    let source: PutSource | undefined;
    try {
      checkKey(key);
      const { bytes, sha256, signal, ...write } = resolvePutOptions(options);
      checkBody(body);
      signal?.throwIfAborted();
      source = new PutSource(key, body, { bytes, sha256 }, signal);
      const etag = await this.#backend.write(key, source, { ...write, signal });
      return { key, etag, ...source.finish() };
    } catch (error) {
      const reason = reasonOr(options, error);
      if (source !== undefined) source.cancel(reason);
      else if (body instanceof ReadableStream && !body.locked) {
        body.cancel(reason).catch(() => {});
      }
      throw reason;
    } finally {
      source?.release();
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<ObjectRead> {
    checkKey(key);
    const { range, sha256, signal } = resolveGetOptions(options);
    return await abortable(options, async () => {
      const opened = await this.#backend.read(key, range, signal);
      const { details, offset, length } = opened;
      const body = objectStream(opened, { sha256, signal });
      return { ...details, offset, length, body };
    });
  }

  async head(
    key: string,
    options: StorageCallOptions = {},
  ): Promise<ObjectDetails> {
    checkKey(key);
    checkCallOptions(options);
    return await abortable(
      options,
      () => this.#backend.head(key, options.signal),
    );
  }

  async delete(key: string, options: StorageCallOptions = {}): Promise<void> {
    checkKey(key);
    checkCallOptions(options);
    await abortable(options, () => this.#backend.remove(key, options.signal));
  }

  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    const request = resolveListOptions(options);
    let left = request.limit;
    try {
      request.signal?.throwIfAborted();
      for await (const page of this.#backend.pages(request)) {
        for (const info of page) {
          // What others have put there may have names that no call here takes.
          if (!isKey(info.key)) continue;
          yield info;
          if (--left === 0) return;
        }
        request.signal?.throwIfAborted();
      }
    } catch (error) {
      throw reasonOr(options, error);
    }
  }
}

/** Runs an operation, which rejects with the signal's reason if that aborts. */
async function abortable<T>(
  options: StorageCallOptions,
  run: () => Promise<T>,
): Promise<T> {
  options.signal?.throwIfAborted();
  try {
    return await run();
  } catch (error) {
    throw reasonOr(options, error);
  }
}

/** The reason of the signal if it has aborted, and the error otherwise. */
function reasonOr(options: StorageCallOptions | null, error: unknown): unknown {
  const signal = options?.signal;
  return signal instanceof AbortSignal && signal.aborted
    ? signal.reason
    : error;
}
