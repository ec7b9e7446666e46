/** Options for {@linkcode parse}; those that are used here. */
export interface ParseOptions {
  /** Whether the first row is left out. */
  skipFirstRow?: false;
  /** With 0, each row must have as many fields as the first one. */
  fieldsPerRecord?: number;
}

/** Reads a text of CSV, into an array of rows. */
export function parse(input: string, options?: ParseOptions): string[][];
