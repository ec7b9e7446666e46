/**
 * Values of SQL in JSON, for the messages of readers. What JSON has not is an
 * array: a whole number as its digits, bytes in base64, and `-0`, `NaN` and the
 * infinities by their names.
 *
 * @module
 */
import type { SqlValue } from "./engine.ts";

/** A value that JSON has not. */
type Marked = readonly ["i" | "b" | "f", string] | readonly ["unknown"];

/** A value as JSON has it. */
export type WireValue = string | number | null | Marked;

/** Returns whether JSON keeps a value as it is. */
export function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return true;
    case "number":
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    default:
      return value === null;
  }
}

/** Returns a value as JSON has it. */
export function toWire(value: SqlValue): WireValue {
  if (isPlain(value)) return value as string | number | null;
  if (typeof value === "bigint") return ["i", String(value)];
  if (typeof value === "number") {
    return ["f", Object.is(value, -0) ? "-0" : String(value)];
  }
  if (value instanceof Uint8Array) return ["b", value.toBase64()];
  // SQLite says that it cannot be bound.
  return ["unknown"];
}

/** Returns the value that {@linkcode toWire} was given. */
export function fromWire(value: WireValue): SqlValue {
  if (!Array.isArray(value)) return value as string | number | null;
  const [kind, text = ""]: Marked = value as Marked;
  switch (kind) {
    case "i":
      return BigInt(text);
    case "f":
      return Number(text);
    case "b":
      return Uint8Array.fromBase64(text);
    default:
      return undefined as never;
  }
}
