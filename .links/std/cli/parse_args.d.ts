// Simpler than the real declarations, and only ever stricter, so that what
// checks here checks against the real package too. Left out: `collect`,
// `negatable`, `stopEarly`, `unknown`, `"--"`, `boolean: true` and dotted names.
// A flag that is named in neither `string` nor `boolean`, and an alias, read as
// `unknown` here.

/** What {@linkcode parseArgs} returns. */
export type Args<
  TBooleans extends string,
  TStrings extends string,
  TDefaults extends Record<string, unknown>,
> =
  & { [flag: string]: unknown }
  & {
    [K in TBooleans]:
      | boolean
      | (K extends keyof TDefaults ? TDefaults[K] : never);
  }
  & { [K in Exclude<TStrings, keyof TDefaults>]?: string }
  & { [K in Extract<TStrings, keyof TDefaults>]: string | TDefaults[K] }
  & { _: Array<string | number> };

/** Options for {@linkcode parseArgs}. */
export interface ParseOptions<
  TBooleans extends string,
  TStrings extends string,
  TDefaults extends Record<string, unknown>,
> {
  /** The flags that take no value; `false` where not given. */
  boolean?: TBooleans | readonly TBooleans[];
  /** The flags whose value is a string. */
  string?: TStrings | readonly TStrings[];
  /** The values of flags that are not given. */
  default?: TDefaults & { [K in TBooleans | TStrings]?: unknown };
  /** Other names of a flag. */
  alias?: Record<string, string | string[]>;
}

/** Parses command line arguments. */
export function parseArgs<
  TBooleans extends string = never,
  TStrings extends string = never,
  TDefaults extends Record<string, unknown> = Record<never, never>,
>(
  args: readonly string[],
  options?: ParseOptions<TBooleans, TStrings, TDefaults>,
): Args<TBooleans, TStrings, TDefaults>;
