/**
 * SQL with its values.
 *
 * @module
 */
import type { Statement } from "../engine/engine.ts";

/** Makes a statement of SQL and its values, which are bound. */
export function run(
  sql: string,
  ...values: Statement["values"]
): Statement {
  return { sql, values };
}
