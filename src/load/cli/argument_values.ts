/**
 * The values of arguments.
 *
 * @module
 */
import { quantityProblem, readQuantity } from "../scenario/quantity.ts";
import { LoadUsageError } from "./usage_error.ts";

/** Reads a whole number. */
export function number(name: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new LoadUsageError(
    `Cannot run a load test: --${name} is ${
      JSON.stringify(text)
    }, it must be a whole number`,
  );
}

/** Reads milliseconds, or a time with a unit. */
export function time(name: string, text: string): number {
  const ms = text.trim() === "" ? NaN : Number(text);
  if (Number.isSafeInteger(ms)) return ms;
  const read = readQuantity(text, "ms");
  if (read !== undefined) return read;
  const needed = "a whole number of milliseconds";
  const { message } = Number.isNaN(ms)
    ? quantityProblem(text, "ms", needed)
    : { message: `is ${JSON.stringify(text)}, it must be ${needed}` };
  throw new LoadUsageError(`Cannot run a load test: --${name} ${message}`);
}
