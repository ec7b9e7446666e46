/**
 * Stored functions: what a store does for others by name, in one transaction.
 *
 * @module
 */
import {
  checkFunction,
  checkOptionNames,
  type OptionNames,
  resolveNumbers,
} from "../checks/internal.ts";
import { InvalidRecordError } from "./errors.ts";
import { issuesOf, runSchema } from "./schema/check_value.ts";
import type { Collection } from "./schema/collection.ts";
import { checkSchema } from "./schema/fields.ts";
import type { Identity } from "./schema/identity.ts";
import type { InputOf, OutputOf, StandardSchema } from "../codec/internal.ts";
import type { Records } from "./records.ts";

/** What a stored function works with. */
export interface FunctionContext {
  /** Who calls; `null` for nobody in particular, and for the program itself. */
  readonly identity: Identity;
  /** Aborts when the function takes too long, or its caller stops waiting. */
  readonly signal: AbortSignal;
  /** Returns the records of a collection, in this transaction and without rules. */
  collection<C extends Collection>(of: C): Records<C>;
}

/** What a stored function is made of. */
export interface StoredFunctionOptions<S extends StandardSchema, Output> {
  /** What checks the input: a schema of a library with Standard Schema. */
  readonly input: S;
  /**
   * Returns whether somebody may call it; the program itself always may.
   * @default {superusers alone}
   */
  readonly allow?: (who: Identity) => boolean;
  /**
   * Milliseconds that it may take, above 0; then it is rolled back.
   * @default {5000}
   */
  readonly timeoutMs?: number;
  /**
   * Runs it: what it writes is kept when its promise resolves, and nothing of it
   * when it rejects. No other write of the store runs meanwhile, so it should be
   * short, and it must not wait for the store but through `context`.
   */
  readonly run: (
    context: FunctionContext,
    input: OutputOf<S>,
  ) => Output | Promise<Output>;
}

/** A stored function, as it is given to a store. */
export interface StoredFunction<Input = unknown, Output = unknown> {
  /** What checks the input. */
  readonly input: StandardSchema;
  /** Returns whether somebody may call it. */
  readonly allow: (who: Identity) => boolean;
  /** Milliseconds that it may take. */
  readonly timeoutMs: number;
  /** Runs it with an input that was checked. */
  readonly run: (context: FunctionContext, input: unknown) => unknown;
  /** The types of its input and output; for the compiler alone. */
  readonly "~types"?: { readonly input: Input; readonly output: Output };
}

const NAMES: OptionNames<StoredFunctionOptions<StandardSchema, unknown>> = {
  input: true,
  allow: true,
  timeoutMs: true,
  run: true,
};

/**
 * Makes a stored function.
 *
 * @throws {TypeError} for an option of the wrong type.
 * @throws {RangeError} for an option that is out of its range.
 */
export function storedFunction<S extends StandardSchema, Output>(
  options: StoredFunctionOptions<S, Output>,
): StoredFunction<InputOf<S>, Output> {
  checkOptionNames("storedFunction()", options, NAMES);
  const { input, allow = isSuperuser, run } = options;
  checkSchema("input", input);
  checkFunction("allow", allow);
  checkFunction("run", run);
  const { timeoutMs } = resolveNumbers(options, { timeoutMs: 5000 }, {
    timeoutMs: { above: 0 },
  });
  return {
    input,
    allow,
    timeoutMs,
    // It gets what its schema makes.
    run: run as StoredFunction["run"],
  };
}

function isSuperuser(who: Identity): boolean {
  return who?.kind === "superuser";
}

/**
 * Returns what the schema of a function makes of an input.
 *
 * @throws {InvalidRecordError} as a rejection, if it is not valid.
 */
export async function checkedInput(
  name: string,
  { input: schema }: StoredFunction,
  input: unknown,
): Promise<unknown> {
  const result = await runSchema(schema, input);
  if (result.issues === undefined) return result.value;
  throw new InvalidRecordError(
    `the input of function ${name}`,
    issuesOf(result, "", input),
  );
}
