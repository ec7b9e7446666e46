/**
 * What is measured of a run: one number for each metric.
 *
 * @module
 */
import { RunFailedError } from "./errors.ts";

/** One number of a run. */
export interface CompareMetric {
  /**
   * `wall` is the time that the command took and `cpu` the time that it kept
   * cores busy, user and system, both in seconds. Every other name is a field
   * of the JSON object that is the last line of the command's output, such as
   * `latency.p99`.
   */
  readonly name: string;
  /** Which way is better. @default {"lower"} */
  readonly better?: "lower" | "higher";
}

/**
 * Reads a metric as the command line has it: `wall`, `cpu`, or a field, with
 * `:higher` behind it where higher is better.
 */
export function parseMetric(text: string): CompareMetric {
  const higher = ":higher";
  return text.endsWith(higher)
    ? { name: text.slice(0, -higher.length), better: "higher" }
    : { name: text };
}

/**
 * The number in a field of the last line of an output.
 *
 * @throws {RunFailedError} when there is none above 0.
 */
export function readField(output: string, field: string): number {
  const line = output.trimEnd().split("\n").at(-1) ?? "";
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new RunFailedError(
      `Cannot read ${field}: the last line of the output is ${
        JSON.stringify(line.slice(0, 200))
      }, not JSON; print an object there`,
      { cause },
    );
  }
  for (const key of field.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined;
  }
  return positive(field, value);
}

/**
 * The number itself.
 *
 * @throws {RunFailedError} when it is not one above 0, as ratios need.
 */
export function positive(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value > 0) {
    return value;
  }
  throw new RunFailedError(
    `Cannot read ${name}: it is ${
      JSON.stringify(value)
    }, and a number above 0 is needed`,
  );
}
