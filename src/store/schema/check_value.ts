/**
 * Checks one value of a field, and makes what is kept of it.
 *
 * @module
 */
import { shown } from "../../checks/internal.ts";
import type { InvalidIssue } from "../errors.ts";
import { type Field, isMany } from "./field.ts";
import { parseMoment } from "./moment.ts";
import { isRecordId } from "./record_id.ts";
import type { SchemaResult, StandardSchema } from "../../codec/internal.ts";

/** A value as SQLite keeps it. */
export type Kept = string | number | bigint | null;

/** Thrown to say what is needed in the place of a value. */
export class NeededError extends Error {}

/** The most characters of a value that an error shows. */
const MAX_SHOWN = 60;
/** Characters of the longest e-mail address and of the longest web address. */
const MAX_EMAIL = 254;
const MAX_URL = 8192;
const EMAIL =
  /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]+@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?\.[\p{L}\p{N}]{2,}$/u;
/** U+0000 in text that is JSON: SQLite would cut the text there. */
const JSON_NUL = /(?<!\\)(?:\\\\)*\\u0000/;

const utf8 = new TextEncoder();

/** Returns a value as errors show it. */
export function shownValue(value: unknown): string {
  // Neither is a long text quoted whole, nor half of a surrogate pair shown.
  const text = typeof value === "string"
    ? shown(value.slice(0, MAX_SHOWN + 1).toWellFormed())
    : shown(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/**
 * Returns what is kept of a value that is not null.
 *
 * @throws {NeededError} if it is not what the field takes.
 */
export function keptOf(field: Field, value: unknown): Kept {
  if (isMany(field)) return keptMany(field, value);
  switch (field.kind) {
    case "text":
      return keptText(field, value);
    case "number":
    case "integer":
      return keptNumber(field, value);
    case "bool":
      if (typeof value !== "boolean") throw new NeededError("true or false");
      return value ? 1n : 0n;
    case "email":
    case "url":
      return keptAddress(field.kind, value);
    case "date": {
      const text = parseMoment(value);
      if (text === undefined) {
        throw new NeededError(
          "a moment from the year 0 to 9999, such as 2026-01-02 03:04:05.678Z",
        );
      }
      return text;
    }
    case "json":
      return keptJson(field.maxBytes, value);
    case "select":
    case "relation":
    case "file":
      return keptOne(field, value);
    case "generated":
    case "computed":
      throw new NeededError("left out, as it is made from other fields");
  }
}

function keptText(
  { min, max, pattern }: Extract<Field, { kind: "text" }>,
  value: unknown,
): string {
  const needed = `a text of ${
    max === Infinity ? `at least ${min}` : `${min} to ${max}`
  } characters`;
  const text = plainText(value, needed);
  // A character has one or two code units.
  const isSurely = text.length <= max && text.length >= 2 * min;
  const isTooLong = text.length > 2 * max;
  if (isTooLong || !isSurely && !isIn(charactersOf(text), min, max)) {
    throw new NeededError(needed);
  }
  if (pattern !== undefined && !new RegExp(pattern).test(text)) {
    throw new NeededError(`a text that matches ${pattern}`);
  }
  return text;
}

/** Returns how many characters a text has, without an array of them. */
function charactersOf(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) pairs++;
  }
  return text.length - pairs;
}

const isIn = (count: number, min: number, max: number): boolean =>
  count >= min && count <= max;

function plainText(value: unknown, needed: string): string {
  if (typeof value !== "string") throw new NeededError(needed);
  // SQLite would cut the one and replace the other when they are read.
  if (value.includes("\0") || !value.isWellFormed()) {
    throw new NeededError(`${needed}, without U+0000 and half surrogates`);
  }
  return value;
}

function keptNumber(
  { kind, min, max }: Extract<Field, { kind: "number" | "integer" }>,
  value: unknown,
): number | bigint {
  const isWhole = kind === "integer";
  const isRight = typeof value === "number" && isIn(value, min, max) &&
    (isWhole ? Number.isSafeInteger(value) : Number.isFinite(value));
  if (!isRight) {
    const least = min === -Infinity ? [] : [`at least ${min}`];
    const most = max === Infinity ? [] : [`at most ${max}`];
    throw new NeededError(
      [
        isWhole ? "a whole number within ±(2^53 - 1)" : "a finite number",
        ...least,
        ...most,
      ].join(", "),
    );
  }
  // SQLite does not keep the sign of zero.
  return isWhole ? BigInt(value) : value + 0;
}

function keptAddress(kind: "email" | "url", value: unknown): string {
  const needed = kind === "email"
    ? "an e-mail address"
    : "an address that begins with http:// or https://";
  const text = plainText(value, needed);
  const isRight = kind === "email"
    ? text.length <= MAX_EMAIL && EMAIL.test(text)
    : text.length <= MAX_URL && /^https?:\/\//i.test(text) &&
      URL.canParse(text);
  if (!isRight) throw new NeededError(needed);
  return text;
}

function keptJson(maxBytes: number, value: unknown): string {
  const needed =
    `a value that JSON can represent in at most ${maxBytes} bytes, without U+0000`;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    // A circle, or a bigint.
  }
  if (text === undefined || JSON_NUL.test(text)) throw new NeededError(needed);
  // No character takes more than three bytes for each of its code units.
  const isShort = text.length * 3 <= maxBytes;
  if (!isShort && utf8.encode(text).length > maxBytes) {
    throw new NeededError(needed);
  }
  return text;
}

type OneOfMany = Extract<Field, { kind: "select" | "relation" | "file" }>;

function keptOne(field: OneOfMany, value: unknown): string {
  switch (field.kind) {
    case "select": {
      if (typeof value === "string" && field.values.includes(value)) {
        return value;
      }
      const choice = field.values.map((one) => JSON.stringify(one));
      throw new NeededError(`one of ${choice.join(", ")}`);
    }
    case "relation":
      if (isRecordId(value)) return value;
      throw new NeededError(`the id of a record of ${field.target}`);
    case "file":
      if (value !== "") return plainText(value, "the name of a file");
      throw new NeededError("the name of a file");
  }
}

function keptMany(field: Field, value: unknown): string {
  const { max } = field as OneOfMany;
  const of = field.kind === "select" ? "values" : `${field.kind} names`;
  const needed = `an array of at most ${max} ${
    field.kind === "relation" ? "ids" : of
  }, each once`;
  const isRight = Array.isArray(value) && value.length <= max &&
    new Set(value).size === value.length;
  if (!isRight) throw new NeededError(needed);
  if (field.presence === "required" && value.length === 0) {
    throw new NeededError(`an array of 1 to ${max}`);
  }
  return JSON.stringify(value.map((one) => keptOne(field as OneOfMany, one)));
}

/** Returns what a schema finds wrong, as issues below a path. */
export function issuesOf(
  result: SchemaResult<unknown>,
  path: string,
  value: unknown,
): InvalidIssue[] {
  return (result.issues ?? []).map(({ message, path: below = [] }) => {
    const steps = below.map((step) =>
      typeof step === "object" ? step.key : step
    );
    const found = steps.reduce<unknown>(
      (inner, key) =>
        typeof inner === "object" && inner !== null
          ? Reflect.get(inner, key)
          : undefined,
      value,
    );
    return {
      path: [path, ...steps.map(String)].filter((one) => one !== "").join("."),
      value: shownValue(found),
      needed: `such that its schema accepts it: ${message}`,
    };
  });
}

/** Runs a schema, which may take its time. */
export function runSchema(
  schema: StandardSchema,
  value: unknown,
): SchemaResult<unknown> | Promise<SchemaResult<unknown>> {
  return schema["~standard"].validate(value);
}
