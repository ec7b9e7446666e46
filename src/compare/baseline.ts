/**
 * Numbers of a command that are kept, to compare with later.
 *
 * @module
 */
import type { MetricRuns } from "./analysis.ts";
import { BaselineError } from "./errors.ts";
import { differences, type Fingerprint } from "./fingerprint.ts";

/** What was measured of a command: plain data, as JSON has it. */
export interface Baseline {
  /** Of this format. */
  readonly version: 1;
  /** What reports call the command. */
  readonly label: string;
  /** ISO 8601. */
  readonly measuredAt: string;
  /** Where and how. */
  readonly fingerprint: Fingerprint;
  /** Pairs of the command with itself, by metric. */
  readonly metrics: readonly MetricRuns[];
}

/** Writes a baseline to a file, as JSON. */
export async function saveBaseline(
  path: string | URL,
  baseline: Baseline,
): Promise<void> {
  await Deno.writeTextFile(path, JSON.stringify(baseline, null, 2) + "\n");
}

/**
 * Reads a baseline from a file.
 *
 * @throws {BaselineError} when there is none in it.
 */
export async function loadBaseline(path: string | URL): Promise<Baseline> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    if (isBaseline(value)) return value;
  } catch (cause) {
    throw new BaselineError(`Cannot read the baseline in ${path}`, { cause });
  }
  throw new BaselineError(
    `Cannot read the baseline in ${path}: it is none of version 1; record it anew`,
  );
}

/**
 * Makes sure that a baseline may be compared with what is measured here.
 *
 * @throws {BaselineError} when it comes from another host, runtime or
 * configuration; it says what differs.
 */
export function assertComparable(baseline: Baseline, here: Fingerprint): void {
  const found = differences(baseline.fingerprint, here);
  if (found.length === 0) return;
  throw new BaselineError(
    `Cannot compare with the baseline of ${baseline.label}: ${
      found.join("; ")
    }; record it anew here`,
  );
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
