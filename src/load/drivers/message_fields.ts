/**
 * Fields of messages: which message is the reply, and when it was sent.
 *
 * @module
 */
import { json, name, object, type ObjectRule } from "../scenario/rule.ts";
import type { JsonValue } from "../../codec/mod.ts";
import { DriverError } from "./driver_error.ts";

/** A message of JSON with such a field. */
export interface FieldMatch {
  /** Such as `type` or `user.name`. */
  readonly field: string;
  /** What it is. */
  readonly equals: JsonValue;
}

/** The rule for {@linkcode FieldMatch}. */
export const fieldMatch: ObjectRule = object<FieldMatch>({
  field: name,
  equals: json,
});

/** Where a field is, key by key. */
export type FieldPath = readonly string[];

/** Such as that of `user.name`. */
export function fieldPath(field: string): FieldPath {
  return field.split(".");
}

/** Whether a message is the one that is meant. */
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
 * How long a message was under way that says when it was sent, in milliseconds
 * since 1970.
 *
 * @throws {DriverError} if it does not say so.
 */
export function latencyOf(
  message: JsonValue,
  sentAt: FieldPath | undefined,
): { readonly latencyMs?: number } {
  if (sentAt === undefined) return {};
  // The time of day alone has whole milliseconds.
  const now = performance.timeOrigin + performance.now();
  const sent = fieldOf(message, sentAt);
  if (typeof sent === "number") return { latencyMs: now - sent };
  throw new DriverError(
    `Cannot tell how old the message is: its ${sentAt.join(".")} is no number`,
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
