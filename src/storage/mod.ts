/**
 * Object storage: one interface for a directory, S3, Azure Blob Storage and
 * Google Cloud Storage.
 *
 * @module
 */
export type * from "./object_storage.ts";
export * from "./storage_errors.ts";
