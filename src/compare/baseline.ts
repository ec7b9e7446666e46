/**
 * Baselines: numbers of a command that are saved, to compare with later.
 *
 * @module
 */
import { checkString, kindOf, reasonOf } from "../checks/internal.ts";
import type { MetricRuns } from "./analysis.ts";
import { BaselineError } from "./errors.ts";
import { differences, type Fingerprint } from "./fingerprint.ts";

/** The measurements of a command: plain data, which JSON can hold. */
export interface Baseline {
  /** Version of this format. */
  readonly version: 1;
  /** Label of the command in reports. */
  readonly label: string;
  /** Time of the measurement, in ISO 8601. */
  readonly measuredAt: string;
  /** Machine, runtime and configuration of the measurement. */
  readonly fingerprint: Fingerprint;
  /** Numbers of the command in pairs with itself, by metric. */
  readonly metrics: readonly MetricRuns[];
}

/**
 * Writes a baseline to a file as JSON. Needs `--allow-write` for it.
 *
 * @throws {TypeError} as a rejection, if the path is neither a string nor a URL,
 * or it is not a baseline.
 */
export async function saveBaseline(
  path: string | URL,
  baseline: Baseline,
): Promise<void> {
  checkPath(path);
  if (!isBaseline(baseline)) {
    throw new TypeError(
      `Cannot use baseline: it is ${
        kindOf(baseline)
      }, it must be what record() of a PerformanceIntegrator returns`,
    );
  }
  await Deno.writeTextFile(path, JSON.stringify(baseline, null, 2) + "\n");
}

/**
 * Reads a baseline from a file. Needs `--allow-read` for it.
 *
 * @throws {TypeError} as a rejection, if the path is neither a string nor a URL.
 * @throws {BaselineError} if the file cannot be read or has no baseline.
 */
export async function loadBaseline(path: string | URL): Promise<Baseline> {
  checkPath(path);
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    if (isBaseline(value)) return value;
  } catch (cause) {
    throw new BaselineError(
      `Cannot read the baseline in ${path}: ${reasonOf(cause)}`,
      { cause },
    );
  }
  throw new BaselineError(
    `Cannot read the baseline in ${path}: it is not a baseline of version 1, record it again`,
  );
}

/**
 * Checks that a baseline can be compared with measurements here.
 *
 * @throws {BaselineError} if it comes from another host, runtime or
 * configuration; the message lists the differences.
 */
export function assertComparable(baseline: Baseline, here: Fingerprint): void {
  const found = differences(baseline.fingerprint, here);
  if (found.length === 0) return;
  throw new BaselineError(
    `Cannot compare with the baseline of ${baseline.label}: ${
      found.join("; ")
    }, record it again here`,
  );
}

function checkPath(path: string | URL): void {
  if (!(path instanceof URL)) checkString("path", path);
}

function isBaseline(value: unknown): value is Baseline {
  return isRecord(value) && value.version === 1 &&
    typeof value.label === "string" && typeof value.measuredAt === "string" &&
    isRecord(value.fingerprint) && Array.isArray(value.metrics) &&
    value.metrics.every((runs: unknown) =>
      isRecord(runs) && areNumbers(runs.a) && areNumbers(runs.b) &&
      runs.a.length === runs.b.length
    );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function areNumbers(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((number: unknown) => typeof number === "number" && number > 0);
}
