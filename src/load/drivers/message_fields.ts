/**
 * Fields of messages: which message is the reply, and when it was sent.
 *
 * @module
 */
import { json, name, object, type ObjectRule } from "../scenario/rule.ts";
import type { JsonValue } from "../../codec/mod.ts";
import { DriverError } from "./driver_error.ts";

/** A condition that a JSON message with a certain field meets. */
export interface FieldMatch {
  /** The path to the field, such as `type` or `user.name`. */
  readonly field: string;
  /** The value that the field must have. */
  readonly equals: JsonValue;
}

/** The rule for a {@linkcode FieldMatch}. */
export const fieldMatch: ObjectRule = object<FieldMatch>({
  field: name,
  equals: json,
});

/** The path to a field, key by key. */
export type FieldPath = readonly string[];

/** Parses a path such as `user.name`. */
export function fieldPath(field: string): FieldPath {
  return field.split(".");
}

/** Returns a function that tests whether a message meets the condition. */
export function matchField(
  { field, equals }: FieldMatch,
): (message: JsonValue) => boolean {
  const path = fieldPath(field);
  if (typeof equals !== "object") {
    return (message) => fieldOf(message, path) === equals;
  }
  const expected = JSON.stringify(equals);
  return (message) => JSON.stringify(fieldOf(message, path)) === expected;
}

/**
 * Returns how long a message took, by the field that has the time when it was
 * sent, in milliseconds since 1970.
 *
 * @throws {DriverError} if the field is not a number.
 */
export function latencyOf(
  message: JsonValue,
  sentAt: FieldPath | undefined,
): { readonly latencyMs?: number } {
  if (sentAt === undefined) return {};
  // `Date.now()` would have whole milliseconds only.
  const now = performance.timeOrigin + performance.now();
  const sent = fieldOf(message, sentAt);
  if (typeof sent === "number") return { latencyMs: now - sent };
  throw new DriverError(
    `Cannot compute the latency: ${
      sentAt.join(".")
    } of the message is not a number`,
  );
}

function fieldOf(message: JsonValue, path: FieldPath): unknown {
  let value: unknown = message;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }
  return value;
}
