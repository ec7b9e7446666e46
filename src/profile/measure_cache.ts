/**
 * Measures reads through a cache, cold and warm.
 *
 * @module
 */
import type { Clock } from "../actor/mod.ts";
import { Distribution } from "../metrics/internal.ts";
import type { CacheLookup } from "./cache_lookup.ts";
import type { FileMeasure, FileOperationOptions } from "./file_measure.ts";
import type { CachePass, CacheReport } from "./file_operations_report.ts";
import { measureStep, timed } from "./measured_step.ts";
import { untilAborted } from "./until_aborted.ts";

/** Reads each key once, and then several times again. */
export async function measureCache(
  lookup: CacheLookup,
  keys: readonly string[],
  options: FileOperationOptions,
  { clock, repetitions, limits }: FileMeasure,
): Promise<CacheReport> {
  return await measureStep("the cache", limits(options), async (signal) => {
    const readAll = (rounds: number): Promise<CachePass> =>
      readRounds(lookup, keys, rounds, clock, signal);
    const cold = await readAll(1);
    const warm = await readAll(repetitions);
    const slow = cold.latency.p50 ?? 0;
    const quick = warm.latency.p50 ?? 0;
    const speedup = quick > 0 ? slow / quick : null;
    return { keys: keys.length, cold, warm, speedup };
  });
}

async function readRounds(
  lookup: CacheLookup,
  keys: readonly string[],
  rounds: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<CachePass> {
  const latency = new Distribution();
  let hits = 0;
  for (let round = 0; round < rounds; round++) {
    for (const key of keys) {
      const read = await timed(
        clock,
        () => untilAborted(() => lookup(key, signal), signal),
      );
      latency.record(read.ms);
      if (read.result === "hit") hits++;
    }
  }
  return { hitRatio: hits / latency.count, latency: latency.summary() };
}
