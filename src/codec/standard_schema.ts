/**
 * What a schema library offers under `~standard`, as the specification
 * `@standard-schema/spec` has it: types alone, so that none is loaded.
 *
 * @module
 */

/** A fault that a schema has found in a value. */
export interface SchemaIssue {
  /** What is wrong, in words. */
  readonly message: string;
  /** The properties that lead to the fault, from the outermost on. */
  readonly path?:
    | ReadonlyArray<PropertyKey | { readonly key: PropertyKey }>
    | undefined;
}

/** What a schema says of a value: a value that may be used, or the faults. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * A schema of any library that implements Standard Schema, version 1, such as
 * Zod, Valibot or ArkType.
 *
 * @typeParam Input What it accepts.
 * @typeParam Output What it makes of that.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The part that is the same in every library. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** The name of the library. */
    readonly vendor: string;
    /** Checks a value, and returns what it is from then on. */
    readonly validate: (
      value: unknown,
    ) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    /** The types, for the compiler alone. */
    readonly types?:
      | { readonly input: Input; readonly output: Output }
      | undefined;
  };
}

/** What a schema accepts. */
export type InputOf<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["input"];

/** What a schema makes of what it accepts. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<
  Schema["~standard"]["types"]
>["output"];
