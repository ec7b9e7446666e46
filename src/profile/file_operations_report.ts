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

/** The measurements of one level of a compression algorithm. */
export interface CompressionLevelReport extends CompressionReport {
  /** Level of the algorithm, in its own numbers. */
  readonly level: number;
  /**
   * Speed of a link in bytes per second below which an object arrives earlier
   * compressed: it is compressed, sent and restored, one after the other. `null`
   * if there is none, as it does not become smaller.
   */
  readonly paysBelowBytesPerSecond: number | null;
}

/** What moves an object fastest over a link. */
export interface LinkChoice {
  /** Speed of the link in bytes per second. */
  readonly linkBytesPerSecond: number;
  /** Algorithm that is fastest; `null` if none is faster than no compression. */
  readonly algorithm: CompressionAlgorithm | null;
  /** Level of the algorithm; `null` without one. */
  readonly level: number | null;
  /** Milliseconds to compress, send and restore the data with it. */
  readonly transferMs: number;
  /** Milliseconds to send the data as they are. */
  readonly plainMs: number;
}

/** The measurements of compression at several levels. */
export interface CompressionLevelsReport {
  /** Length of the data in bytes. */
  readonly inputBytes: number;
  /** Each level of each algorithm. */
  readonly levels: readonly CompressionLevelReport[];
  /** The best choice for each speed of a link, the slowest first. */
  readonly links: readonly LinkChoice[];
}

/** How thumbnails of one size were made. */
export interface ThumbnailReport {
  /** Size of the thumbnails, such as `100x100`. */
  readonly size: string;
  /** Number of thumbnails that were made. */
  readonly thumbnails: number;
  /** Bytes of all images of which they were made. */
  readonly inputBytes: number;
  /** Bytes of all thumbnails. */
  readonly outputBytes: number;
  /** Milliseconds that each thumbnail took. */
  readonly latency: DistributionSummary;
  /** Thumbnails made per second; `null` if no time has passed. */
  readonly thumbnailsPerSecond: number | null;
}

/** The reads of all files, once each or several times. */
export interface FilePass {
  /** Milliseconds that each read took. */
  readonly latency: DistributionSummary;
  /** Bytes read per second; `null` if no time has passed. */
  readonly bytesPerSecond: number | null;
  /**
   * Share of the bytes that came from a disk, from 0 to 1, as the system counts
   * them for this process; `null` if it does not say.
   */
  readonly diskShare: number | null;
}

/** How files are read from the system's memory, and without it. */
export interface PageCacheReport {
  /** Number of files that are read. */
  readonly files: number;
  /** Length of each file in bytes. */
  readonly fileBytes: number;
  /** Reads of files that were not in memory; `null` if that cannot be told. */
  readonly cold: FilePass | null;
  /** Why there are no cold reads; `null` if there are. */
  readonly coldReason: string | null;
  /** Reads of files that were in memory, or might have been. */
  readonly warm: FilePass;
}

/** What a cache of one size in memory brings. */
export interface CacheSizeReport {
  /** Bytes that the cache may hold. */
  readonly cacheBytes: number;
  /** Bytes of all objects that are read. */
  readonly objectsBytes: number;
  /** Share of the reads that were hits, from 0 to 1. */
  readonly hitRatio: number;
  /** Milliseconds of the hits; `null` if there was none. */
  readonly hit: DistributionSummary | null;
  /** Milliseconds of the misses; `null` if there was none. */
  readonly miss: DistributionSummary | null;
  /** Mean milliseconds of all reads. */
  readonly meanMs: number;
}
