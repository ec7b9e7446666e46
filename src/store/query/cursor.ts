/**
 * The place of a record in an order, as a text that nobody needs to read.
 *
 * @module
 */
import { QueryError } from "./query_error.ts";
import type { SortKey, SortTerm } from "./sort.ts";
import type { SqlScalar } from "./values.ts";

/** The longest cursor that is read, in UTF-16 units. */
export const MAX_CURSOR_LENGTH = 16_384;

/** Returns the cursor behind a record with these keys. */
export function encodeCursor(
  collection: string,
  terms: readonly SortTerm[],
  keys: readonly SqlScalar[],
): string {
  const values = keys.map((key) =>
    typeof key === "bigint" ? [String(key)] : key
  );
  const content = JSON.stringify([orderOf(collection, terms), values]);
  return new TextEncoder().encode(content).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/**
 * Returns the keys of a cursor.
 *
 * @throws {QueryError} if the text is no cursor, or one of another order
 */
export function decodeCursor(
  cursor: string,
  collection: string,
  terms: readonly SortTerm[],
  keys: readonly SortKey[],
): SqlScalar[] {
  const content = contentOf(cursor);
  if (!Array.isArray(content) || content.length !== 2) throw noCursor();
  const [order, values]: readonly unknown[] = content;
  if (typeof order !== "string" || !Array.isArray(values)) throw noCursor();
  if (order !== orderOf(collection, terms)) {
    throw new QueryError({
      part: "after",
      code: "stale_cursor",
      found: `a cursor of the order ${JSON.stringify(order.slice(0, 80))}`,
      expected: "a cursor of this collection and this sort",
    });
  }
  if (values.length !== keys.length) throw noCursor();
  return keys.map((key, index) => keyOf(values[index], key));
}

function contentOf(cursor: string): unknown {
  if (cursor.length > MAX_CURSOR_LENGTH) throw noCursor();
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw noCursor();
  }
}

function keyOf(value: unknown, { type, isNullable }: SortKey): SqlScalar {
  if (value === null) {
    if (isNullable) return null;
    throw noCursor();
  }
  const isText = type === "text" || type === "date";
  if (typeof value === "string") {
    if ((isText || type === "json") && !value.includes("\0")) return value;
    throw noCursor();
  }
  if (isText) throw noCursor();
  if (typeof value === "number") return value;
  const [digits]: readonly unknown[] = Array.isArray(value) ? value : [];
  if (typeof digits !== "string" || !/^-?\d{1,19}$/.test(digits)) {
    throw noCursor();
  }
  const integer = BigInt(digits);
  if (BigInt.asIntN(64, integer) !== integer) throw noCursor();
  return integer;
}

function orderOf(collection: string, terms: readonly SortTerm[]): string {
  const written = terms.map(({ path, isDescending }) =>
    `${isDescending ? "-" : ""}${path.join(".")}`
  );
  return `${collection}:${written.join(",")}`;
}

function noCursor(): QueryError {
  return new QueryError({
    part: "after",
    code: "syntax",
    found: "a text that is no cursor",
    expected: "the cursor of a page, as it was returned",
  });
}
