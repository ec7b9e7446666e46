/**
 * Measures what is done with files: transfers, storage, compression, caches.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Clock } from "../actor/mod.ts";
import { realClock } from "../actor/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import type { CacheLookup } from "./cache_lookup.ts";
import {
  ALGORITHMS,
  CODECS,
  type CompressionAlgorithm,
} from "./compression.ts";
import type {
  CachePass,
  CacheReport,
  CompressionReport,
  StorageReport,
  TransferReport,
} from "./file_operations_report.ts";
import {
  measurePart,
  type PartLimits,
  rateOf,
  repeat,
  timed,
} from "./measured_part.ts";
import { exchange } from "./network_http.ts";
import { checkWhole } from "./network_report.ts";
import { FileProfileError } from "./profile_errors.ts";
import { directoryStorage, type StorageBackend } from "./storage_backend.ts";
import { untilAborted } from "./until_aborted.ts";

/** How much is measured; a profiler keeps to it. */
export interface FileOperationsProfilerOptions {
  /** Transfers, objects, or rounds, 1 to 10000. @default {10} */
  readonly repetitions?: number;
  /** Bytes of a transfer or an object, 1 to 268435456. @default {1048576} */
  readonly bytes?: number;
  /** Milliseconds that a measurement may take, 1 or more. @default {30000} */
  readonly timeoutMs?: number;
  /**
   * The source of time.
   * @default {realClock}
   */
  readonly clock?: Clock;
}

/** Options of one measurement. */
export interface FileOperationOptions {
  /** Gives it up; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Bytes of data whose compression is measured, at most. */
const MAX_DATA_BYTES = 2 ** 28;
/** Keys of a cache, at most. */
const MAX_KEYS = 100_000;

/**
 * Measures file operations one at a time, bounded in number, bytes and time.
 *
 * Each method rejects with `FileProfileError` when something goes wrong or
 * takes too long, and with the signal's reason when that aborts.
 *
 * @example
 * ```ts
 * import { FileOperationsProfiler, memoryStorage } from "@troupe/troupe/profile";
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
   * A profiler with these limits.
   *
   * @throws {RangeError} when a number is out of its range.
   */
  constructor(options: FileOperationsProfilerOptions = {}) {
    const { repetitions = 10, bytes = 2 ** 20, timeoutMs = 30_000 } = options;
    checkWhole("repetitions", repetitions, 10_000);
    checkWhole("bytes", bytes, 2 ** 28);
    checkWhole("timeoutMs", timeoutMs, 2 ** 31 - 1);
    this.#repetitions = repetitions;
    this.#bytes = bytes;
    this.#timeoutMs = timeoutMs;
    this.#clock = options.clock ?? realClock;
  }

  #limits({ signal }: FileOperationOptions): PartLimits {
    return {
      clock: this.#clock,
      timeoutMs: this.#timeoutMs,
      signal,
      error: FileProfileError,
    };
  }

  /** Sends random bytes to a URL by POST, again and again. */
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

  /** Fetches a URL again and again; at most `bytes` of each answer count. */
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
    return await measurePart(what, this.#limits(options), async (signal) => {
      let bytes = 0;
      const latency = await repeat(this.#clock, transfers, async () => {
        bytes += await move(signal);
      });
      const bytesPerSecond = rateOf(bytes, latency.sum);
      return { url, direction, transfers, bytes, latency, bytesPerSecond };
    });
  }

  /**
   * Writes, reads and removes objects of random bytes. Whatever happens, those
   * that were written are removed.
   */
  async storage(
    backend: StorageBackend,
    options: FileOperationOptions = {},
  ): Promise<StorageReport> {
    const objects = this.#repetitions;
    const bytes = randomBytes(this.#bytes);
    const run = crypto.randomUUID();
    const key = (index: number) => `troupe-profile-${run}-${index}`;
    let written = 0;
    const what = `the storage ${backend.name}`;
    return await measurePart(what, this.#limits(options), async (signal) => {
      try {
        const write = await repeat(this.#clock, objects, (index) => {
          // Also what was written in part is to be removed.
          written = index + 1;
          return untilAborted(
            () => backend.put(key(index), bytes, signal),
            signal,
          );
        });
        const read = new Distribution();
        for (let index = 0; index < objects; index++) {
          const { ms, result } = await timed(
            this.#clock,
            () => untilAborted(() => backend.get(key(index), signal), signal),
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
        // One that cannot be removed must not keep the others.
        for (let index = 0; index < written; index++) {
          await Promise.try(() => backend.delete(key(index))).catch(() => {});
        }
      }
    });
  }

  /**
   * Measures the storage of a directory in the system's temporary one, which
   * is removed whatever happens.
   */
  async temporaryDirectory(
    options: FileOperationOptions = {},
  ): Promise<StorageReport> {
    const directory = await Deno.makeTempDir({ prefix: "troupe-profile-" });
    try {
      return await this.storage(directoryStorage(directory), options);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }

  /**
   * Compresses data and decompresses it again, with each algorithm, as often
   * as `repetitions` says; the median counts. Other work of this process slows
   * it.
   *
   * @throws {RangeError} when there is no data, or more than 268435456 bytes.
   */
  async compression(
    data: Uint8Array<ArrayBuffer>,
    options: FileOperationOptions & {
      /** @default {all} */
      readonly algorithms?: readonly CompressionAlgorithm[];
    } = {},
  ): Promise<CompressionReport[]> {
    checkWhole("the length of the data", data.length, MAX_DATA_BYTES);
    const { algorithms = ALGORITHMS } = options;
    const reports: CompressionReport[] = [];
    for (const algorithm of algorithms) {
      const limits = this.#limits(options);
      reports.push(
        await measurePart(
          `the compression ${algorithm}`,
          limits,
          (signal) => this.#compress(algorithm, data, signal),
        ),
      );
    }
    return reports;
  }

  async #compress(
    algorithm: CompressionAlgorithm,
    data: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<CompressionReport> {
    const codec = CODECS[algorithm];
    const there = new Distribution();
    const back = new Distribution();
    let outputBytes = 0;
    for (let i = 0; i < this.#repetitions; i++) {
      signal.throwIfAborted();
      const small = await timed(this.#clock, () => codec.compress(data));
      const compressed = new Uint8Array(small.result);
      signal.throwIfAborted();
      const large = await timed(
        this.#clock,
        () => codec.decompress(compressed),
      );
      mustEqual(data, large.result, algorithm);
      there.record(small.ms);
      back.record(large.ms);
      outputBytes = compressed.length;
    }
    return {
      algorithm,
      inputBytes: data.length,
      outputBytes,
      ratio: data.length / outputBytes,
      compressBytesPerSecond: rateOf(data.length, there.quantile(0.5) ?? 0),
      decompressBytesPerSecond: rateOf(data.length, back.quantile(0.5) ?? 0),
    };
  }

  /**
   * Reads each key once, and then as often again as `repetitions` says,
   * through a cache that has none of them yet.
   *
   * @throws {RangeError} when there are no keys, or more than 100000.
   */
  async cache(
    lookup: CacheLookup,
    keys: readonly string[],
    options: FileOperationOptions = {},
  ): Promise<CacheReport> {
    checkWhole("the number of keys", keys.length, MAX_KEYS);
    return await measurePart(
      "the cache",
      this.#limits(options),
      async (signal) => {
        const cold = await this.#readAll(lookup, keys, 1, signal);
        const warm = await this.#readAll(
          lookup,
          keys,
          this.#repetitions,
          signal,
        );
        const slow = cold.latency.p50 ?? 0;
        const quick = warm.latency.p50 ?? 0;
        const speedup = quick > 0 ? slow / quick : null;
        return { keys: keys.length, cold, warm, speedup };
      },
    );
  }

  async #readAll(
    lookup: CacheLookup,
    keys: readonly string[],
    rounds: number,
    signal: AbortSignal,
  ): Promise<CachePass> {
    const latency = new Distribution();
    let hits = 0;
    for (let round = 0; round < rounds; round++) {
      for (const key of keys) {
        const read = await timed(
          this.#clock,
          () => untilAborted(() => lookup(key, signal), signal),
        );
        latency.record(read.ms);
        if (read.result === "hit") hits++;
      }
    }
    return { hitRatio: hits / latency.count, latency: latency.summary() };
  }
}

/** Bytes that cannot be compressed. */
function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  // What one call may fill.
  for (let from = 0; from < length; from += 65_536) {
    crypto.getRandomValues(bytes.subarray(from, from + 65_536));
  }
  return bytes;
}

/** @throws {FileProfileError} when the two differ. */
function mustEqual(
  expected: Uint8Array,
  actual: Uint8Array,
  what: string,
): void {
  if (Buffer.compare(expected, actual) === 0) return;
  throw new FileProfileError(
    `Cannot measure ${what}: other bytes came back than went in`,
  );
}
