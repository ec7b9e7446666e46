// What both formats say about a value that is not plain data, or not within the
// limits. A fault is the rest of a sentence whose start is the path to the value.

/** Whether a value is an object of the language itself, and not of a class. */
export function isPlainObject(
  value: object,
): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Says that a value of this type is never encoded. */
export function wrongType(value: unknown): string {
  return value === undefined
    ? " is undefined: leave the property out, or send null"
    : ` is a ${typeof value}`;
}

/** Says that an object is not plain data. */
export const CLASS_INSTANCE = " is an instance of a class";

/** Says that an object has the one key that no peer takes. */
export const PROTO_KEY = " has a key __proto__";

/** Says that a value is past `maxValues`. */
export function tooMany(maxValues: number): string {
  return ` is past the limit of ${maxValues} values`;
}

/** Says that a value is past `maxBytes`. */
export function tooLong(maxBytes: number): string {
  return ` is past the limit of ${maxBytes} bytes`;
}

/** Says that an array or object is past `maxDepth`. */
export function tooDeep(maxDepth: number): string {
  return ` is nested deeper than ${maxDepth}, or contains itself`;
}

/**
 * Prepends a step to the path of a fault; "…" replaces the start of a long one.
 */
export function prepend(step: string, fault: string): string {
  if (fault.startsWith("…")) return fault;
  if (fault.length > 200) return `…${fault}`;
  return `${step.slice(0, 100)}${fault}`;
}
