/**
 * The metrics of a run: one number for each.
 *
 * @module
 */
import { RunFailedError } from "./errors.ts";

/** One number that is measured in each run. */
export interface CompareMetric {
  /**
   * Name of the metric: `wall` is the time that the command takes and `cpu` its
   * CPU time, user and system, both in seconds. Every other name is a field of
   * the JSON object in the last line of the command's output, such as
   * `latency.p99`.
   */
  readonly name: string;
  /**
   * Whether lower or higher numbers are better.
   * @default {"lower"}
   */
  readonly better?: "lower" | "higher";
}

/**
 * Parses a metric of the command line: `wall`, `cpu` or a field, followed by
 * `:higher` if higher is better.
 */
export function parseMetric(text: string): CompareMetric {
  const higher = ":higher";
  return text.endsWith(higher)
    ? { name: text.slice(0, -higher.length), better: "higher" }
    : { name: text };
}

/**
 * Returns the number in a field of the last line of an output.
 *
 * @throws {RunFailedError} if there is no number of 0 or more.
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
      }, it must be a JSON object`,
      { cause },
    );
  }
  for (const key of field.split(".")) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined;
  }
  return measured(field, value);
}

/**
 * Returns the value, if it is a number that can be compared.
 *
 * @throws {RunFailedError} if it is not a finite number of 0 or more.
 */
export function measured(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) {
    return value;
  }
  throw new RunFailedError(
    `Cannot read ${name}: it is ${
      JSON.stringify(value)
    }, it must be a number of 0 or more`,
  );
}
