/**
 * Object storage: bytes that are kept by their keys, over one interface for a
 * directory, S3, Azure Blob Storage, Google Cloud Storage and memory.
 *
 * ```ts
 * import { memoryStorage, type ObjectStorage } from "@troupe/troupe/storage";
 *
 * const storage: ObjectStorage = memoryStorage();
 * await storage.put("photos/1", new Uint8Array(1000), {
 *   contentType: "image/png",
 * });
 * for await (const { key, size } of storage.list({ prefix: "photos/" })) {
 *   console.log(key, size);
 * }
 * const range = { offset: 0, length: 8 };
 * const { body } = await storage.get("photos/1", { range });
 * console.assert((await new Response(body).bytes()).length === 8);
 * ```
 *
 * Importing it loads no package: those of S3 and Azure are loaded when they are
 * used. What is guaranteed stands in `docs/storage.md`.
 *
 * @module
 */
export type * from "./object_storage.ts";
export {
  directoryStorage,
  type DirectoryStorageOptions,
} from "./directory/directory_storage.ts";
export { memoryStorage } from "./memory_storage.ts";
export {
  azureStorage,
  type AzureStorageOptions,
} from "./azure/azure_storage.ts";
export {
  type GcsHmacKey,
  gcsStorage,
  type GcsStorageOptions,
} from "./gcs/gcs_storage.ts";
export type { TransferOptions } from "./http/transfer_options.ts";
export { s3Storage, type S3StorageOptions } from "./s3/s3_storage.ts";
export * from "./storage_errors.ts";
