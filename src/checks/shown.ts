/**
 * How a refused value appears in an error.
 *
 * @module
 */

/**
 * Returns what kind of value it is, such as `"an array"` or `"a string"`, and
 * `"missing"` for `undefined` and `null`. It shows no content: a value of the
 * wrong type may hold a secret.
 */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "missing";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/**
 * Returns a number, a boolean or a string as it would be written in a program,
 * and the kind of everything else. Not for values that may be secret.
 */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
    case "boolean":
      return String(value);
    case "bigint":
      return `${value}n`;
    default:
      return kindOf(value);
  }
}
