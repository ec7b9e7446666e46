/** A row: its values in order, or by the names of the columns. */
export type DataItem = Readonly<Record<string, unknown> | unknown[]>;

/** Options for {@linkcode stringify}; those that are used here. */
export interface StringifyOptions {
  /** The columns, in their order; needed where rows are objects. */
  columns?: readonly string[];
  /** Whether the names of the columns come first; `true` by default. */
  headers?: boolean;
}

/** Makes CSV of rows. */
export function stringify(
  data: readonly DataItem[],
  options?: StringifyOptions,
): string;
