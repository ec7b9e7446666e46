/**
 * Pieces of SQL with the values that are bound in them. A piece is made of other
 * pieces alone, so no text of a caller ever becomes SQL.
 *
 * @module
 */

/** A value that is bound. Integers are bigints: a number is bound as REAL. */
export type SqlValue = string | number | bigint | null;

/** A piece of SQL, with a value for each `?` in it, in their order. */
export interface Sql {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** The condition that every record meets. */
export const TRUE: Sql = { sql: "TRUE", values: [] };
/** The condition that no record meets. */
export const FALSE: Sql = { sql: "FALSE", values: [] };

/** Returns the piece that a template makes of its pieces. */
export function sql(
  texts: TemplateStringsArray,
  ...pieces: readonly Sql[]
): Sql {
  let text = texts[0] ?? "";
  const values: SqlValue[] = [];
  pieces.forEach((piece, index) => {
    text += piece.sql + (texts[index + 1] ?? "");
    values.push(...piece.values);
  });
  return { sql: text, values };
}

/** Returns the piece that stands for a value. */
export function bound(value: SqlValue): Sql {
  const isInteger = typeof value === "number" && Number.isSafeInteger(value);
  return { sql: "?", values: [isInteger ? BigInt(value) : value] };
}

/** Returns a name of the schema, or an alias, in quotes. */
export function named(name: string, column?: string): Sql {
  const one = quoted(name);
  return {
    sql: column === undefined ? one : `${one}.${quoted(column)}`,
    values: NO_VALUES,
  };
}

function quoted(name: string): string {
  return name.includes('"') ? `"${name.replaceAll('"', '""')}"` : `"${name}"`;
}

const NO_VALUES: readonly SqlValue[] = [];

/** Returns pieces with others between them. */
export function joinSql(
  pieces: readonly Sql[],
  between: " AND " | " OR " | ", " | " " | " JOIN " | " LEFT JOIN ",
): Sql {
  return {
    sql: pieces.map((piece) => piece.sql).join(between),
    values: pieces.flatMap(({ values }) => values),
  };
}

/** Returns values as one that is bound: an integer keeps all of its digits. */
export function listOf(values: readonly SqlValue[]): Sql {
  const texts = values.map((value) =>
    typeof value === "bigint" ? String(value) : JSON.stringify(value)
  );
  return bound(`[${texts.join(",")}]`);
}
