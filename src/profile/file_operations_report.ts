/**
 * What is measured of file operations: plain data.
 *
 * @module
 */
import type { DistributionSummary } from "../metrics/mod.ts";
import type { CompressionAlgorithm } from "./compression.ts";

/** What was measured of transfers over HTTP. */
export interface TransferReport {
  /** Where to, or where from. */
  readonly url: string;
  /** Which way. */
  readonly direction: "upload" | "download";
  /** How many. */
  readonly transfers: number;
  /** Bytes of all transfers together. */
  readonly bytes: number;
  /** Milliseconds of each transfer. */
  readonly latency: DistributionSummary;
  /** `null` where no time has passed, as everywhere here. */
  readonly bytesPerSecond: number | null;
}

/** What was measured of a place that keeps objects. */
export interface StorageReport {
  /** Its name. */
  readonly backend: string;
  /** How many were written, read and removed. */
  readonly objects: number;
  /** The length of each. */
  readonly objectBytes: number;
  /** Milliseconds of each write. */
  readonly write: DistributionSummary;
  /** Milliseconds of each read. */
  readonly read: DistributionSummary;
  /** Milliseconds of each removal. */
  readonly remove: DistributionSummary;
  /** Of all writes together. */
  readonly writeBytesPerSecond: number | null;
  /** Of all reads together. */
  readonly readBytesPerSecond: number | null;
}

/** What was measured of one algorithm on the data that was given. */
export interface CompressionReport {
  /** Which one. */
  readonly algorithm: CompressionAlgorithm;
  /** The length of the data. */
  readonly inputBytes: number;
  /** Its length when it is compressed. */
  readonly outputBytes: number;
  /** The input's length by that of the output: 4 is a quarter of the size. */
  readonly ratio: number;
  /** Bytes of input. */
  readonly compressBytesPerSecond: number | null;
  /** Bytes of input that come out again. */
  readonly decompressBytesPerSecond: number | null;
}

/** What was measured of a cache. */
export interface CacheReport {
  /** How many there are. */
  readonly keys: number;
  /** The first read of each key. */
  readonly cold: CachePass;
  /** The reads after it. */
  readonly warm: CachePass;
  /** How many times faster the median warm read is; `null` at 0 ms. */
  readonly speedup: number | null;
}

/** Reads of a cache. */
export interface CachePass {
  /** Reads that the cache answered, of all, from 0 to 1. */
  readonly hitRatio: number;
  /** Milliseconds. */
  readonly latency: DistributionSummary;
}
