/**
 * Measures what caches of several sizes bring in front of a storage.
 *
 * @module
 */
import {
  checkArray,
  checkInteger,
  checkOptionNames,
  countFrom,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { Distribution } from "../metrics/internal.ts";
import { randomStream } from "../stats/internal.ts";
import type { ObjectStorage } from "../storage/mod.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import type { CacheSizeReport } from "./file_operations_report.ts";
import { measureStep, timed } from "./measured_step.ts";
import { memoryCacheLookup } from "./object_cache.ts";
import { randomBytes } from "./test_bytes.ts";
import { untilAborted } from "./until_aborted.ts";

/** Options of `cacheSizes` of a `FileOperationsProfiler`. */
export interface CacheSizeOptions extends FileOperationOptions {
  /**
   * Objects that are read, 1 to 10000.
   * @default {100}
   */
  readonly objects?: number;
  /**
   * Reads for each size, 1 to 1000000.
   * @default {1000}
   */
  readonly reads?: number;
  /**
   * How unequal the objects are, from 0: the object of rank `n` is read as often
   * as 1 / n to the power of it (Zipf). With 0, all are read as often.
   * @default {1}
   */
  readonly skew?: number;
  /**
   * Sizes of the caches in bytes, from 0.
   * @default {5 %, 10 %, 25 %, 50 % and all of the objects}
   */
  readonly cacheBytes?: readonly number[];
  /**
   * Seed of the order of the reads, a whole number.
   * @default {1}
   */
  readonly seed?: number;
}

const NAMES: OptionNames<CacheSizeOptions> = {
  signal: true,
  objects: true,
  reads: true,
  skew: true,
  cacheBytes: true,
  seed: true,
};
const SHARES = [0.05, 0.1, 0.25, 0.5, 1];

/** Measures a cache of each size, all with the same reads. */
export async function measureCacheSizes(
  backend: Pick<ObjectStorage, "name" | "put" | "get" | "delete">,
  options: CacheSizeOptions,
  { clock, bytes, limits }: FileMeasure,
): Promise<CacheSizeReport[]> {
  checkOptionNames("cacheSizes()", options, NAMES);
  const { signal, cacheBytes, ...numbers } = options;
  const { objects, reads, skew, seed } = resolveNumbers(numbers, {
    objects: 100,
    reads: 1000,
    skew: 1,
    seed: 1,
  }, {
    objects: { min: 1, max: 10_000, integer: true },
    reads: { min: 1, max: 1_000_000, integer: true },
    skew: { min: 0, finite: true },
    seed: countFrom(0),
  });
  const objectsBytes = objects * bytes;
  const sizes = cacheBytes ??
    SHARES.map((share) => Math.ceil(share * objectsBytes));
  checkArray("cacheBytes", sizes, "an array of whole numbers");
  for (const size of sizes) checkInteger("cacheBytes", size, { min: 0 });
  const run = crypto.randomUUID();
  const keyOf = (rank: number): string => `troupe-profile-${run}-${rank}`;
  const order = zipfOrder(objects, reads, skew, seed);
  const stepLimits = limits(signal === undefined ? {} : { signal });
  const object = randomBytes(bytes);
  const reports: CacheSizeReport[] = [];
  let written = 0;
  try {
    await measureStep(
      `the storage ${backend.name}`,
      stepLimits,
      async (signal) => {
        while (written < objects) {
          const key = keyOf(written++);
          await untilAborted(
            () => backend.put(key, object, { signal }),
            signal,
          );
        }
      },
    );
    for (const size of sizes) {
      const lookup = memoryCacheLookup(backend, { maxBytes: size });
      reports.push(
        await measureStep(
          `a cache of ${size} bytes`,
          stepLimits,
          async (signal) => {
            const hit = new Distribution();
            const miss = new Distribution();
            let sumMs = 0;
            for (const rank of order) {
              const { ms, result } = await timed(
                clock,
                () => untilAborted(() => lookup(keyOf(rank), signal), signal),
              );
              (result === "hit" ? hit : miss).record(ms);
              sumMs += ms;
            }
            return {
              cacheBytes: size,
              objectsBytes,
              hitRatio: hit.count / reads,
              hit: hit.count === 0 ? null : hit.summary(),
              miss: miss.count === 0 ? null : miss.summary(),
              meanMs: sumMs / reads,
            };
          },
        ),
      );
    }
    return reports;
  } finally {
    for (let rank = 0; rank < written; rank++) {
      await Promise.try(() => backend.delete(keyOf(rank))).catch(() => {});
    }
  }
}

/** Returns ranks in the order in which they are read, from 0. */
export function zipfOrder(
  objects: number,
  reads: number,
  skew: number,
  seed: number,
): number[] {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= objects; rank++) sums.push(sum += rank ** -skew);
  const random = randomStream(seed, "zipf");
  return Array.from({ length: reads }, () => {
    const drawn = random() * sum;
    let [low, high] = [0, objects - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? sum) > drawn) high = middle;
      else low = middle + 1;
    }
    return low;
  });
}
