/**
 * The reports of file operations: plain data.
 *
 * @module
 */
import type { DistributionSummary } from "../metrics/mod.ts";
import type { CompressionAlgorithm } from "./compression.ts";

/** The measurements of transfers over HTTP. */
export interface TransferReport {
  /** URL of the upload or download. */
  readonly url: string;
  /** Direction of the transfers. */
  readonly direction: "upload" | "download";
  /** Number of transfers that were measured. */
  readonly transfers: number;
  /** Bytes of all transfers in total. */
  readonly bytes: number;
  /** Milliseconds that each transfer took. */
  readonly latency: DistributionSummary;
  /** Bytes per second over all transfers; `null` if no time has passed. */
  readonly bytesPerSecond: number | null;
}

/** The measurements of a storage backend. */
export interface StorageReport {
  /** Name of the storage backend. */
  readonly backend: string;
  /** Number of objects that were written, read and removed. */
  readonly objects: number;
  /** Length of each object in bytes. */
  readonly objectBytes: number;
  /** Milliseconds that each write took. */
  readonly write: DistributionSummary;
  /** Milliseconds that each read took. */
  readonly read: DistributionSummary;
  /** Milliseconds that each removal took. */
  readonly remove: DistributionSummary;
  /** Bytes written per second; `null` if no time has passed. */
  readonly writeBytesPerSecond: number | null;
  /** Bytes read per second; `null` if no time has passed. */
  readonly readBytesPerSecond: number | null;
}

/** The measurements of one compression algorithm on the given data. */
export interface CompressionReport {
  /** Algorithm that was measured. */
  readonly algorithm: CompressionAlgorithm;
  /** Length of the data in bytes. */
  readonly inputBytes: number;
  /** Length of the compressed data in bytes. */
  readonly outputBytes: number;
  /** Input length divided by output length: 4 is a quarter of the size. */
  readonly ratio: number;
  /** Bytes of input compressed per second; `null` if no time has passed. */
  readonly compressBytesPerSecond: number | null;
  /** Bytes restored per second; `null` if no time has passed. */
  readonly decompressBytesPerSecond: number | null;
}

/** The measurements of a cache. */
export interface CacheReport {
  /** Number of keys that were read. */
  readonly keys: number;
  /** First read of each key. */
  readonly cold: CachePass;
  /** All later reads of the keys. */
  readonly warm: CachePass;
  /** Factor by which the median warm read is faster; `null` at 0 ms. */
  readonly speedup: number | null;
}

/** The reads of all keys, once or several times. */
export interface CachePass {
  /** Share of the reads that were hits, from 0 to 1. */
  readonly hitRatio: number;
  /** Milliseconds that each read took. */
  readonly latency: DistributionSummary;
}
