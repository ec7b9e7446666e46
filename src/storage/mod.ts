/**
 * Object storage: one interface for a directory, S3, Azure Blob Storage and
 * Google Cloud Storage.
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
