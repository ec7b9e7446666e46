/**
 * Measures file operations: transfers, storage, compression and caches.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import {
  checkArray,
  checkBytes,
  checkFunction,
  checkInteger,
  checkOneOf,
} from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import { directoryStorage, type ObjectStorage } from "../storage/mod.ts";
import {
  checkBackend,
  checkDirectory,
  checkMeasureOptions,
  SIGNAL_OPTION,
} from "./argument_checks.ts";
import type { CacheLookup } from "./cache_lookup.ts";
import {
  ALGORITHMS,
  CODECS,
  type CompressionAlgorithm,
} from "./compression.ts";
import {
  type CompressionLevelOptions,
  measureCodec,
  measureLevels,
} from "./compression_levels.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import {
  type CacheSizeOptions,
  measureCacheSizes,
} from "./measure_cache_sizes.ts";
import { measureCache } from "./measure_cache.ts";
import { measurePageCache } from "./measure_page_cache.ts";
import { measureThumbnails, type ThumbnailOptions } from "./thumbnails.ts";
import {
  type FileOperationsProfilerOptions,
  resolveFileOptions,
} from "./file_operations_options.ts";
import type {
  CacheReport,
  CacheSizeReport,
  CompressionLevelsReport,
  CompressionReport,
  PageCacheReport,
  StorageReport,
  ThumbnailReport,
  TransferReport,
} from "./file_operations_report.ts";
import {
  measureStep,
  rateOf,
  repeat,
  type StepLimits,
  timed,
} from "./measured_step.ts";
import { exchange } from "./network_http.ts";
import { FileProfileError } from "./profile_errors.ts";
import { readObject } from "./object_cache.ts";
import { mustEqual, randomBytes } from "./test_bytes.ts";
import { untilAborted } from "./until_aborted.ts";

export type { FileOperationsProfilerOptions } from "./file_operations_options.ts";
export type { FileOperationOptions } from "./file_measure.ts";

/** Maximum bytes of the data whose compression is measured. */
const MAX_DATA_BYTES = 2 ** 28;
/** Maximum number of keys of a cache. */
const MAX_KEYS = 100_000;

/**
 * Measures file operations in sequence, bounded in number, bytes and time.
 *
 * Each method rejects with a {@linkcode FileProfileError} if an operation fails
 * or takes too long, and with the signal's reason if that aborts.
 *
 * @example
 * ```ts
 * import { FileOperationsProfiler } from "@troupe/troupe/profile";
 * import { memoryStorage } from "@troupe/troupe/storage";
 *
 * const profiler = new FileOperationsProfiler({ repetitions: 5, bytes: 10_000 });
 * const disk = await profiler.temporaryDirectory();
 * const memory = await profiler.storage(memoryStorage());
 * console.log(disk.writeBytesPerSecond, memory.writeBytesPerSecond);
 * const data = new TextEncoder().encode("to and fro ".repeat(1000));
 * for (const { algorithm, ratio } of await profiler.compression(data)) {
 *   console.log(algorithm, ratio);
 * }
 * ```
 */
export class FileOperationsProfiler {
  readonly #repetitions: number;
  readonly #bytes: number;
  readonly #timeoutMs: number;
  readonly #clock: Clock;

  /**
   * Creates a profiler with these limits.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an option has the wrong type, or is not known.
   * @throws {RangeError} if a limit is out of its range.
   */
  constructor(options: FileOperationsProfilerOptions = {}) {
    const { repetitions, bytes, timeoutMs, clock } = resolveFileOptions(
      options,
    );
    this.#repetitions = repetitions;
    this.#bytes = bytes;
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  get #measure(): FileMeasure {
    return {
      clock: this.#clock,
      repetitions: this.#repetitions,
      bytes: this.#bytes,
      limits: (options) => this.#limits(options),
    };
  }

  #limits(options: FileOperationOptions): StepLimits {
    checkMeasureOptions("the measurement", options, SIGNAL_OPTION);
    const { signal } = options;
    return {
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
      signal,
      error: FileProfileError,
    };
  }

  /**
   * Measures uploads: random bytes that are sent to a URL by POST.
   *
   * @param options May be left out; each option has its default.
   */
  async upload(
    url: string,
    options: FileOperationOptions = {},
  ): Promise<TransferReport> {
    const body = randomBytes(this.#bytes);
    return await this.#transfer("upload", url, options, async (signal) => {
      await exchange(url, { method: "POST", body, signal }, Infinity);
      return body.length;
    });
  }

  /**
   * Measures downloads of a URL; at most `bytes` of each response count.
   *
   * @param options May be left out; each option has its default.
   */
  async download(
    url: string,
    options: FileOperationOptions = {},
  ): Promise<TransferReport> {
    return await this.#transfer(
      "download",
      url,
      options,
      (signal) => exchange(url, { signal }, this.#bytes),
    );
  }

  async #transfer(
    direction: TransferReport["direction"],
    url: string,
    options: FileOperationOptions,
    move: (signal: AbortSignal) => Promise<number>,
  ): Promise<TransferReport> {
    const transfers = this.#repetitions;
    const what = `the ${direction} of ${url}`;
    return await measureStep(what, this.#limits(options), async (signal) => {
      let bytes = 0;
      const latency = await repeat(this.#clock, transfers, async () => {
        bytes += await move(signal);
      });
      const bytesPerSecond = rateOf(bytes, latency.sum);
      return { url, direction, transfers, bytes, latency, bytesPerSecond };
    });
  }

  /**
   * Measures how objects of random bytes are written, read and removed. The
   * objects are removed even if a measurement fails. Of a storage, four members
   * are used, so it can be one of your own.
   *
   * @param options May be left out; each option has its default.
   */
  async storage(
    backend: Pick<ObjectStorage, "name" | "put" | "get" | "delete">,
    options: FileOperationOptions = {},
  ): Promise<StorageReport> {
    checkBackend(backend);
    const objects = this.#repetitions;
    const bytes = randomBytes(this.#bytes);
    const run = crypto.randomUUID();
    const key = (index: number) => `troupe-profile-${run}-${index}`;
    let written = 0;
    const what = `the storage ${backend.name}`;
    return await measureStep(what, this.#limits(options), async (signal) => {
      try {
        const write = await repeat(this.#clock, objects, (index) => {
          // Objects that were written in part must be removed as well.
          written = index + 1;
          return untilAborted(
            () => backend.put(key(index), bytes, { signal }),
            signal,
          );
        });
        const read = new Distribution();
        for (let index = 0; index < objects; index++) {
          const { ms, result } = await timed(
            this.#clock,
            () =>
              untilAborted(
                () => readObject(backend, key(index), signal),
                signal,
              ),
          );
          read.record(ms);
          mustEqual(bytes, result, key(index));
        }
        const remove = await repeat(
          this.#clock,
          objects,
          (index) => untilAborted(() => backend.delete(key(index)), signal),
        );
        const all = objects * bytes.length;
        return {
          backend: backend.name,
          objects,
          objectBytes: bytes.length,
          write,
          read: read.summary(),
          remove,
          writeBytesPerSecond: rateOf(all, write.sum),
          readBytesPerSecond: rateOf(all, read.summary().sum),
        };
      } finally {
        // One that cannot be removed must not keep the rest from it.
        for (let index = 0; index < written; index++) {
          await Promise.try(() => backend.delete(key(index))).catch(() => {});
        }
      }
    });
  }

  /**
   * Measures storage in a new directory within the system's temporary one,
   * without waiting for the disk. It is removed even if the measurement fails.
   *
   * @param options May be left out; each option has its default.
   */
  async temporaryDirectory(
    options: FileOperationOptions = {},
  ): Promise<StorageReport> {
    const directory = await Deno.makeTempDir({ prefix: "troupe-profile-" });
    try {
      return await this.storage(
        directoryStorage(directory, { fsync: false }),
        options,
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }

  /**
   * Measures how data is compressed and decompressed with each algorithm: the
   * median of `repetitions` rounds. Other work of this process slows it down.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an algorithm is not known.
   * @throws {RangeError} if there are no data, or more than 268435456 bytes.
   */
  async compression(
    data: Uint8Array<ArrayBuffer>,
    options: FileOperationOptions & {
      /**
       * Algorithms that are measured.
       * @default {all algorithms}
       */
      readonly algorithms?: readonly CompressionAlgorithm[];
    } = {},
  ): Promise<CompressionReport[]> {
    const { algorithms = ALGORITHMS, ...limited } = options;
    const limits = this.#limits(limited);
    checkBytes("data", data);
    checkArray("algorithms", algorithms, "an array of names");
    checkInteger("data.length", data.length, { min: 1, max: MAX_DATA_BYTES });
    for (const name of algorithms) checkOneOf("algorithms", name, ALGORITHMS);
    const reports: CompressionReport[] = [];
    for (const algorithm of algorithms) {
      reports.push(
        await measureStep(
          `the compression ${algorithm}`,
          limits,
          async (signal) => ({
            algorithm,
            ...await measureCodec(CODECS[algorithm], data, signal, {
              clock: this.#clock,
              repetitions: this.#repetitions,
              what: algorithm,
            }),
          }),
        ),
      );
    }
    return reports;
  }

  /**
   * Measures how data is compressed at several levels of each algorithm, and
   * which of them moves an object fastest over links of given speeds. Deno
   * compresses on the thread that asks for it: meanwhile nothing else runs there.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if an algorithm is not known.
   * @throws {RangeError} if a level or a speed is out of its range, or the length
   * of the data.
   */
  async compressionLevels(
    data: Uint8Array<ArrayBuffer>,
    options: CompressionLevelOptions = {},
  ): Promise<CompressionLevelsReport> {
    return await measureLevels(data, options, this.#measure);
  }

  /**
   * Measures how thumbnails are made of images, one at a time: each image
   * `repetitions` times in each size. It uses `npm:sharp`, which needs
   * `--allow-ffi`, unless `make` makes them.
   *
   * @param options May be left out; each option has its default.
   * @throws {TypeError} if a size is none, such as `100x100`.
   */
  async thumbnails(
    images: readonly Uint8Array<ArrayBuffer>[],
    options: ThumbnailOptions = {},
  ): Promise<ThumbnailReport[]> {
    return await measureThumbnails(images, options, this.#measure);
  }

  /**
   * Measures how files are read that the system has in memory, and how, where
   * that can be told, when it has not: on Linux with `--allow-all`, on a disk. The
   * files are in a new directory within `directory`, which is removed.
   *
   * @param options May be left out; each option has its default.
   */
  async pageCache(
    directory: string,
    options: FileOperationOptions = {},
  ): Promise<PageCacheReport> {
    checkDirectory(directory);
    return await measurePageCache(directory, options, this.#measure);
  }

  /**
   * Measures what caches of several sizes in memory bring in front of a storage,
   * of whose objects a few are read often and most seldom. They are removed.
   *
   * @param options May be left out; each option has its default.
   * @throws {RangeError} if a size or a number is out of its range.
   */
  async cacheSizes(
    backend: Pick<ObjectStorage, "name" | "put" | "get" | "delete">,
    options: CacheSizeOptions = {},
  ): Promise<CacheSizeReport[]> {
    checkBackend(backend);
    return await measureCacheSizes(backend, options, this.#measure);
  }

  /**
   * Measures reads through a cache that has none of the keys yet: each key
   * once, and then `repetitions` times again.
   *
   * @param options May be left out; each option has its default.
   * @throws {RangeError} if there are no keys, or more than 100000.
   */
  async cache(
    lookup: CacheLookup,
    keys: readonly string[],
    options: FileOperationOptions = {},
  ): Promise<CacheReport> {
    checkFunction("lookup", lookup);
    checkArray("keys", keys, "an array of strings");
    checkInteger("keys.length", keys.length, { min: 1, max: MAX_KEYS });
    return await measureCache(lookup, keys, options, this.#measure);
  }
}
