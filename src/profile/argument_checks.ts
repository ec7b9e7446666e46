/**
 * Checks of what the profilers are called with, for programs without types.
 *
 * @module
 */
import {
  checkArray,
  checkFunction,
  checkMethods,
  checkObject,
  checkOptionNames,
  checkSignal,
  checkString,
  type OptionNames,
} from "../checks/internal.ts";
import type { Clock } from "../actor/mod.ts";

/** Options of a single measurement, but for those of its kind. */
export interface SignalOption {
  /** Cancels the measurement, which rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** The table of {@linkcode SignalOption}. */
export const SIGNAL_OPTION: OptionNames<SignalOption> = { signal: true };

/**
 * Checks the options of a single measurement: their names, and the signal.
 *
 * @throws {TypeError} if one is not known, or the signal is none.
 */
export function checkMeasureOptions<Options extends SignalOption>(
  of: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  checkOptionNames(of, options, names);
  if (options.signal !== undefined) checkSignal("signal", options.signal);
}

/**
 * Checks a clock, if there is one.
 *
 * @throws {TypeError} if it is none.
 */
export function checkClockOption(clock: Clock | undefined): void {
  if (clock === undefined) return;
  checkMethods("clock", clock, ["now", "schedule"], "a clock");
}

/**
 * Checks the series to be correlated.
 *
 * @throws {TypeError} if they are not an array of series.
 */
export function checkSeries(series: unknown): void {
  const example = 'an array such as [{ name: "queue", points: [] }]';
  checkArray("series", series, example);
  for (const one of series) {
    checkObject("one of series", one, "an object with a name and points");
    checkString("the name of a series", Reflect.get(one, "name"));
    checkArray(
      "the points of a series",
      Reflect.get(one, "points"),
      "an array",
    );
  }
}

/**
 * Checks the samples of a heap.
 *
 * @throws {TypeError} if they are not an array of objects.
 */
export function checkSamples(samples: unknown): void {
  checkArray("samples", samples, "an array of HeapSample");
  for (const sample of samples) {
    checkObject("one of samples", sample, "{ atMs, usedBytes, operations }");
  }
}

/**
 * Checks a directory.
 *
 * @throws {TypeError} if it is neither a path nor a URL.
 */
export function checkDirectory(directory: unknown): void {
  if (!(directory instanceof URL)) checkString("directory", directory);
}

/**
 * Checks a storage.
 *
 * @throws {TypeError} if it lacks a method.
 */
export function checkBackend(backend: unknown): void {
  checkMethods(
    "backend",
    backend,
    ["put", "get", "delete"],
    "an ObjectStorage, such as memoryStorage()",
  );
}

/**
 * Checks a cache of the web's Cache API, and what loads what it lacks.
 *
 * @throws {TypeError} if one of them is none.
 */
export function checkWebCache(cache: unknown, load: unknown): void {
  checkMethods("cache", cache, ["match", "put"], "a Cache of caches.open()");
  checkFunction("load", load);
}
