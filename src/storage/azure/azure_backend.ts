/**
 * Objects in a container of Azure Blob Storage.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";
import type {
  BlockBlobClient,
  ContainerClient,
  NodeJSReadableStream,
} from "@azure/storage-blob";
import {
  type Backend,
  type CheckedRange,
  type Chunks,
  type ListRequest,
  type OpenedObject,
  rangeWithin,
  type WriteOptions,
} from "../backend.ts";
import { unreachableError } from "../http/http_exchange.ts";
import { PartReader } from "../http/part_reader.ts";
import { plainEtag } from "../http/responses.ts";
import { isWorthRepeating } from "../http/retry_rules.ts";
import { Again, retrying } from "../http/retrying.ts";
import type { ResolvedTransfer } from "../http/transfer_options.ts";
import { uploadParts } from "../http/upload_parts.ts";
import {
  conflictError,
  existsError,
  permissionError,
  rangeError,
} from "../known_errors.ts";
import { compareKeys } from "../object_key.ts";
import type { ObjectDetails, ObjectInfo } from "../object_storage.ts";
import { optionalPackage } from "../optional_package.ts";
import type { PutSource } from "../put_source.ts";
import {
  ObjectExistsError,
  ObjectNotFoundError,
  StorageRefusedError,
} from "../storage_errors.ts";
import { azureRefusal, readAzureFailure } from "./azure_errors.ts";
import { azureFetch } from "./azure_fetch.ts";

const loadAzure = optionalPackage(
  "npm:@azure/storage-blob@^12.34.0",
  () => {
    // The client asks for it where nobody can catch that it may not.
    const permission = { name: "sys", kind: "osRelease" } as const;
    if (Deno.permissions.querySync(permission).state !== "granted") {
      throw new Deno.errors.NotCapable(
        "Requires sys access to osRelease, run again with the --allow-sys=osRelease flag",
      );
    }
    return import("@azure/storage-blob");
  },
);

/** The most blocks of a blob. */
const MAX_BLOCKS = 50_000;
/** The most objects of a page. */
const MAX_PAGE = 5000;

/** What the backend needs to know. */
export interface AzureBackendOptions {
  readonly containerUrl: string;
  readonly account: string;
  readonly accountKey: string;
  readonly transfer: ResolvedTransfer;
}

/** What the client says of a blob. */
interface BlobProperties {
  readonly contentLength?: number | undefined;
  readonly etag?: string | undefined;
  readonly contentType?: string | undefined;
  readonly lastModified?: Date | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Requests about one container of Azure Blob Storage. */
export class AzureBackend implements Backend {
  readonly name = "azure";
  readonly #options: AzureBackendOptions;
  #container: ContainerClient | undefined;

  constructor(options: AzureBackendOptions) {
    this.#options = options;
  }

  async #open(): Promise<ContainerClient> {
    const azure = await loadAzure();
    const { containerUrl, account, accountKey } = this.#options;
    this.#container ??= new azure.ContainerClient(
      containerUrl,
      new azure.StorageSharedKeyCredential(account, accountKey),
      // Tries are counted here, as for all storages.
      { retryOptions: { maxTries: 1 }, httpClient: azureFetch },
    );
    return this.#container;
  }

  /** Calls the client, as often as that can help. */
  async #call<T>(
    verb: string,
    key: string,
    signal: AbortSignal | undefined,
    call: (container: ContainerClient) => Promise<T>,
  ): Promise<T> {
    const container = await this.#open();
    const { transfer, containerUrl } = this.#options;
    return await retrying<T>(transfer, signal, async (tries) => {
      try {
        return await call(container);
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof Deno.errors.NotCapable) {
          throw permissionError(`${verb} ${key}`, cause);
        }
        const failure = readAzureFailure(cause);
        const { status } = failure;
        const giveUp = (): never => {
          throw status === undefined
            ? unreachableError(`${verb} ${key}`, containerUrl, tries + 1, cause)
            : azureRefusal(verb, key, failure, cause);
        };
        if (status !== undefined && !isWorthRepeating(status)) return giveUp();
        return new Again<T>(null, giveUp);
      }
    });
  }

  /** Calls the client for one object. */
  async #callBlob<T>(
    verb: string,
    key: string,
    signal: AbortSignal | undefined,
    call: (
      blob: BlockBlobClient,
      abort: { readonly abortSignal?: AbortSignal },
    ) => Promise<T>,
  ): Promise<T> {
    const abort = signal === undefined ? {} : { abortSignal: signal };
    return await this.#call(
      verb,
      key,
      signal,
      (container) => call(container.getBlockBlobClient(key), abort),
    );
  }

  async write(
    key: string,
    source: PutSource,
    { contentType, ifAbsent, signal }: WriteOptions,
  ): Promise<string> {
    // It spares the transfer.
    if (ifAbsent && await this.#propertiesIfThere(key, signal) !== undefined) {
      throw existsError(key);
    }
    const { transfer: { partBytes, parallelParts } } = this.#options;
    const parts = new PartReader(
      source,
      Math.max(partBytes, Math.ceil((source.expectedBytes ?? 0) / MAX_BLOCKS)),
    );
    const first = await parts.next();
    const putId = crypto.randomUUID();
    const object = {
      blobHTTPHeaders: { blobContentType: contentType },
      metadata: { putid: putId },
      conditions: ifAbsent ? { ifNoneMatch: "*" } : {},
    };
    try {
      if (first.isLast) {
        source.finish();
        const { bytes } = first;
        return await this.#callBlob(
          "put",
          key,
          signal,
          async (blob, abort) => {
            const options = { ...object, ...abort };
            const done = await blob.upload(bytes, bytes.length, options);
            return plainEtag(done.etag ?? "");
          },
        );
      }
      const blocks: string[] = [];
      await uploadParts(parts, {
        first,
        parallel: parallelParts,
        signal,
        send: async ({ index, bytes }, signal) => {
          if (index >= MAX_BLOCKS) throw tooManyBlocks(key);
          const block = blockId(putId, index);
          blocks[index] = block;
          await this.#callBlob(
            "put",
            key,
            signal,
            (blob, abort) => blob.stageBlock(block, bytes, bytes.length, abort),
          );
        },
      });
      source.finish();
      return await this.#callBlob(
        "put",
        key,
        signal,
        async (blob, abort) => {
          const options = { ...object, ...abort };
          const done = await blob.commitBlockList(blocks, options);
          return plainEtag(done.etag ?? "");
        },
      );
    } catch (error) {
      // It may be this put that has made it: the response to an earlier try may
      // have been lost.
      if (!(error instanceof ObjectExistsError)) throw error;
      const properties = await this.#propertiesIfThere(key, signal);
      if (properties === undefined) throw conflictError(key);
      if (properties.metadata?.["putid"] !== putId) throw error;
      return plainEtag(properties.etag ?? "");
    }
  }

  async #propertiesIfThere(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<BlobProperties | undefined> {
    try {
      return await this.#properties(key, signal);
    } catch (error) {
      if (error instanceof ObjectNotFoundError) return undefined;
      throw error;
    }
  }

  #properties(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<BlobProperties> {
    return this.#callBlob(
      "find",
      key,
      signal,
      (blob, abort) => blob.getProperties(abort),
    );
  }

  async read(
    key: string,
    range: CheckedRange | undefined,
    signal: AbortSignal | undefined,
  ): Promise<OpenedObject> {
    const { offset = 0, length = Infinity } = range ?? {};
    const count = length === Infinity ? undefined : length;
    try {
      const response = await this.#callBlob(
        "get",
        key,
        signal,
        (blob, abort) =>
          blob.download(offset, count, { maxRetryRequests: 0, ...abort }),
      );
      const chunks = nodeChunks(response.readableStreamBody);
      const total = response.contentRange?.match(/\/(\d+)$/)?.[1];
      const size = total === undefined
        ? response.contentLength ?? 0
        : Number(total);
      const part = rangeWithin(range, size);
      if (part === undefined) {
        await chunks.close();
        throw rangeError(key, range, size);
      }
      return { details: detailsOf(key, response, size), ...part, chunks };
    } catch (error) {
      if (error instanceof StorageRefusedError && error.status === 416) {
        throw rangeError(key, range, undefined);
      }
      throw error;
    }
  }

  async head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<ObjectDetails> {
    const properties = await this.#properties(key, signal);
    return detailsOf(key, properties, properties.contentLength ?? 0);
  }

  async remove(key: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#callBlob(
        "delete",
        key,
        signal,
        (blob, abort) => blob.delete({ deleteSnapshots: "include", ...abort }),
      );
    } catch (error) {
      if (!(error instanceof ObjectNotFoundError)) throw error;
    }
  }

  async *pages(
    { prefix, after, limit, signal }: ListRequest,
  ): AsyncGenerator<ObjectInfo[]> {
    const maxPageSize = Math.min(limit, MAX_PAGE);
    let token: string | undefined;
    do {
      const page = await this.#call(
        "list",
        prefix,
        signal,
        async (container) => {
          const pages = container.listBlobsFlat({
            prefix,
            ...(signal === undefined ? {} : { abortSignal: signal }),
            ...(after === "" ? {} : { startFrom: after }),
          }).byPage({
            maxPageSize,
            ...(token === undefined ? {} : { continuationToken: token }),
          });
          return (await pages.next()).value;
        },
      );
      if (page === undefined) return;
      const infos: ObjectInfo[] = [];
      for (const { name: key, properties } of page.segment.blobItems) {
        // A service that does not know where to start lists from the prefix on.
        if (after !== "" && compareKeys(key, after) <= 0) continue;
        const { contentLength = 0 } = properties;
        const { contentType: _, ...info } = detailsOf(
          key,
          properties,
          contentLength,
        );
        infos.push(info);
      }
      yield infos;
      token = page.continuationToken || undefined;
    } while (token !== undefined);
  }
}

/** Returns the chunks of a stream of Node; none of no stream. */
function nodeChunks(
  stream: NodeJSReadableStream | undefined,
): Chunks {
  const iterator = stream?.[Symbol.asyncIterator]();
  return {
    async read() {
      const result = await iterator?.next();
      if (result === undefined || result.done) return null;
      const chunk: unknown = result.value;
      if (chunk instanceof Uint8Array) return new Uint8Array(chunk);
      throw new TypeError("A chunk of the response is no bytes");
    },
    async close() {
      await iterator?.return?.();
      // An iterator that was not begun has nothing to end.
      if (stream instanceof Readable) stream.destroy();
    },
  };
}

function detailsOf(
  key: string,
  { etag = "", contentType, lastModified }: BlobProperties,
  size: number,
): ObjectDetails {
  return {
    key,
    size,
    etag: plainEtag(etag),
    contentType: contentType ?? "application/octet-stream",
    modifiedAt: lastModified?.getTime() ?? 0,
  };
}

/**
 * Returns the id of a block. Blocks of puts at once are of the same blob until
 * one is committed, so they must not share ids, which all have one length.
 */
function blockId(putId: string, index: number): string {
  return Buffer.from(`${putId}-${String(index).padStart(6, "0")}`)
    .toString("base64");
}

function tooManyBlocks(key: string): StorageRefusedError {
  return new StorageRefusedError(
    `Cannot put ${key}: it has more than ${MAX_BLOCKS} parts, give the option bytes or larger parts`,
    "too_many_parts",
  );
}
